/** Checks of numbers that may be percentages. @upstream pkg/apis/apps/validation/validation.go */
import { percentErrors } from '../../../api/labels.js';
import { invalid } from '../field-error.js';
import { checkNonNegative, tell, type Errors } from './checks.js';

/** A number that is not negative, or a percentage. */
export function checkIntOrPercent(
  value: number | string | undefined,
  path: string,
  errors: Errors,
): void {
  const given = value ?? 0;
  if (typeof given === 'number') checkNonNegative(given, path, errors);
  else tell(percentErrors(given), given, path, errors);
}

function percentOf(value: number | string | undefined): number | undefined {
  if (typeof value !== 'string' || percentErrors(value).length > 0) return undefined;
  return Number(value.slice(0, -1));
}

/** The number, or the percentage as one; what can't be read is 0. */
export function plainValue(value: number | string | undefined): number {
  if (typeof value === 'number') return value;
  const percent = percentOf(value);
  if (percent !== undefined) return percent;
  return /^[+-]?\d+$/.test(value ?? '') ? Number(value) : 0;
}

/** No more than everything. */
export function checkAtMostAll(
  value: number | string | undefined,
  path: string,
  errors: Errors,
): void {
  const percent = percentOf(value);
  if (percent !== undefined && percent > 100) {
    errors.push(invalid(path, value, 'must not be greater than 100%'));
  }
}
