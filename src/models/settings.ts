/** The numbers that a kind of model can be set to: defaults, bounds, and clear words for what is wrong. */
import { didYouMean, exitCodes, UserError } from '../input/errors.js';

/** A number that can be set. */
export interface NumberSetting {
  readonly default: number;
  /** The least value allowed. */
  readonly min?: number;
  /** Values must be greater than this. */
  readonly above?: number;
  readonly max?: number;
  readonly isInteger?: boolean;
}

/**
 * The given settings over the defaults, in the order of the fields.
 *
 * @throws UserError `bad-setting` for an unknown name (with the one that was meant) or a wrong value.
 */
export function readSettings<Name extends string>(
  kind: string,
  fields: Readonly<Record<Name, NumberSetting>>,
  given: Readonly<Record<string, unknown>>,
): Readonly<Record<Name, number>> {
  const names = Object.keys(fields) as Name[];
  for (const name of Object.keys(given)) {
    if (!(names as string[]).includes(name)) refuseUnknown(kind, name, names);
  }
  const read: Partial<Record<Name, number>> = {};
  for (const name of names) read[name] = readNumber(kind, name, fields[name], given[name]);
  // Every name was just given its number.
  return read as Readonly<Record<Name, number>>;
}

function refuseUnknown(kind: string, name: string, known: readonly string[]): never {
  const near = didYouMean(name, known);
  throw new UserError(`${kind}: unknown setting "${name}"`, {
    exitCode: exitCodes.usage,
    code: 'bad-setting',
    next: near === undefined ? `known here: ${known.join(', ')}` : `did you mean ${near}?`,
  });
}

function readNumber(kind: string, name: string, field: NumberSetting, value: unknown): number {
  if (value === undefined) return field.default;
  const what = wrongness(field, value);
  if (what === undefined && typeof value === 'number') return value;
  throw new UserError(`${kind}: ${name} must be ${what ?? 'a number'}, is ${written(value)}`, {
    exitCode: exitCodes.usage,
    code: 'bad-setting',
    next: `the default is ${field.default}`,
  });
}

function wrongness(field: NumberSetting, value: unknown): string | undefined {
  if (typeof value !== 'number' || !Number.isFinite(value)) return 'a finite number';
  if (field.isInteger === true && !Number.isInteger(value)) return 'a whole number';
  if (field.min !== undefined && value < field.min) return `at least ${field.min}`;
  if (field.above !== undefined && value <= field.above) return `greater than ${field.above}`;
  if (field.max !== undefined && value > field.max) return `at most ${field.max}`;
  return undefined;
}

const written = (value: unknown): string =>
  typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? typeof value);
