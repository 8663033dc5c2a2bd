/** The shape of the training operator's jobs. @upstream kubeflow/training-operator v1.8.1 pkg/apis/kubeflow.org/v1/common_types.go */
import type { PodTemplateSpec } from '../../api/kinds/core.js';
import type { HasMetadata } from '../../api/object.js';

/** What one kind of member of a job is. */
export interface ReplicaSpec {
  readonly replicas?: number;
  readonly restartPolicy?: 'Always' | 'OnFailure' | 'Never' | 'ExitCode';
  readonly template: PodTemplateSpec;
}

/** A replica spec with the defaults that the operator fills in, in its own memory. */
export interface DefaultedReplicaSpec extends ReplicaSpec {
  readonly replicas: number;
  readonly restartPolicy: NonNullable<ReplicaSpec['restartPolicy']>;
}

/** How a job is run as a whole. */
export interface RunPolicy {
  readonly cleanPodPolicy?: 'None' | 'Running' | 'All';
  readonly ttlSecondsAfterFinished?: number;
  readonly activeDeadlineSeconds?: number;
  readonly backoffLimit?: number;
  readonly suspend?: boolean;
  readonly schedulingPolicy?: {
    readonly minAvailable?: number;
    readonly minResources?: Readonly<Record<string, string>>;
    readonly priorityClass?: string;
    readonly queue?: string;
    readonly scheduleTimeoutSeconds?: number;
  };
}

/** A condition of a job. */
export interface JobCondition {
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason?: string;
  readonly message?: string;
  readonly lastUpdateTime?: string;
  readonly lastTransitionTime?: string;
}

/** The counts of a replica type. */
export interface ReplicaStatus {
  readonly active?: number;
  readonly succeeded?: number;
  readonly failed?: number;
  readonly selector?: string;
}

/** The status of a job. */
export interface JobStatus {
  readonly conditions?: readonly JobCondition[];
  readonly replicaStatuses?: Readonly<Record<string, ReplicaStatus>>;
  readonly startTime?: string;
  readonly completionTime?: string;
  readonly lastReconcileTime?: string;
}

/** A job of any of the kinds. */
export interface TrainingJob extends HasMetadata {
  readonly spec?: Readonly<Record<string, unknown>> & { readonly runPolicy?: RunPolicy };
  readonly status?: JobStatus;
}

/** The replica specs by type, with defaults, sorted by type. */
export type Replicas = readonly (readonly [string, DefaultedReplicaSpec])[];
