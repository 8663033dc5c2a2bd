/**
 * Checks an object that a conversion webhook sent, and gives it back the metadata that it had.
 * @upstream apiextensions-apiserver/pkg/apiserver/conversion/webhook_converter.go
 */
import { isRecord } from '../../api/equality.js';
import { printedError, type FieldError } from '../../api/field-error.js';
import { goTypeName } from '../../api/go-text.js';
import type { KubeObject } from '../../api/object.js';
import { aggregated } from '../../api/status.js';
import { annotationErrors, labelErrors } from '../meta-validation.js';

type Json = Readonly<Record<string, unknown>>;

/** The converted object, or what is wrong with it: the words after `returned `, or a text of its own. */
export type CheckedObject = { readonly object: KubeObject } | { readonly problem: string };

/** Checks what came for the original. */
export function checkedObject(
  original: KubeObject,
  sent: unknown,
  apiVersion: string,
): CheckedObject {
  const { kind = '', apiVersion: received = '', metadata } = (sent ?? {}) as Json;
  const invalid = (text: string) => ({ problem: `returned invalid object${text}` });
  if (received !== apiVersion) {
    const told = `(expected ${apiVersion}, received ${String(received)})`;
    return invalid(` at index 0: invalid groupVersion ${told}`);
  }
  if (kind !== original.kind) {
    const told = `(expected ${original.kind ?? ''}, received ${String(kind)})`;
    return invalid(` at index 0: invalid kind ${told}`);
  }
  const difference = identityProblem(original, isRecord(metadata) ? metadata : {});
  if (difference !== undefined) return invalid(`: ${difference}`);
  const restored = restoredMeta(original, metadata);
  if ('problem' in restored) return { problem: `returned invalid metadata: ${restored.problem}` };
  return { object: { ...(sent as KubeObject), metadata: restored.metadata } };
}

const identity = [
  ['name', 'name'],
  ['namespace', 'namespace'],
  ['uid', 'UID'],
] as const;

function identityProblem({ metadata }: KubeObject, sent: Json): string | undefined {
  for (const [field, shown] of identity) {
    const [own, other] = [metadata[field] ?? '', sent[field] ?? ''];
    if (own !== other) return `must have the same ${shown}: ${own} != ${String(other)}`;
  }
  return undefined;
}

/** All of the original's, but the labels and annotations are the webhook's. */
function restoredMeta(
  { metadata: own }: KubeObject,
  sent: unknown,
): { readonly metadata: KubeObject['metadata'] } | { readonly problem: string } {
  if (sent === undefined) return { problem: 'missing metadata in converted object' };
  if (!isRecord(sent)) {
    return { problem: `invalid metadata of type ${goTypeName(sent)} in converted object` };
  }
  const { labels: _labels, annotations: _annotations, ...rest } = own;
  const maps: Record<string, Json> = {};
  for (const field of ['labels', 'annotations'] as const) {
    const map = sent[field];
    if (map === undefined || map === null) continue;
    const problem = mapProblem(field, map, own[field]);
    if (problem !== undefined) return { problem };
    maps[field] = map as Json;
  }
  return { metadata: { ...rest, ...maps } as KubeObject['metadata'] };
}

function mapProblem(
  field: 'labels' | 'annotations',
  map: unknown,
  own: Json | undefined,
): string | undefined {
  if (!isRecord(map)) {
    return `invalid metadata.${field} of type ${goTypeName(map)} in converted object`;
  }
  for (const [key, value] of Object.entries(map)) {
    if (typeof value === 'string') continue;
    const text = `must be a string, but is ${goTypeName(value)} in converted object`;
    return `metadata.${field}[${key}] ${text}`;
  }
  const isSame =
    Object.keys(own ?? {}).length === Object.keys(map).length &&
    Object.entries(map).every(([key, value]) => own?.[key] === value);
  if (isSame) return undefined;
  const errors = keyErrors(field, map as Readonly<Record<string, string>>);
  return errors.length === 0 ? undefined : aggregated(errors.map(printedError));
}

function keyErrors(
  field: 'labels' | 'annotations',
  map: Readonly<Record<string, string>>,
): readonly FieldError[] {
  return field === 'labels'
    ? labelErrors(map, 'metadata.labels')
    : annotationErrors(map, 'metadata.annotation');
}
