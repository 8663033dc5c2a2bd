/** A case of the drift vectors, and how numbers are compared. */

/** One case, replayed when it is asked for. */
export interface Case {
  readonly id: string;
  /** The first difference, or undefined. */
  replay(): string | undefined;
}

/** How near is near enough. */
export interface Tolerance {
  readonly relative: number;
  readonly absolute: number;
}

/** What holds where the vectors' README says nothing else. */
export const usual: Tolerance = { relative: 1e-9, absolute: 1e-12 };

/** What is expected: a number, null for none, a list, or fields with the like. */
export type Expected =
  number | boolean | null | readonly Expected[] | { readonly [name: string]: Expected };

/**
 * The first difference between what came and what is expected, field by field of what is expected.
 *
 * @param toleranceOf - by the path of a number: `ks.pValueAuto`
 */
export function difference(
  actual: unknown,
  expected: Expected,
  toleranceOf: (path: string) => Tolerance = () => usual,
  path = '',
): string | undefined {
  if (typeof expected === 'number') {
    return isNear(actual, expected, toleranceOf(path))
      ? undefined
      : `${path}: ${String(actual)}, expected ${expected}`;
  }
  if (expected === null || typeof expected === 'boolean') {
    // JSON holds nothing that is not finite.
    const isNone = actual === undefined || (typeof actual === 'number' && !Number.isFinite(actual));
    return actual === expected || (isNone && expected === null)
      ? undefined
      : `${path}: ${String(actual)}, expected ${String(expected)}`;
  }
  if (Array.isArray(expected)) {
    const length = (actual as ArrayLike<unknown> | undefined)?.length;
    if (length !== expected.length) {
      return `${path}: ${String(length)} items, expected ${expected.length}`;
    }
  }
  const fields = (actual ?? {}) as Readonly<Record<string, unknown>>;
  for (const [name, value] of Object.entries(expected)) {
    const at = path === '' ? name : `${path}.${name}`;
    const found = difference(fields[name], value as Expected, toleranceOf, at);
    if (found !== undefined) return found;
  }
  return undefined;
}

function isNear(actual: unknown, expected: number, { relative, absolute }: Tolerance): boolean {
  if (typeof actual !== 'number') return false;
  if (actual === expected) return true;
  return Math.abs(actual - expected) <= Math.max(absolute, relative * Math.abs(expected));
}
