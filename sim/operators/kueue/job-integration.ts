/** The contract of a kind of job that Kueue starts and stops. @upstream kueue v0.19.2 pkg/controller/jobframework/interface.go */
import type { FieldError } from '../../api/field-error.js';
import type { HasMetadata, Kind } from '../../api/object.js';
import type { Reconciliation } from '../../client/contract.js';
import type { PodSetInfo } from './pod-set-info.js';
import type { PodSet } from './types.js';

/** How a job ended. */
export interface JobEnd {
  readonly message: string;
  readonly isSuccess: boolean;
}

/** What is refused of a job that names a queue. */
export interface QueuedRefusals {
  readonly errors: readonly FieldError[];
  /** What is refused of all kinds is not looked for. */
  readonly isAll: boolean;
}

/** Why a job is stopped. @upstream kueue v0.19.2 pkg/controller/jobframework/stop_reason.go */
export interface StopCause {
  readonly reason:
    'NoMatchingWorkload' | 'NotAdmitted' | 'WorkloadDeleted' | `WorkloadEvictedDueTo${string}`;
  readonly message: string;
}

/** A kind of job. Its functions read a job, or return it changed. */
export interface JobIntegration<T extends HasMetadata = HasMetadata> {
  readonly kind: Kind<T>;
  isSuspended(job: T): boolean;
  withSuspend(job: T, isSuspended: boolean): T;
  /** Its pods, in sets that are alike. */
  podSets(job: T): readonly PodSet[];
  /** The job with what its pods get from their flavours, or a text on why that cannot be. */
  started(job: T, infos: readonly PodSetInfo[]): T | string;
  /** The job with its pods as they were before. */
  restored(job: T, podSets: readonly PodSet[]): T;
  /** Whether pods of it are there. */
  isActive(job: T): boolean;
  arePodsReady(job: T): boolean;
  end(job: T): JobEnd | undefined;
  /** The PriorityClass of its pods. */
  priorityClass(job: T): string;
  /** Its pods depend on other objects: the integration that knows them. A text: why there is none. */
  bound?(job: T): Reconciliation<JobIntegration | string>;
  /** What the webhook adds to all that are created. */
  defaulted?(job: T): T;
  /** Its pods can be changed only while it is suspended and none of them is there. */
  readonly isChangedAsleep?: boolean;
  /** Why its pods cannot be changed yet. */
  unready?(job: T): string | undefined;
  /** It is no other job's child, whoever owns it. */
  readonly isTopLevel?: boolean;
  /** Its workload ends with it: once pushed out it does not come back. */
  readonly isGoneWhenStopped?: boolean;
  /** What keeps it until its workload is over. */
  readonly finalizer?: string;
  /** It is over once it is stopped: who was stopped now, or a text on why that failed. */
  ended?(job: T, cause: StopCause, nowMs: number): Reconciliation<readonly HasMetadata[] | string>;
  /** How many pods of each set are done for good. */
  reclaimablePods?(job: T): readonly { readonly name: string; readonly count: number }[];
  /** It is stopped in several steps: marks that it is being stopped. */
  readonly stopsInSteps?: {
    marked(job: T): T;
    unmarked(job: T): T;
    /** The job whose status must be written first; undefined: none need be. */
    withoutStart(job: T): T | undefined;
  };
  /** What the webhook refuses beyond what it refuses of all kinds. */
  refusals?(job: T, old: T | undefined): readonly string[];
  /** What it refuses of jobs that name a queue, at each write; those that never named one are let be. */
  queuedRefusals?(job: T): QueuedRefusals;
  /** Kueue lets it be for now, or for ever. */
  isSkipped?(job: T): boolean;
  /** It cannot run as it is: it holds no quota. */
  isOnHold?(job: T): boolean;
  /** It may have more or fewer pods while it runs. */
  isElastic?(job: T): boolean;
}
