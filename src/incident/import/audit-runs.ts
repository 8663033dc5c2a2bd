/** How long the pods of Jobs ran, as kubelets wrote it into their status. */
import { timeMs } from '../../../sim/api/time.js';
import type { Pod } from '../../../sim/api/kinds/core.js';
import type { AuditEvent } from './audit-log.js';
import type { Sink } from './format.js';

/** Tells a run when all containers of the pod have ended, and of their own accord. */
export function tellRuns(
  { verb, objectRef, responseObject, ...event }: AuditEvent,
  sink: Sink,
): void {
  if (objectRef?.resource !== 'pods' || objectRef.subresource !== 'status') return;
  if (verb !== 'update' && verb !== 'patch') return;
  // The wire: a write of a pod's status is answered with the pod.
  const { metadata, status } = (responseObject ?? event.requestObject ?? {}) as Partial<Pod>;
  const owner = metadata?.ownerReferences?.find(({ kind }) => kind === 'Job');
  if (owner === undefined || metadata?.deletionTimestamp !== undefined) return;
  const ends = (status?.containerStatuses ?? []).map(({ state }) => {
    const { startedAt, finishedAt } = state?.terminated ?? {};
    return { startMs: timeMs(startedAt), endMs: timeMs(finishedAt) };
  });
  const startMs = Math.min(...ends.map(({ startMs: ms = NaN }) => ms));
  const endMs = Math.max(...ends.map(({ endMs: ms = NaN }) => ms));
  if (ends.length === 0 || Number.isNaN(startMs) || Number.isNaN(endMs)) return;
  sink.run({ owner: `Job ${objectRef.namespace ?? ''}/${owner.name}`, startMs, endMs });
}
