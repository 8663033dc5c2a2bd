/** Words for the evidence of a breach: objects by name, lines of the history. */
import type { KubeObject } from '../../sim/api/object.js';
import type { HistoryEntry } from '../../sim/server/contract.js';
import type { Evidence } from './law.js';

/** `Pod training/worker-0`, `Node n1`. */
export function nameOf({ kind = 'Object', metadata }: KubeObject): string {
  const { namespace, name = '' } = metadata;
  return namespace === undefined ? `${kind} ${name}` : `${kind} ${namespace}/${name}`;
}

const verbs = { ADDED: 'creates', MODIFIED: 'writes', DELETED: 'deletes' } as const;

/** A write as a line: who wrote what, and what of it matters here. */
export function written(
  { revision, timeMs, type, user, object }: HistoryEntry,
  what = '',
): Evidence {
  const who = user === '' ? 'somebody' : user;
  const more = what === '' ? '' : `: ${what}`;
  return { revision, timeMs, text: `${who} ${verbs[type]} ${nameOf(object)}${more}` };
}
