/**
 * Numbers that may be percentages, and ports that may be names.
 * @upstream staging/src/k8s.io/apimachinery/pkg/util/intstr/intstr.go
 */
import { goQuote } from './go-text.js';
import type { Parsed } from './time.js';

/** `3`, `'25%'` or `'http'`. */
export type IntOrString = number | string;

/** The number, or the percentage of the total, rounded as asked. */
export function scaledValue(
  value: IntOrString,
  total: number,
  rounding: 'up' | 'down',
): Parsed<number> {
  if (typeof value === 'number') return { isOk: true, value };
  const fail = (text: string): Parsed<number> => ({
    isOk: false,
    error: `invalid value for IntOrString: ${text}`,
  });
  if (!value.endsWith('%')) return fail('invalid type: string is not a percentage');
  const digits = value.slice(0, -1);
  if (!/^[+-]?\d+$/.test(digits)) {
    const reason = `strconv.Atoi: parsing ${goQuote(digits)}: invalid syntax`;
    return fail(`invalid value ${goQuote(value)}: ${reason}`);
  }
  const share = (Number(digits) * total) / 100;
  return { isOk: true, value: (rounding === 'up' ? Math.ceil(share) : Math.floor(share)) + 0 };
}

/** The scaled value of a field that the API server has checked; 0 when it is absent or malformed. */
export function scaledOr0(
  value: IntOrString | undefined,
  total: number,
  rounding: 'up' | 'down',
): number {
  if (value === undefined) return 0;
  const scaled = scaledValue(value, total, rounding);
  return scaled.isOk ? scaled.value : 0;
}
