/** Lets objects go that were held. @upstream kueue v0.19.2 pkg/workload FinalizeOrphanedWorkload */
import { hasFinalizer, isDeleting } from '../../api/meta.js';
import type { HasMetadata, Kind } from '../../api/object.js';
import type { Reconciliation } from '../../client/contract.js';
import { call, get, update } from '../../client/requests.js';
import { changeStatus } from './changes.js';
import type { JobIntegration } from './job-integration.js';
import { keys } from './keys.js';
import { workloads, type Workload } from './types.js';
import { isFinished, withSetting } from './workload-status.js';

/** Takes Kueue's finalizer from an object. Why that failed, if it did. */
export function* release<T extends HasMetadata>(
  kind: Kind<T>,
  object: T,
): Reconciliation<string | undefined> {
  if (!hasFinalizer(object, keys.inUse)) return undefined;
  const finalizers = object.metadata.finalizers?.filter(one => one !== keys.inUse) ?? [];
  const metadata = { ...object.metadata, finalizers };
  const answer = yield* call(update(kind, { ...object, metadata }));
  return answer.isOk || answer.status === 404 ? undefined : answer.message;
}

/** How often a write that met another is tried again. */
const conflictsMax = 5;

/** Takes from a job the finalizer of its kind. Why that failed, if it did. @upstream removePodFinalizers */
export function* releaseJob(
  job: HasMetadata,
  { kind, finalizer }: JobIntegration,
): Reconciliation<string | undefined> {
  if (finalizer === undefined) return undefined;
  const { namespace = '', name = '', uid } = job.metadata;
  let current = job;
  for (let conflicts = 0; conflicts <= conflictsMax; conflicts++) {
    if (!hasFinalizer(current, finalizer)) return undefined;
    const finalizers = current.metadata.finalizers?.filter(one => one !== finalizer) ?? [];
    const metadata = { ...current.metadata, finalizers };
    const answer = yield* call(update(kind, { ...current, metadata }));
    if (answer.isOk || answer.status === 404) return undefined;
    if (answer.reason !== 'Conflict') return answer.message;
    const fresh = yield* call(get(kind, namespace, name));
    if (!fresh.isOk) return fresh.status === 404 ? undefined : fresh.message;
    if (fresh.object.metadata.uid !== uid) return undefined;
    current = fresh.object;
  }
  return 'the job is written too often';
}

/** Puts Kueue's finalizer on an object that has it not. Whether it was put there now. */
export function* hold<T extends HasMetadata>(kind: Kind<T>, object: T): Reconciliation<boolean> {
  if (hasFinalizer(object, keys.inUse)) return false;
  const finalizers = [...(object.metadata.finalizers ?? []), keys.inUse];
  yield* call(update(kind, { ...object, metadata: { ...object.metadata, finalizers } }));
  return true;
}

/** Says that a workload is done. */
export function* finish(
  workload: Workload,
  because: { readonly reason: string; readonly message: string },
  nowMs: number,
): Reconciliation<Workload | undefined> {
  if (isFinished(workload)) return workload;
  const setting = { type: 'Finished', status: 'True', ...because } as const;
  return yield* changeStatus(workload, current => withSetting(current, setting, nowMs));
}

/** A workload whose job has gone gives back its quota and may go. Why that failed, if it did. */
export function* finalizeOrphan(
  workload: Workload,
  nowMs: number,
  { canFinish }: { readonly canFinish: boolean },
): Reconciliation<string | undefined> {
  let current: Workload | undefined = workload;
  if (canFinish && !isDeleting(workload)) {
    const reason = 'OwnerNotFound';
    const message = "The workload's owner no longer exists";
    current = yield* finish(workload, { reason, message }, nowMs);
  }
  if (current === undefined) return 'the workload has gone, or could not be finished';
  return yield* release(workloads, current);
}
