/** Checks that every kind needs: names, numbers, quantities, immutability, labels. */
import { deepEqual } from '../../../api/equality.js';
import { forbidden, invalid, required, type FieldError } from '../field-error.js';
import {
  dns1123LabelErrors,
  dns1123SubdomainErrors,
  labelValueErrors,
  pathSegmentErrors,
  qualifiedNameErrors,
  rangeErrors,
} from '../../../api/labels.js';
import type { LabelSelector, LabelSelectorRequirement } from '../../../api/kinds/meta.js';
import { parseQuantity, zero, type Quantity } from '../../../api/quantity.js';

/** Where checks put what they find. */
export type Errors = FieldError[];

/** What is said of negative numbers. */
export const negativeText = 'must be greater than or equal to 0';

/** What is said of what may not change. */
export const immutableText = 'field is immutable';

/** Tells each text as an invalid value. */
export function tell(texts: readonly string[], value: unknown, path: string, errors: Errors): void {
  for (const text of texts) errors.push(invalid(path, value, text));
}

const rememberedMax = 4096;

/** Values that passed once are remembered: templates repeat them endlessly. */
function remembering(
  textsOf: (value: string) => readonly string[],
): (value: string, path: string, errors: Errors) => void {
  const passed = new Set<string>();
  return (value, path, errors) => {
    if (passed.has(value)) return;
    const texts = textsOf(value);
    if (texts.length > 0) tell(texts, value, path, errors);
    else if (passed.size < rememberedMax) passed.add(value);
  };
}

/** A DNS-1123 label. */
export const checkLabel = remembering(dns1123LabelErrors);

/** A DNS-1123 subdomain. */
export const checkSubdomain = remembering(dns1123SubdomainErrors);

/** A qualified name: `example.com/name`. */
export const checkQualifiedName = remembering(qualifiedNameErrors);

/** The value of a label. */
export const checkLabelValue = remembering(labelValueErrors);

/** An invalid value that is not shown. */
export function invalidWhole(path: string, text: string): FieldError {
  return { type: 'Invalid', path, text: `Invalid value: ${text}` };
}

/** A name that is there, and can stand in a path. */
export function checkSegment(value: string, path: string, errors: Errors): void {
  if (value === '') errors.push(required(path));
  else tell(pathSegmentErrors(value), value, path, errors);
}

/** A number that is not negative. */
export function checkNonNegative(value: number | undefined, path: string, errors: Errors): void {
  if (value !== undefined && value < 0) errors.push(invalid(path, value, negativeText));
}

/** A number above zero. */
export function checkPositive(value: number, path: string, errors: Errors): void {
  if (value <= 0) errors.push(invalid(path, value, 'must be greater than zero'));
}

/** A number within bounds, both included. */
export function checkRange(
  value: number | undefined,
  bounds: { readonly min: number; readonly max: number },
  path: string,
  errors: Errors,
): void {
  if (value !== undefined) tell(rangeErrors(value, bounds.min, bounds.max), value, path, errors);
}

/** What may not change. */
export function checkImmutable(now: unknown, old: unknown, path: string, errors: Errors): boolean {
  if (deepEqual(now, old)) return true;
  errors.push(invalid(path, now ?? null, immutableText));
  return false;
}

const amounts = new Map<string, Quantity>();

/** The quantity, zero when it can't be read: decoding has refused those. */
export function amount(text: string | number | undefined): Quantity {
  if (text === undefined || text === null) return zero;
  const key = String(text);
  const known = amounts.get(key);
  if (known !== undefined) return known;
  const parsed = parseQuantity(key);
  const quantity = parsed.isOk ? parsed.value : zero;
  if (amounts.size < rememberedMax) amounts.set(key, quantity);
  return quantity;
}

/** Keys and values of labels. */
export function checkLabels(
  map: Readonly<Record<string, string>> | undefined,
  path: string,
  errors: Errors,
): void {
  for (const key in map) {
    checkQualifiedName(key, path, errors);
    const value = map[key] ?? '';
    checkLabelValue(value, path, errors);
  }
}

/** @upstream apimachinery/pkg/apis/meta/v1/validation ValidateLabelSelector */
export function checkSelector(
  selector: LabelSelector | undefined | null,
  path: string,
  errors: Errors,
  options: { readonly allowsInvalidValues: boolean } = { allowsInvalidValues: false },
): void {
  if (!selector) return;
  if (selector.matchLabels) checkLabels(selector.matchLabels, `${path}.matchLabels`, errors);
  const expressions = selector.matchExpressions ?? [];
  for (const [index, expression] of expressions.entries()) {
    const at = `${path}.matchExpressions[${index}]`;
    checkRequirement(expression, at, errors, options.allowsInvalidValues);
  }
}

function checkRequirement(
  { key, operator, values = [] }: LabelSelectorRequirement,
  path: string,
  errors: Errors,
  allowsInvalidValues: boolean,
): void {
  const list = values ?? [];
  if (operator === 'In' || operator === 'NotIn') {
    if (list.length === 0) {
      const text = "must be specified when `operator` is 'In' or 'NotIn'";
      errors.push(required(`${path}.values`, text));
    }
  } else if (operator === 'Exists' || operator === 'DoesNotExist') {
    if (list.length > 0) {
      const text = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'";
      errors.push(forbidden(`${path}.values`, text));
    }
  } else {
    errors.push(invalid(`${path}.operator`, operator ?? '', 'not a valid selector operator'));
  }
  checkQualifiedName(key ?? '', `${path}.key`, errors);
  if (allowsInvalidValues) return;
  for (const [index, value] of list.entries()) {
    checkLabelValue(value, `${path}.values[${index}]`, errors);
  }
}

/** The word `*` stands alone in its list. */
export function checkAlone(
  list: readonly string[],
  what: string,
  path: string,
  errors: Errors,
): void {
  if (list.length < 2 || !list.includes('*')) return;
  errors.push(invalid(path, list, `if '*' is present, must not specify other ${what}`));
}
