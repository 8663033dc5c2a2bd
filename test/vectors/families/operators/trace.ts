/** The shape of the recorded traces of operators. */
import type { KubeObject } from '../../../../sim/api/object.js';

/** A step of a trace: an action on the cluster, or what was observed. */
export interface Step {
  readonly action: string;
  readonly http?: number;
  readonly message?: string;
  /** A merge patch of the job. */
  readonly patch?: unknown;
  /** The status that the pod of the action was given. */
  readonly podStatus?: unknown;
  readonly objects?: Readonly<
    Record<string, readonly KubeObject[] | Readonly<Record<string, string | null>>>
  >;
  /** The job's status. */
  readonly job?: unknown;
  readonly events?: readonly RecordedEvent[];
}

/** An event, as recorded. */
export interface RecordedEvent {
  readonly type: string;
  readonly reason: string;
  readonly on: string;
  readonly message: string;
  readonly count: number;
}

/** A recorded trace of one operator and one job. */
export interface Trace {
  readonly note?: string;
  /** `kubeflow.org/v1/mxjobs`. */
  readonly resource?: string;
  readonly input?: KubeObject;
  readonly steps: readonly Step[];
}
