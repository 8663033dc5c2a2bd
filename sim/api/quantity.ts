/**
 * Amounts of resources: `100m`, `1.5Gi`, `2e3`. Immutable; small ones are kept as plain numbers,
 * because quotas and the scheduler reckon with them all the time.
 * @upstream staging/src/k8s.io/apimachinery/pkg/api/resource/quantity.go
 */
import { invariant } from '../engine/invariant.js';
import { canonicalText } from './quantity-canonical.js';
import { parseQuantityText } from './quantity-parse.js';
import type { Parsed } from './time.js';

/** How an amount is printed: `12e6`, `12Mi`, `12M`. */
export type QuantityFormat = 'DecimalExponent' | 'BinarySI' | 'DecimalSI';

/** An amount, exact to 10^-9. */
export class Quantity {
  /**
   * `mantissa` times ten to the `scale`, or `nanos` times 10^-9 when that is too large for a number.
   * `text` is given when it is known to be canonical.
   */
  constructor(
    readonly mantissa: number,
    readonly scale: number,
    readonly nanos: bigint | undefined,
    readonly format: QuantityFormat,
    private text?: string,
    /** Whether the client's own text is kept: Go's parser remembers it then, and hashes see it. */
    readonly isTextKept: boolean = text !== undefined,
  ) {}

  /** The canonical text: the client's own when it was canonical enough. */
  toString(): string {
    this.text ??= canonicalText(this);
    return this.text;
  }

  /** The amount in units of 10^-9. */
  asNanos(): bigint {
    return this.nanos ?? BigInt(this.mantissa) * 10n ** BigInt(this.scale + 9);
  }

  /** -1, 0 or 1. */
  sign(): number {
    if (this.nanos === undefined) return Math.sign(this.mantissa);
    return this.nanos < 0n ? -1 : this.nanos > 0n ? 1 : 0;
  }

  /** The amount in whole units, rounded away from zero. */
  value(): number {
    return this.scaledValue(0);
  }

  /** The amount in thousandths, rounded away from zero. */
  milliValue(): number {
    return this.scaledValue(-3);
  }

  /** The amount in units of ten to the scale, rounded away from zero. */
  scaledValue(scale: number): number {
    const places = this.scale - scale;
    if (this.nanos === undefined && places >= 0) {
      const value = this.mantissa * tenTo(places);
      if (Number.isSafeInteger(value)) return value;
    }
    return Number(dividedUp(this.asNanos(), 10n ** BigInt(scale + 9)));
  }

  /** The amount as a number, as near as a number comes. */
  toNumber(): number {
    if (this.nanos !== undefined) return Number(this.nanos) / 1e9;
    return this.scale < 0 ? this.mantissa / tenTo(-this.scale) : this.mantissa * tenTo(this.scale);
  }

  /** Negative when this is less, 0 when equal, positive when more. */
  compare(other: Quantity): number {
    if (this.nanos === undefined && other.nanos === undefined) {
      if (this.scale === other.scale) return this.mantissa - other.mantissa;
      const left = aligned(this, other.scale);
      const right = aligned(other, this.scale);
      if (Number.isSafeInteger(left) && Number.isSafeInteger(right)) return left - right;
    }
    const difference = this.asNanos() - other.asNanos();
    return difference < 0n ? -1 : difference > 0n ? 1 : 0;
  }

  /** The sum; in the other's format when this is zero. */
  add(other: Quantity): Quantity {
    const format = this.sign() === 0 ? other.format : this.format;
    if (this.nanos === undefined && other.nanos === undefined) {
      const scale = Math.min(this.scale, other.scale);
      const sum = aligned(this, scale) + aligned(other, scale);
      if (Number.isSafeInteger(sum)) return new Quantity(sum, scale, undefined, format);
    }
    return fromNanos(this.asNanos() + other.asNanos(), format);
  }

  /** The difference; in the other's format when this is zero. */
  sub(other: Quantity): Quantity {
    return this.add(other.negated());
  }

  /** The amount with its sign turned. */
  negated(): Quantity {
    if (this.nanos !== undefined) return fromNanos(-this.nanos, this.format);
    const mantissa = this.mantissa === 0 ? 0 : -this.mantissa;
    return new Quantity(mantissa, this.scale, undefined, this.format);
  }

