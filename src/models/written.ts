/** Reads the parts of a written model, and says which part is wrong. */
import { exitCodes, UserError } from '../input/errors.js';

/** The fields of a written model of this kind. */
export function writtenModel(kind: string, written: unknown): Readonly<Record<string, unknown>> {
  if (typeof written !== 'object' || written === null) refuseWritten(kind, 'it is not an object');
  const fields = written as Readonly<Record<string, unknown>>;
  if (fields['kind'] !== kind) {
    refuseWritten(kind, `its kind is ${JSON.stringify(fields['kind']) ?? 'missing'}`);
  }
  return fields;
}

/** A whole number from 1 up to a bound. */
export function writtenCount(
  kind: string,
  fields: Readonly<Record<string, unknown>>,
  name: string,
  max: number,
): number {
  const value = fields[name];
  if (!Number.isInteger(value) || Number(value) < 1 || Number(value) > max) {
    refuseWritten(kind, `${name} must be a whole number from 1 to ${max}`);
  }
  return Number(value);
}

/** A list of so many finite numbers. */
export function writtenNumbers(
  kind: string,
  fields: Readonly<Record<string, unknown>>,
  name: string,
  length: number,
): Float64Array {
  const value = fields[name];
  const isRight =
    Array.isArray(value) && value.length === length && value.every(item => Number.isFinite(item));
  if (!isRight) refuseWritten(kind, `${name} must be a list of ${length} finite numbers`);
  return Float64Array.from(value as readonly number[]);
}

/** One finite number. */
export function writtenNumber(
  kind: string,
  fields: Readonly<Record<string, unknown>>,
  name: string,
): number {
  const value = fields[name];
  if (typeof value !== 'number' || !Number.isFinite(value)) {
    refuseWritten(kind, `${name} must be a finite number`);
  }
  return value;
}

/** Refuses a written model. */
export function refuseWritten(kind: string, what: string): never {
  throw new UserError(`this is no written ${kind} model: ${what}`, {
    exitCode: exitCodes.usage,
    code: 'bad-model',
    next: 'read the entry that the registry holds, unchanged, or train the model again',
  });
}
