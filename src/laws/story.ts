/** Words for the evidence of a breach: objects by name, lines of the history, lengths of time. */
import type { HasMetadata } from '../../sim/api/object.js';
import type { Entry, Evidence } from './law.js';

/** `Pod training/worker-0`, `Node n1`. */
export function nameOf({ kind = 'Object', metadata }: HasMetadata): string {
  const { namespace, name = '' } = metadata;
  return namespace === undefined ? `${kind} ${name}` : `${kind} ${namespace}/${name}`;
}

const verbs = { ADDED: 'creates', MODIFIED: 'writes', DELETED: 'deletes' } as const;

/** A write as a line: who wrote what, and what of it matters here. */
export function written(
  { revision, timeMs, type, user, object }: Entry<HasMetadata>,
  what = '',
): Evidence {
  const who = user === '' ? 'somebody' : user;
  const more = what === '' ? '' : `: ${what}`;
  return { revision, timeMs, text: `${who} ${verbs[type]} ${nameOf(object)}${more}` };
}

/** What was measured, as a line. */
export function measured(timeMs: number, text: string): Evidence {
  return { timeMs, text };
}

/** The lines in the order of time, each once. */
export function inOrder(lines: readonly (Evidence | undefined)[]): readonly Evidence[] {
  const known = lines.filter(line => line !== undefined);
  const once = known.filter(
    (line, index) =>
      known.findIndex(other => other.text === line.text && other.timeMs === line.timeMs) === index,
  );
  return once.sort((a, b) => a.timeMs - b.timeMs || (a.revision ?? 0) - (b.revision ?? 0));
}

/** `90 s`, `5 min`, `2 h`: a length of time for people. */
export function lengthOf(durationMs: number): string {
  if (durationMs < 1_000) return `${Math.round(durationMs)} ms`;
  if (durationMs < 120_000) return `${trimmed(durationMs / 1_000)} s`;
  if (durationMs < 7_200_000) return `${trimmed(durationMs / 60_000)} min`;
  return `${trimmed(durationMs / 3_600_000)} h`;
}

function trimmed(value: number): string {
  return String(Math.round(value * 10) / 10);
}
