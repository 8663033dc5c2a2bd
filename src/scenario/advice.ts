/** The next step after a refusal: which field to add or change, on which line. */
import { operators } from '../../sim/operators/index.js';
import type { Applied, Cause } from '../cluster.js';
import type { FieldPath } from '../input/located.js';
import type { Manifest } from '../input/manifests.js';

/** One line for each thing to do. */
export function adviceFor(applied: Applied, manifest: Manifest): readonly string[] {
  const { object, file } = manifest;
  const fromServer = (applied.causes ?? []).flatMap(cause => adviceOf(cause, manifest));
  const fromOperators = Object.values(operators).flatMap(
    operator => operator.hints?.(object) ?? [],
  );
  return [...fromServer, ...fromOperators.map(hint => `${file}: ${hint}`)];
}

function adviceOf({ field, reason, message }: Cause, manifest: Manifest): string[] {
  if (field === undefined || field === '<nil>') return [];
  const path = pathOf(field);
  const place = `${manifest.file}:${manifest.document.lineOf([...manifest.path, ...path])}`;
  const last = String(path.at(-1) ?? field);
  if (reason === 'FieldValueRequired') {
    const parent = field.slice(0, field.length - last.length - 1);
    return [`${place}: add "${last}:" to ${parent}`];
  }
  return [`${place}: change ${field}: ${message ?? ''}`];
}

/** `spec.containers[0].name` -> spec, containers, 0, name; `labels[a.b]` -> labels, a.b. */
function pathOf(field: string): FieldPath {
  return [...field.matchAll(/\[([^\]]*)\]|[^.[\]]+/g)].map(([part, key]) => {
    if (key === undefined) return part;
    return /^\d+$/.test(key) ? Number(key) : key;
  });
}
