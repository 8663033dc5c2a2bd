/** Lets objects go that were held. @upstream kueue v0.19.2 pkg/workload FinalizeOrphanedWorkload */
import { hasFinalizer, isDeleting } from '../../api/meta.js';
import type { HasMetadata, Kind } from '../../api/object.js';
import type { Reconciliation } from '../../client/contract.js';
import { call, update } from '../../client/requests.js';
import { changeStatus } from './changes.js';
import { keys } from './keys.js';
import { workloads, type Workload } from './types.js';
import { isFinished, withSetting } from './workload-status.js';

/** Takes Kueue's finalizer from an object. */
export function* release<T extends HasMetadata>(kind: Kind<T>, object: T): Reconciliation<void> {
  if (!hasFinalizer(object, keys.inUse)) return;
  const finalizers = object.metadata.finalizers?.filter(one => one !== keys.inUse) ?? [];
  const metadata = { ...object.metadata, finalizers };
  yield* call(update(kind, { ...object, metadata }));
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

/** A workload whose job has gone gives back its quota and may go. */
export function* finalizeOrphan(
  workload: Workload,
  nowMs: number,
  { canFinish }: { readonly canFinish: boolean },
): Reconciliation<void> {
  let current: Workload | undefined = workload;
  if (canFinish && !isDeleting(workload)) {
    const reason = 'OwnerNotFound';
    const message = "The workload's owner no longer exists";
    current = yield* finish(workload, { reason, message }, nowMs);
  }
  if (current !== undefined) yield* release(workloads, current);
}
