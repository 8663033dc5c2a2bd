/** Whether a workload's pods have started, and which are done. @upstream kueue v0.19.2 generatePodsReadyCondition */
import type { Workload } from './types.js';
import { conditionOf, isAdmitted, type Setting } from './workload-status.js';

/** The condition PodsReady as it should be. */
export function podsReadyCondition(workload: Workload, areReady: boolean): Setting {
  const type = 'PodsReady';
  const waits: Setting = {
    ...{ type, status: 'False', reason: 'WaitForStart' },
    message: 'Not all pods are ready or succeeded',
  };
  if (!isAdmitted(workload)) return waits;
  const before = conditionOf(workload, type);
  if (areReady) {
    const isBack = before?.reason === 'WaitForRecovery' || before?.reason === 'Recovered';
    const message = 'All pods reached readiness and the workload is running';
    return { type, status: 'True', reason: isBack ? 'Recovered' : 'Started', message };
  }
  if (before?.status !== 'True' && before?.reason !== 'WaitForRecovery') return waits;
  const message = 'At least one pod has failed, waiting for recovery';
  return { type, status: 'False', reason: 'WaitForRecovery', message };
}

/** Whether the workload knows how many pods of each set are done for good. */
export function hasReclaimed(
  { status, spec }: Workload,
  wanted: readonly { readonly name: string; readonly count: number }[],
): boolean {
  const known = status?.reclaimablePods ?? [];
  const mostOf = (name: string): number => spec.podSets.find(set => set.name === name)?.count ?? 0;
  return (
    known.length === wanted.length &&
    wanted.every(({ name, count }) =>
      known.some(one => one.name === name && one.count === Math.min(count, mostOf(name))),
    )
  );
}