  /** The amount times a whole number. */
  multiply(factor: number): Quantity {
    const product = this.mantissa * factor;
    if (this.nanos === undefined && Number.isSafeInteger(product)) {
      return new Quantity(product, this.scale, undefined, this.format);
    }
    return fromNanos(this.asNanos() * BigInt(factor), this.format);
  }

  /** The amount rounded away from zero to a multiple of ten to the scale. */
  roundedUp(scale: number): Quantity {
    if (this.nanos === undefined && this.scale >= scale) return this;
    const unit = 10n ** BigInt(scale + 9);
    const nanos = this.asNanos();
    const rounded = dividedUp(nanos, unit) * unit;
    return rounded === nanos ? this : fromNanos(rounded, this.format);
  }
}

function tenTo(places: number): number {
  return powers[places] ?? 10 ** places;
}
const powers = [1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];

function aligned(quantity: Quantity, scale: number): number {
  const places = quantity.scale - scale;
  return places > 0 ? quantity.mantissa * tenTo(places) : quantity.mantissa;
}

function dividedUp(dividend: bigint, divisor: bigint): bigint {
  const quotient = dividend / divisor;
  const rest = dividend % divisor;
  if (rest === 0n) return quotient;
  return rest > 0n ? quotient + 1n : quotient - 1n;
}

function fromNanos(nanos: bigint, format: QuantityFormat): Quantity {
  const rest = nanos % 1_000_000n;
  const millis = Number(nanos / 1_000_000n);
  if (rest === 0n && Number.isSafeInteger(millis)) {
    return new Quantity(millis, -3, undefined, format);
  }
  return new Quantity(0, -9, nanos, format);
}

/** A quantity of whole units. */
export function quantityOf(value: number, format: QuantityFormat = 'DecimalSI'): Quantity {
  return new Quantity(value, 0, undefined, format);
}

/** A quantity of thousandths. */
export function milliQuantity(value: number, format: QuantityFormat = 'DecimalSI'): Quantity {
  return new Quantity(value, -3, undefined, format);
}

/** The quantity 0. */
export const zero = new Quantity(0, 0, undefined, 'DecimalSI', '0');

const cacheMax = 8192;
const cache = new Map<string, Quantity>();

/** Reads a quantity, or tells what is wrong as Kubernetes does. What was read before comes from a cache. */
export function parseQuantity(text: string): Parsed<Quantity> {
  const known = cache.get(text);
  if (known !== undefined) return { isOk: true, value: known };
  const parsed = parseQuantityText(text);
  if (!parsed.isOk) return parsed;
  const { mantissa, scale, nanos, format, isCanonical } = parsed.value;
  const kept = isCanonical ? text : undefined;
  const value = new Quantity(mantissa, scale, nanos, format, kept);
  if (cache.size >= cacheMax) cache.clear();
  cache.set(text, value);
  return { isOk: true, value };
}

/** The quantity of a field that the API server has checked; absent is zero. */
export function quantity(text: string | undefined): Quantity {
  if (text === undefined) return zero;
  const known = cache.get(text);
  if (known !== undefined) return known;
  const parsed = parseQuantity(String(text));
  if (!parsed.isOk) invariant(false, `a stored quantity must be well formed: ${text}`);
  return parsed.value;
}

/** The whole units of a checked quantity, rounded up; absent is 0. */
export function valueOf(text: string | undefined): number {
  return quantity(text).value();
}

/** The thousandths of a checked quantity, rounded up; absent is 0. */
export function milliValueOf(text: string | undefined): number {
  return quantity(text).milliValue();
}

/** Compares two checked quantities. */
export function compareQuantities(left: string | undefined, right: string | undefined): number {
  return left === right ? 0 : quantity(left).compare(quantity(right));
}

/** The canonical text of what a client sent for a quantity: a string, or a JSON number. */
export function canonicalQuantity(sent: string | number): Parsed<string> {
  const parsed = parseQuantity(String(sent).trim());
  return parsed.isOk ? { isOk: true, value: parsed.value.toString() } : parsed;
}
