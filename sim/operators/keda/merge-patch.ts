/** The merge patch from one status to another, as controller-runtime's MergeFrom makes it. */
import { deepEqual, isRecord } from '../../api/equality.js';
import type { HasMetadata, Kind } from '../../api/object.js';
import type { Answer, Reconciliation } from '../../client/contract.js';
import { call, patch } from '../../client/requests.js';

/** What changes; undefined when nothing does. Lists are replaced as wholes. */
export function mergePatch(before: unknown, after: unknown): unknown {
  if (deepEqual(before, after)) return undefined;
  if (!isRecord(before) || !isRecord(after)) return after ?? null;
  const changes: Record<string, unknown> = {};
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const change = mergePatch(before[key], after[key]);
    if (change !== undefined) changes[key] = change;
  }
  return changes;
}

/** Writes another status; an answer that nothing changed where it would not. */
export function* patchStatus<T extends HasMetadata & { readonly status?: unknown }>(
  kind: Kind<T>,
  object: T,
  status: NonNullable<T['status']>,
): Reconciliation<Answer<T>> {
  const change = mergePatch(object.status ?? {}, status);
  if (change === undefined) return { isOk: true, status: 200, object };
  const { namespace = '', name = '' } = object.metadata;
  const of = { namespace, name, subresource: 'status' };
  return yield* call(patch(kind, of, { type: 'merge' }, { status: change }));
}
