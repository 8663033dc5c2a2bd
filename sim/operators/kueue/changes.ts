/** Writes of a workload's status. @upstream kueue v0.19.2 pkg/workload/patching, pkg/workload/evict */
import { deepEqual } from '../../api/equality.js';
import type { ControllerContext, Reconciliation } from '../../client/contract.js';
import { call, get, update } from '../../client/requests.js';
import { workloads, type Workload } from './types.js';
import { cut, evictionEvent, withEviction, type EvictionCause } from './workload-status.js';

/** How often a write that met another is tried again. */
const conflictsMax = 5;

/**
 * Changes the status, on what the server has by then when it had gone on; nothing is written where
 * nothing would change. Undefined: it could not be done, or the workload has gone.
 */
export function* changeStatus(
  workload: Workload,
  change: (workload: Workload) => Workload,
): Reconciliation<Workload | undefined> {
  const { namespace = '', name = '' } = workload.metadata;
  let current = workload;
  for (let conflicts = 0; conflicts <= conflictsMax; conflicts++) {
    const next = change(current);
    if (deepEqual(next.status, current.status)) return current;
    const answer = yield* call(update(workloads, next, 'status'));
    if (answer.isOk) return answer.object;
    if (answer.reason !== 'Conflict') return undefined;
    const fresh = yield* call(get(workloads, namespace, name));
    if (!fresh.isOk || fresh.object.metadata.uid !== workload.metadata.uid) return undefined;
    current = fresh.object;
  }
  return undefined;
}

/** Tells a workload to stop, and tells of it. False: it could not be told. */
export function* evict(
  workload: Workload,
  cause: EvictionCause,
  { clock, events }: ControllerContext,
  prepare: (workload: Workload) => Workload = same,
): Reconciliation<boolean> {
  const hadAdmission = workload.status?.admission !== undefined;
  const written = yield* changeStatus(workload, current =>
    withEviction(prepare(current), cause, clock.now()),
  );
  if (written === undefined) return false;
  if (hadAdmission) {
    const reason = evictionEvent(cause);
    const message = cut(cause.message, 'event');
    events.record({ regarding: written, type: 'Normal', reason, action: reason, message });
  }
  return true;
}

function same(workload: Workload): Workload {
  return workload;
}
