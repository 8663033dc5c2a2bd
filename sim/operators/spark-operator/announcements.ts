/** The events of an application. @upstream kubeflow/spark-operator pkg/common/event.go */
import type { EventToRecord } from '../../client/event-recorder.js';
import type { ApplicationState, PodState } from './types.js';

/** An event, without whom it is about. */
export type Announcement = Omit<EventToRecord, 'regarding'>;

const ofApplication: Readonly<
  Partial<Record<ApplicationState, readonly [Announcement['type'], string, string]>>
> = {
  SUBMITTED: ['Normal', 'Submitted', 'was submitted successfully'],
  COMPLETED: ['Normal', 'Completed', 'completed'],
  PENDING_RERUN: ['Warning', 'PendingRerun', 'is pending rerun'],
  SUSPENDING: ['Warning', 'Suspending', 'is suspending'],
  SUSPENDED: ['Warning', 'Suspended', 'is suspended'],
  RESUMING: ['Warning', 'Resuming', 'is resuming'],
};

/** What is told of an application in this state; undefined for those of which nothing is. */
export function applicationEvent(
  state: ApplicationState,
  name: string,
  error: string,
): Announcement | undefined {
  const subject = `SparkApplication ${name}`;
  switch (state) {
    case '': {
      const message = `${subject} was added, enqueuing it for submission`;
      return { type: 'Normal', reason: 'SparkApplicationAdded', message };
    }
    case 'SUBMISSION_FAILED': {
      const message = `failed to submit ${subject}: ${error}`;
      return { type: 'Warning', reason: 'SparkApplicationSubmissionFailed', message };
    }
    case 'FAILED':
      return {
        type: 'Warning',
        reason: 'SparkApplicationFailed',
        message: `${subject} failed: ${error}`,
      };
    default: {
      const told = ofApplication[state];
      if (told === undefined) return undefined;
      const [type, reason, text] = told;
      return { type, reason: `SparkApplication${reason}`, message: `${subject} ${text}` };
    }
  }
}

const ofPod: Readonly<Record<PodState, readonly [string, string]>> = {
  PENDING: ['Pending', 'is pending'],
  RUNNING: ['Running', 'is running'],
  COMPLETED: ['Completed', 'completed'],
  FAILED: ['Failed', 'failed'],
  UNKNOWN: ['Unknown', 'in unknown state'],
};

/** What is told of a pod that has come to this state; `how` says more of a failure. */
export function podEvent(
  role: 'Driver' | 'Executor',
  name: string,
  state: PodState,
  how = '',
): Announcement {
  const [reason, text] = ofPod[state];
  const type = state === 'FAILED' || state === 'UNKNOWN' ? 'Warning' : 'Normal';
  return { type, reason: `Spark${role}${reason}`, message: `${role} ${name} ${text}${how}` };
}
