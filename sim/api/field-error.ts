/**
 * A validation error of one field, and how it is told.
 * @upstream staging/src/k8s.io/apimachinery/pkg/util/validation/field/errors.go
 */
import { goJson, goQuote } from './go-text.js';

/** What is wrong with a field. */
export type FieldErrorType =
  | 'Required'
  | 'Invalid'
  | 'NotSupported'
  | 'Duplicate'
  | 'Forbidden'
  | 'TooLong'
  | 'TooShort'
  | 'TooMany'
  | 'TooFew'
  | 'NotFound'
  | 'InternalError'
  | 'TypeInvalid';

/** One error. `text` is the message without the field's path: what a cause shows. */
export interface FieldError {
  readonly type: FieldErrorType;
  readonly path: string;
  readonly text: string;
}

/** The reason of a Status cause: `FieldValueRequired`, ... */
export function causeReason(type: FieldErrorType): string {
  return type === 'InternalError' ? type : `FieldValue${type}`;
}

/** A bad value as the error shows it: strings quoted, structs and lists as JSON. */
export function printedValue(value: unknown): string {
  if (typeof value === 'string') return goQuote(value);
  if (typeof value === 'number') return printedNumber(value);
  if (typeof value === 'boolean' || typeof value === 'bigint') return String(value);
  return goJson(value);
}

/** Go's %v of a float: an exponent has two digits at least. */
function printedNumber(value: number): string {
  return String(value).replace(/e([+-])(\d)$/, 'e$10$2');
}

function error(type: FieldErrorType, path: string, head: string, detail = ''): FieldError {
  return { type, path, text: detail === '' ? head : `${head}: ${detail}` };
}

/** The field must have a value. */
export function required(path: string, text = ''): FieldError {
  return error('Required', path, 'Required value', text);
}

/** The value is malformed. */
export function invalid(path: string, value: unknown, text: string): FieldError {
  return error('Invalid', path, `Invalid value: ${printedValue(value)}`, text);
}

/** The value is of the wrong type. */
export function typeInvalid(path: string, value: unknown, text: string): FieldError {
  return error('TypeInvalid', path, `Invalid value: ${printedValue(value)}`, text);
}

/** The value is not one of the supported ones, which are listed in the order given. */
export function notSupported(path: string, value: unknown, values: readonly string[]): FieldError {
  const detail = values.length === 0 ? '' : `supported values: ${values.map(goQuote).join(', ')}`;
  return error('NotSupported', path, `Unsupported value: ${printedValue(value)}`, detail);
}

/** The value occurs twice where it must be unique. */
export function duplicate(path: string, value: unknown): FieldError {
  return error('Duplicate', path, `Duplicate value: ${printedValue(value)}`);
}

/** What the value names does not exist. */
export function notFound(path: string, value: unknown): FieldError {
  return error('NotFound', path, `Not found: ${printedValue(value)}`);
}

/** The value is well formed but not permitted here and now. */
export function forbidden(path: string, text = ''): FieldError {
  return error('Forbidden', path, 'Forbidden', text);
}

/** The value has more bytes than it may have; a negative bound leaves the bound untold. */
export function tooLong(path: string, bytesMax: number): FieldError {
  return error('TooLong', path, 'Too long', lengthText(bytesMax, 'byte'));
}

/** The value has more characters than it may have. */
export function tooLongCharacters(path: string, charactersMax: number): FieldError {
  return error('TooLong', path, 'Too long', lengthText(charactersMax, 'character'));
}

function lengthText(max: number, unit: string): string {
  if (max < 0) return 'value is too long';
  return `may not be more than ${max} ${unit}${max === 1 ? '' : 's'}`;
}

/** The value has fewer characters than it must have. */
export function tooShort(path: string, charactersMin: number): FieldError {
  const unit = charactersMin === 1 ? 'character' : 'characters';
  const detail =
    charactersMin < 0 ? 'value is too short' : `must be at least ${charactersMin} ${unit}`;
  return error('TooShort', path, 'Too short', detail);
}

/** The list has more items than it may have; a negative count is left untold. */
export function tooMany(path: string, items: number, itemsMax: number): FieldError {
  const unit = itemsMax === 1 ? 'item' : 'items';
  const detail = itemsMax < 0 ? 'has too many items' : `must have at most ${itemsMax} ${unit}`;
  return error('TooMany', path, items < 0 ? 'Too many' : `Too many: ${items}`, detail);
}

/** The list has fewer items than it must have. */
export function tooFew(path: string, items: number, itemsMin: number): FieldError {
  const unit = itemsMin === 1 ? 'item' : 'items';
  const detail = itemsMin < 0 ? 'has too few items' : `must have at least ${itemsMin} ${unit}`;
  return error('TooFew', path, `Too few: ${items}`, detail);
}

/** Something failed that is not the user's doing. */
export function internalError(path: string, text: string): FieldError {
  return error('InternalError', path, 'Internal error', text);
}

/** The error as it stands in a message: the path, then the text. */
export function printedError(fieldError: FieldError): string {
  return `${fieldError.path}: ${fieldError.text}`;
}
