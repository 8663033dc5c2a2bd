/** Amounts in thousandths as BigInt: metrics may be larger than a number can tell exactly. */
import { milliQuantity, Quantity, quantity, type QuantityFormat } from '../../api/quantity.js';

/** The thousandths of a quantity, rounded away from zero. */
export function milliOf(text: string): bigint {
  const parsed = quantity(text);
  const milli = parsed.milliValue();
  if (Number.isSafeInteger(milli)) return BigInt(milli);
  const nanos = parsed.asNanos();
  const rest = nanos % nanosPerMilli;
  const whole = nanos / nanosPerMilli;
  return rest === 0n ? whole : rest > 0n ? whole + 1n : whole - 1n;
}

/** The canonical text of an amount of thousandths. */
export function milliText(milli: bigint, format: QuantityFormat = 'DecimalSI'): string {
  const value = Number(milli);
  return Number.isSafeInteger(value)
    ? milliQuantity(value, format).toString()
    : new Quantity(0, -9, milli * nanosPerMilli, format).toString();
}

const nanosPerMilli = 1_000_000n;
