/** What is wrong with a field, and how Knative words it. @upstream knative.dev/pkg apis/field_error.go */

/** A problem; its paths are those of the fields that it is about. */
export interface FieldProblem {
  readonly message: string;
  readonly paths: readonly string[];
  readonly details?: string;
}

/** A field that must be there. */
export function missingField(path: string): FieldProblem {
  return { message: 'missing field(s)', paths: [path] };
}

/** Fields that must not be set. */
export function disallowed(...paths: readonly string[]): FieldProblem {
  return { message: 'must not set the field(s)', paths };
}

/** A value that cannot be. */
export function invalidValue(value: unknown, path: string, details?: string): FieldProblem {
  const message = `invalid value: ${String(value)}`;
  return { message, paths: [path], ...(details !== undefined && { details }) };
}

/** A value out of bounds. */
export function outOfBounds(
  value: unknown,
  [least, most]: readonly [unknown, unknown],
  path: string,
): FieldProblem {
  const message = `expected ${String(least)} <= ${String(value)} <= ${String(most)}`;
  return { message, paths: [path] };
}

/** The problems of a part of an object as those of the object: '' in a path is the part itself. */
export function within(prefix: string, problems: readonly FieldProblem[]): readonly FieldProblem[] {
  return problems.map(problem => ({
    ...problem,
    paths: problem.paths.map(path => joined(prefix, path)),
  }));
}

function joined(prefix: string, path: string): string {
  if (path === '') return prefix;
  return path.startsWith('[') ? `${prefix}${path}` : `${prefix}.${path}`;
}

/** All in one text: what says the same of several fields says it once. */
export function printedProblems(problems: readonly FieldProblem[]): string {
  const merged = new Map<string, FieldProblem>();
  for (const problem of problems) {
    const key = `${problem.message} ${problem.details ?? ''}`;
    const known = merged.get(key);
    const paths = [...new Set([...(known?.paths ?? []), ...problem.paths])].sort();
    merged.set(key, { ...problem, paths });
  }
  return [...merged]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, { message, paths, details }]) => {
      const line = `${message}: ${paths.join(', ')}`;
      return details === undefined || details === '' ? line : `${line}\n${details}`;
    })
    .join('\n');
}
