/**
 * Reads the text of a quantity.
 * @upstream staging/src/k8s.io/apimachinery/pkg/api/resource/quantity.go (ParseQuantity), suffix.go
 */
import type { QuantityFormat } from './quantity.js';
import type { Parsed } from './time.js';

/** The parts of a quantity; `isCanonical` says that the client's text is kept. */
export interface QuantityParts {
  readonly mantissa: number;
  readonly scale: number;
  readonly nanos: bigint | undefined;
  readonly format: QuantityFormat;
  readonly isCanonical: boolean;
}

const formatError =
  "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
const suffixError = "unable to parse quantity's suffix";

interface Suffix {
  readonly base: 2 | 10;
  readonly exponent: number;
  readonly format: QuantityFormat;
}

const decimal = (exponent: number): Suffix => ({ base: 10, exponent, format: 'DecimalSI' });
const binary = (exponent: number): Suffix => ({ base: 2, exponent, format: 'BinarySI' });

const suffixes = new Map<string, Suffix>([
  ['', decimal(0)],
  ['n', decimal(-9)],
  ['u', decimal(-6)],
  ['m', decimal(-3)],
  ['k', decimal(3)],
  ['M', decimal(6)],
  ['G', decimal(9)],
  ['T', decimal(12)],
  ['P', decimal(15)],
  ['E', decimal(18)],
  ['Ki', binary(10)],
  ['Mi', binary(20)],
  ['Gi', binary(30)],
  ['Ti', binary(40)],
  ['Pi', binary(50)],
  ['Ei', binary(60)],
]);

/** Beyond this an exponent only costs memory; the real parser grinds on and nobody means it. */
const exponentMax = 4096;

/** Digits that surely fit an int64. */
const digitsMax = 18;

const grammar = /^([+-]?)0*(\d*)(?:(\.)(\d*))?([eEinumkKMGTP]*[-+]?\d*)$/;

/** Reads a quantity, or tells the error in Kubernetes' words. */
export function parseQuantityText(text: string): Parsed<QuantityParts> {
  const found = text === '' ? null : grammar.exec(text);
  if (found === null) return { isOk: false, error: formatError };
  const [, sign = '', digits = '', , denominator = '', suffixText = ''] = found;
  const suffix = suffixes.get(suffixText) ?? exponentSuffix(suffixText);
  if (suffix === undefined) return { isOk: false, error: suffixError };
  const numerator = digits === '' ? '0' : digits;
  const parts =
    fastParts(text, numerator, denominator, suffix) ??
    slowParts(BigInt(numerator + denominator), denominator.length, suffix);
  return { isOk: true, value: sign === '-' ? negated(parts) : parts };
}

function exponentSuffix(text: string): Suffix | undefined {
  if (!/^[eE][-+]?\d+$/.test(text)) return undefined;
  const exponent = Math.max(-exponentMax, Math.min(exponentMax, Number(text.slice(1))));
  return { base: 10, exponent, format: 'DecimalExponent' };
}

function negated(parts: QuantityParts): QuantityParts {
  const { mantissa, nanos } = parts;
  return {
    ...parts,
    mantissa: mantissa === 0 ? 0 : -mantissa,
    nanos: nanos === undefined ? undefined : -nanos,
  };
}

/** What upstream keeps as an int64, where the client's text may be canonical as it is. */
function fastParts(
  text: string,
  numerator: string,
  denominator: string,
  { base, exponent, format }: Suffix,
): QuantityParts | undefined {
  const digits = numerator + denominator;
  if (base === 2) {
    const precision = 15 - numerator.length - Math.trunc((exponent * 3) / 10) - 1;
    if (denominator !== '' || precision < 0) return undefined;
    const value = Number(digits);
    const isCanonical = (value & 7) !== 0;
    return small(value * 2 ** exponent, 0, format, isCanonical);
  }
  const scale = exponent - denominator.length;
  if (digits.length > digitsMax || scale < -9) return undefined;
  if (text === '0') return small(0, 0, 'DecimalSI', true);
  const isCanonical = scale % 3 === 0 && !digits.endsWith('000') && !digits.startsWith('0');
  const value = Number(digits);
  if (Number.isSafeInteger(value)) return small(value, scale, format, isCanonical);
  const nanos = BigInt(digits) * 10n ** BigInt(scale + 9);
  return { mantissa: 0, scale: -9, nanos, format, isCanonical };
}

function small(
  mantissa: number,
  scale: number,
  format: QuantityFormat,
  isCanonical: boolean,
): QuantityParts {
  return { mantissa, scale, nanos: undefined, format, isCanonical };
}

const binaryMax = (2n ** 63n - 1n) * 10n ** 9n;
const oneUnit = 10n ** 9n;

/** What upstream keeps as a decimal of any size: rounded up to 10^-9, capped when binary. */
function slowParts(
  digits: bigint,
  places: number,
  { base, exponent, format }: Suffix,
): QuantityParts {
  const numerator = base === 2 ? digits * 2n ** BigInt(exponent) : digits;
  const nanoPlaces = 9 - places + (base === 10 ? exponent : 0);
  let nanos =
    nanoPlaces >= 0
      ? numerator * 10n ** BigInt(nanoPlaces)
      : ceiling(numerator, 10n ** BigInt(-nanoPlaces));
  if (base === 2 && nanos > binaryMax) nanos = binaryMax;
  const isFraction = base === 2 && nanos < oneUnit && nanos > 0n;
  return {
    mantissa: 0,
    scale: -9,
    nanos,
    format: isFraction ? 'DecimalSI' : format,
    isCanonical: false,
  };
}

function ceiling(dividend: bigint, divisor: bigint): bigint {
  return (dividend + divisor - 1n) / divisor;
}
