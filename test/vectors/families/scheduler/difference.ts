/** Where two JSON values differ first. */

/** The path of the first difference with both values, or undefined when they are alike. */
export function firstDifference(actual: unknown, expected: unknown, path = ''): string | undefined {
  if (Object.is(actual, expected)) return undefined;
  if (
    !isObject(actual) ||
    !isObject(expected) ||
    Array.isArray(actual) !== Array.isArray(expected)
  ) {
    return `${path}: got ${shown(actual)}, expected ${shown(expected)}`;
  }
  if (Array.isArray(actual) && actual.length !== (expected as unknown as unknown[]).length) {
    return `${path}: got ${shown(actual)}, expected ${shown(expected)}`;
  }
  for (const key of [...new Set([...Object.keys(expected), ...Object.keys(actual)])].sort()) {
    const difference = firstDifference(actual[key], expected[key], `${path}.${key}`);
    if (difference !== undefined) return difference;
  }
  return undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function shown(value: unknown): string {
  return (JSON.stringify(value) ?? 'nothing').slice(0, 400);
}
