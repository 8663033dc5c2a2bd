/**
 * The canonical text of a quantity: no fraction, and the largest suffix that loses nothing.
 * @upstream staging/src/k8s.io/apimachinery/pkg/api/resource/quantity.go (CanonicalizeBytes)
 */
import type { QuantityFormat } from './quantity.js';

/** The amount to print. */
export interface Amount {
  readonly mantissa: number;
  readonly scale: number;
  readonly nanos: bigint | undefined;
  readonly format: QuantityFormat;
  asNanos(): bigint;
}

/** Suffixes by exponent; beyond them upstream prints none at all. */
const decimalSuffixes = new Map([
  [-9, 'n'],
  [-6, 'u'],
  [-3, 'm'],
  [0, ''],
  [3, 'k'],
  [6, 'M'],
  [9, 'G'],
  [12, 'T'],
  [15, 'P'],
  [18, 'E'],
]);
const binarySuffixes = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];

/** Prints an amount in canonical form. */
export function canonicalText(amount: Amount): string {
  if (amount.nanos === undefined) return smallText(amount);
  const { nanos, format } = amount;
  if (nanos === 0n) return '0';
  if (format !== 'BinarySI') return bigDecimalText(nanos, format);
  const unit = 10n ** 9n;
  const isFraction = nanos % unit !== 0n;
  const isSmall = nanos > -1024n * unit && nanos < 1024n * unit;
  return isSmall || isFraction ? bigDecimalText(nanos, 'DecimalSI') : bigBinaryText(nanos / unit);
}

function smallText(amount: Amount): string {
  const { mantissa, scale, format } = amount;
  if (mantissa === 0) return '0';
  if (format !== 'BinarySI') return decimalText(mantissa, scale, format);
  const value = scale < 0 ? mantissa / 10 ** -scale : mantissa * 10 ** scale;
  if (!Number.isSafeInteger(value)) {
    return Number.isInteger(value) && scale > 0
      ? bigBinaryText(BigInt(mantissa) * 10n ** BigInt(scale))
      : decimalText(mantissa, scale, 'DecimalSI');
  }
  if (value > -1024 && value < 1024) return decimalText(mantissa, scale, 'DecimalSI');
  let rest = value;
  let exponent = 0;
  while (rest % 1024 === 0) {
    rest /= 1024;
    exponent++;
  }
  return `${rest}${binarySuffixes[exponent] ?? ''}`;
}

function decimalText(mantissa: number, scale: number, format: QuantityFormat): string {
  let rest = mantissa;
  let exponent = scale;
  while (rest % 10 === 0) {
    rest /= 10;
    exponent++;
  }
  const extra = ((exponent % 3) + 3) % 3;
  const digits = `${rest}${'0'.repeat(extra)}`;
  return digits + decimalSuffix(exponent - extra, format);
}

function decimalSuffix(exponent: number, format: QuantityFormat): string {
  if (format === 'DecimalSI') return decimalSuffixes.get(exponent) ?? '';
  return exponent === 0 ? '' : `e${exponent}`;
}

function bigDecimalText(nanos: bigint, format: QuantityFormat): string {
  const digits = nanos.toString();
  const stripped = digits.replace(/0+$/, '');
  const exponent = digits.length - stripped.length - 9;
  const extra = ((exponent % 3) + 3) % 3;
  return stripped + '0'.repeat(extra) + decimalSuffix(exponent - extra, format);
}

function bigBinaryText(value: bigint): string {
  let rest = value;
  let exponent = 0;
  while (rest % 1024n === 0n) {
    rest /= 1024n;
    exponent++;
  }
  return `${rest}${binarySuffixes[exponent] ?? ''}`;
}
