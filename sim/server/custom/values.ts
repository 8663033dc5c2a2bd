/** Patterns and multiples as Go sees them. @upstream k8s.io/kube-openapi/pkg/validation/validate/values.go */
import { RE2JS } from 're2js';

const patterns = new Map<string, RE2JS>();
const patternsMax = 10_000;

/** Go's regular expressions, anywhere in the value. */
export function matchesPattern(pattern: string, value: string): boolean {
  return compiled(pattern).matcher(value).find();
}

/** Schemas say the same patterns over and over: those of quantities and names. */
function compiled(pattern: string): RE2JS {
  let known = patterns.get(pattern);
  if (known === undefined) {
    known = RE2JS.compile(pattern);
    if (patterns.size >= patternsMax) patterns.clear();
    patterns.set(pattern, known);
  }
  return known;
}

/** Why a pattern is none; undefined: it is one. */
export function patternProblem(pattern: string): string | undefined {
  try {
    compiled(pattern);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Whether the value is a multiple, as far as floats tell. */
export function isMultiple(value: number, factor: number): boolean {
  if (Number.isInteger(value) && Number.isInteger(factor)) return value % factor === 0;
  const quotient = factor < 1 ? (1 / factor) * value : value / factor;
  return Math.abs(quotient - Math.round(quotient)) < 1e-9 * Math.max(1, Math.abs(quotient));
}
