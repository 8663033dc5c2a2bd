/** The contract of functions of CEL: they get values, the target first, and give one or throw. */
import { CelFault, noOverload, type CelValue } from '../values.js';

/** A function. It throws a `CelFault` for what goes wrong, `noOverload()` for types that do not fit. */
export type CelFunction = (...args: readonly CelValue[]) => CelValue;

/** Functions by their full names. */
export type CelFunctions = Readonly<Record<string, CelFunction>>;

/** The value as a string. */
export function textIn(value: CelValue | undefined): string {
  return typeof value === 'string' ? value : noOverload();
}

/** The value as an int. */
export function wholeIn(value: CelValue | undefined): bigint {
  return typeof value === 'bigint' ? value : noOverload();
}

/** The value as a list. */
export function listIn(value: CelValue | undefined): readonly CelValue[] {
  return Array.isArray(value) ? (value as readonly CelValue[]) : noOverload();
}

/** The value as an object of the class. */
export function objectIn<T>(
  value: CelValue | undefined,
  type: abstract new (...args: never[]) => T,
): T {
  return value instanceof type ? value : noOverload();
}

/** Fails with the text. */
export function fail(text: string): never {
  throw new CelFault(text);
}
