/** Amounts in thousandths as BigInt: metrics may be larger than a number can tell exactly. */
import { milliQuantity, Quantity, quantity, type QuantityFormat } from '../../api/quantity.js';

/** The thousandths of a quantity, rounded away from zero. */
export function milliOf(text: string): bigint {
  const nanosRead = wholeNanos(text);
  if (nanosRead !== undefined) return BigInt(Math.ceil(nanosRead / 1e6));
  const parsed = quantity(text);
  const milli = parsed.milliValue();
  if (Number.isSafeInteger(milli)) return BigInt(milli);
  const nanos = parsed.asNanos();
  const rest = nanos % nanosPerMilli;
  const whole = nanos / nanosPerMilli;
  return rest === 0n ? whole : rest > 0n ? whole + 1n : whole - 1n;
}

/** The number of `123n`, as metrics tell use: each is another text, so it is not worth to be kept as a quantity. */
function wholeNanos(text: string): number | undefined {
  const end = text.length - 1;
  if (end < 1 || end > digitsMax || text.charCodeAt(end) !== suffixOfNanos) return undefined;
  let value = 0;
  for (let place = 0; place < end; place++) {
    const digit = text.charCodeAt(place) - zero;
    if (digit < 0 || digit > 9) return undefined;
    value = value * 10 + digit;
  }
  return value;
}

/** So many digits are a safe integer. */
const digitsMax = 15;
const suffixOfNanos = 'n'.charCodeAt(0);
const zero = '0'.charCodeAt(0);

/** The canonical text of an amount of thousandths. */
export function milliText(milli: bigint, format: QuantityFormat = 'DecimalSI'): string {
  const value = Number(milli);
  const text = Number.isSafeInteger(value)
    ? milliQuantity(value, format).toString()
    : new Quantity(0, -9, milli * nanosPerMilli, format).toString();
  // Without a suffix it is a decimal to the API server, which stores 190M for 190000000.
  return format === 'BinarySI' ? quantity(text).toString() : text;
}

const nanosPerMilli = 1_000_000n;
