/** Where pods and applications stand. @upstream kubeflow/spark-operator pkg/util/{sparkapplication,sparkpod}.go */
import type { ContainerStateTerminated, Pod } from '../../api/kinds/core.js';
import { timeMs } from '../../api/time.js';
import { containerNames } from '../../spark/names.js';
import type { ApplicationState, PodState, RestartPolicy, SparkApplicationStatus } from './types.js';

/** How the container of this name has ended. */
export function endOf({ status }: Pod, name: string): ContainerStateTerminated | undefined {
  return status?.containerStatuses?.find(one => one.name === name)?.state?.terminated;
}

/** How Spark's container of an executor has ended. */
export function executorEnd(pod: Pod): ContainerStateTerminated | undefined {
  return endOf(pod, containerNames.executor) ?? endOf(pod, 'executor');
}

/** Where the driver stands. */
export function driverState(pod: Pod): PodState {
  const code = endOf(pod, containerNames.driver)?.exitCode;
  const state = executorState(pod);
  if (state === 'RUNNING' && code !== undefined) return code === 0 ? 'COMPLETED' : 'FAILED';
  return state === 'FAILED' && code === 0 ? 'COMPLETED' : state;
}

/** Where an executor stands. */
export function executorState({ status }: Pod): PodState {
  return states[status?.phase ?? ''] ?? 'UNKNOWN';
}

const states: Readonly<Record<string, PodState>> = {
  Pending: 'PENDING',
  Running: 'RUNNING',
  Succeeded: 'COMPLETED',
  Failed: 'FAILED',
};

/** Where an application stands whose driver stands there. */
export const applicationStates: Readonly<Record<PodState, ApplicationState>> = {
  PENDING: 'SUBMITTED',
  RUNNING: 'RUNNING',
  COMPLETED: 'SUCCEEDING',
  FAILED: 'FAILING',
  UNKNOWN: 'UNKNOWN',
};

/** Whether it ends. */
export function isTerminated(state: ApplicationState | PodState): boolean {
  return state === 'COMPLETED' || state === 'FAILED';
}

/** Whether it is to run again. */
export function shouldRetry(status: SparkApplicationStatus, policy: RestartPolicy = {}): boolean {
  const isOnFailure = policy.type === 'OnFailure';
  const within = (attempts = 0, retries: number | undefined): boolean =>
    isOnFailure && retries !== undefined && attempts <= retries;
  switch (status.applicationState?.state) {
    case 'SUCCEEDING':
      return policy.type === 'Always';
    case 'FAILING':
      return policy.type === 'Always' || within(status.executionAttempts, policy.onFailureRetries);
    case 'SUBMISSION_FAILED':
      return (
        policy.type === 'Always' ||
        within(status.submissionAttempts, policy.onSubmissionFailureRetries)
      );
    default:
      return false;
  }
}

/** How long it still waits before it runs again: longer after each attempt. An error where it cannot be told. */
export function retryWaitMs(
  status: SparkApplicationStatus,
  policy: RestartPolicy = {},
  nowMs: number,
): number | string {
  const isSubmission = status.applicationState?.state === 'SUBMISSION_FAILED';
  const interval = isSubmission
    ? policy.onSubmissionFailureRetryInterval
    : policy.onFailureRetryInterval;
  const { submissionAttempts = 0 } = status;
  const lastMs = timeMs(status.lastSubmissionAttemptTime);
  if (interval === undefined || lastMs === undefined || submissionAttempts <= 0) {
    return 'invalid retry interval, last attempt time or attemptsDone';
  }
  return interval * 1_000 * submissionAttempts - (nowMs - lastMs);
}

/** Whether it has been over for longer than it may stay. */
export function isExpired(
  { terminationTime }: SparkApplicationStatus,
  seconds: number | undefined,
  nowMs: number,
): boolean {
  const endMs = timeMs(terminationTime);
  return seconds !== undefined && endMs !== undefined && nowMs - endMs > seconds * 1_000;
}
