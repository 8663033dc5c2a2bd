/** What validating a value against a schema found, and how findings add up. */
import { invalid, type FieldError } from '../../api/field-error.js';

/** One finding. `path` '' is the root; a finding without a path is about a whole. */
interface Finding {
  readonly path: string | undefined;
  readonly error: (path: string) => FieldError;
}

/** The findings of some checks. */
export interface Result {
  readonly findings: Finding[];
  /** How many checks were made: tells which of several alternatives came closest. */
  matches: number;
}

/** Nothing found. */
export function empty(): Result {
  return { findings: [], matches: 0 };
}

/** Adds results to one. */
export function merge(into: Result, ...results: readonly (Result | undefined)[]): Result {
  for (const result of results) {
    if (result === undefined) continue;
    into.findings.push(...result.findings);
    into.matches += result.matches;
  }
  return into;
}

/** One finding at a path. */
export function found(path: string, error: (path: string) => FieldError): Result {
  return { findings: [{ path, error }], matches: 0 };
}

/** One finding that a text tells. */
export function said(path: string, value: unknown, text: string): Result {
  return found(path, at => invalid(at, value, text));
}

/** Whether nothing was found. */
export function isValid({ findings }: Result): boolean {
  return findings.length === 0;
}

/** The alternative that most checks were made of; the first of several. */
export function closest(results: readonly Result[]): Result | undefined {
  let best: Result | undefined;
  for (const result of results) {
    if (best === undefined || result.matches > best.matches) best = result;
  }
  return best;
}
