/** Whether a workload's pods have started. @upstream kueue v0.19.2 generatePodsReadyCondition */
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
