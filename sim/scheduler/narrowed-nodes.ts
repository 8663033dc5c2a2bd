/** The nodes that are left when PreFilter plug-ins name the only ones that could do. */
import { status, type Status } from './framework.js';

/** The names in both; the first are all where none are given. */
export function intersection(
  names: ReadonlySet<string> | undefined,
  others: ReadonlySet<string>,
): ReadonlySet<string> {
  return names === undefined ? others : new Set([...names].filter(name => others.has(name)));
}

/** No node is left that all these plug-ins allow. */
export function nothingLeft(narrowedBy: readonly string[]): Status {
  const names = [...narrowedBy].sort();
  const message =
    names.length === 1
      ? `node(s) didn't satisfy plugin ${names[0] ?? ''}`
      : `node(s) didn't satisfy plugin(s) [${names.join(' ')}] simultaneously`;
  return status('UnschedulableAndUnresolvable', '', message);
}
