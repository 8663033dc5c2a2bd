/** The states of a job, and what an action does in each. @upstream volcano v1.15.1 pkg/controllers/job/state */
import type { Job, JobPhase, JobStatus } from './types.js';

/** What a status is while it is worked out: all counts are there. */
export type DraftStatus = JobStatus & {
  readonly pending: number;
  readonly running: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly terminating: number;
};

/** The phase that follows, once the pods have been counted; undefined: it stays. */
export type NextPhase = (status: DraftStatus) => Transition | undefined;

/** A change of phase. */
export interface Transition {
  readonly phase: JobPhase;
  /** It counts as another try. */
  readonly isRetry?: boolean;
}

/** What is done with the pods. */
export type Step =
  | { readonly kind: 'sync'; readonly next: NextPhase }
  /** All pods go, but those that have ended where they are kept. */
  | { readonly kind: 'kill'; readonly keepsEnded: boolean; readonly next: NextPhase }
  /** The pods that the action is about go. */
  | { readonly kind: 'kill-target'; readonly next: NextPhase };

const stay: NextPhase = () => undefined;
const targeted = ['RestartTask', 'RestartPod', 'RestartPartition'];
const restart: Transition = { phase: 'Restarting', isRetry: true };

/** The step that an action takes in the job's phase. */
export function stepOf(job: Job, action: string): Step {
  switch (job.status?.state?.phase) {
    case 'Running':
      return active(action, () => ({ kind: 'sync', next: status => afterRunning(job, status) }));
    case 'Restarting':
      return restarting(job, action);
    case 'Terminated':
    case 'Completed':
    case 'Failed':
      return { kind: 'kill', keepsEnded: true, next: stay };
    case 'Terminating':
      return ending('Terminated');
    case 'Completing':
      return ending('Completed');
    case 'Aborting':
      return action === 'ResumeJob' ? resumed : ending('Aborted');
    case 'Aborted':
      return action === 'ResumeJob' ? resumed : { kind: 'kill', keepsEnded: true, next: stay };
    case 'Pending':
    case undefined:
      return active(action, () => ({ kind: 'sync', next: status => afterPending(job, status) }));
  }
}

const resumed: Step = { kind: 'kill', keepsEnded: true, next: () => restart };

function active(action: string, otherwise: () => Step): Step {
  if (action === 'RestartJob') return { kind: 'kill', keepsEnded: false, next: () => restart };
  if (targeted.includes(action)) return { kind: 'kill-target', next: () => restart };
  const phases: Readonly<Record<string, JobPhase>> = {
    AbortJob: 'Aborting',
    CompleteJob: 'Completing',
    TerminateJob: 'Terminating',
  };
  const phase = phases[action];
  return phase === undefined
    ? otherwise()
    : { kind: 'kill', keepsEnded: true, next: () => ({ phase }) };
}

function restarting(job: Job, action: string): Step {
  const next: NextPhase = status => afterRestarting(job, status);
  if (action === 'SyncJob') return { kind: 'sync', next };
  if (targeted.includes(action)) return { kind: 'kill-target', next };
  return { kind: 'kill', keepsEnded: false, next };
}

/** The phase is reached when no pod lives any more. */
function ending(phase: JobPhase): Step {
  const next: NextPhase = ({ terminating, pending, running }) =>
    terminating + pending + running > 0 ? undefined : { phase };
  return { kind: 'kill', keepsEnded: true, next };
}

function afterPending({ spec }: Job, status: DraftStatus): Transition | undefined {
  const begun = status.running + status.succeeded + status.failed;
  return (spec.minAvailable ?? 0) <= begun ? { phase: 'Running' } : undefined;
}

function afterRestarting(job: Job, status: DraftStatus): Transition | undefined {
  if ((status.retryCount ?? 0) >= (job.spec.maxRetry ?? 0)) return { phase: 'Failed' };
  const enough = totalOf(job) - status.terminating >= (status.minAvailable ?? 0);
  return enough ? { phase: 'Pending' } : undefined;
}

function afterRunning(job: Job, status: DraftStatus): Transition | undefined {
  const total = totalOf(job);
  if (total === 0) return undefined;
  const { minSuccess, minAvailable = 0 } = job.spec;
  if (minSuccess !== undefined && status.succeeded >= minSuccess) return { phase: 'Completed' };
  if (status.succeeded + status.failed === total) return { phase: outcomeOf(job, status) };
  return status.pending > total - minAvailable ? { phase: 'Pending' } : undefined;
}

/** All pods have ended. */
function outcomeOf({ spec }: Job, status: DraftStatus): JobPhase {
  const { minSuccess, minAvailable = 0, tasks = [] } = spec;
  const leasts = tasks.reduce((sum, task) => sum + (task.minAvailable ?? task.replicas ?? 0), 0);
  const isShort = tasks.some(({ name = '', minAvailable: least }) => {
    const counts = status.taskStatusCount?.[name];
    return (
      least !== undefined && counts !== undefined && (counts.phase?.['Succeeded'] ?? 0) < least
    );
  });
  if (minAvailable >= leasts && isShort) return 'Failed';
  if (minSuccess !== undefined && status.succeeded < minSuccess) return 'Failed';
  return status.succeeded >= minAvailable ? 'Completed' : 'Failed';
}

function totalOf({ spec }: Job): number {
  return (spec.tasks ?? []).reduce((sum, { replicas = 0 }) => sum + replicas, 0);
}
