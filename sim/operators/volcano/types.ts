/** The shapes of Volcano's kinds. @upstream volcano v1.15.1 staging/src/volcano.sh/apis/pkg/apis */
import type { PersistentVolumeClaimSpec, PodTemplateSpec } from '../../api/kinds/core.js';
import { kindOf, withEmptySpec, type HasMetadata } from '../../api/object.js';
import type { Quantities } from './amounts.js';

/** What is to be done when something happens. */
export interface LifecyclePolicy {
  readonly event?: string;
  readonly events?: readonly string[];
  readonly exitCode?: number;
  readonly action?: string;
  /** A duration: the action waits for so long. */
  readonly timeout?: string;
}

/** Which switches pods may be spread over. */
export interface NetworkTopology {
  readonly mode?: string;
  readonly highestTierAllowed?: number;
  readonly highestTierName?: string;
}

/** Pods of one template. */
export interface TaskSpec {
  readonly name?: string;
  readonly replicas?: number;
  readonly minAvailable?: number;
  readonly template?: PodTemplateSpec;
  readonly policies?: readonly LifecyclePolicy[];
  readonly topologyPolicy?: string;
  readonly maxRetry?: number;
  readonly dependsOn?: { readonly name?: readonly string[]; readonly iteration?: string };
  readonly partitionPolicy?: {
    readonly totalPartitions: number;
    readonly partitionSize: number;
    readonly minPartitions?: number;
    readonly networkTopology?: NetworkTopology;
  };
}

/** A claim that is mounted in all pods of a job. */
export interface VolumeSpec {
  readonly mountPath: string;
  readonly volumeClaimName?: string;
  readonly volumeClaim?: PersistentVolumeClaimSpec;
}

/** What a job should be. */
export interface JobSpec {
  readonly schedulerName?: string;
  readonly minAvailable?: number;
  readonly volumes?: readonly VolumeSpec[];
  readonly tasks?: readonly TaskSpec[];
  readonly policies?: readonly LifecyclePolicy[];
  readonly plugins?: Readonly<Record<string, readonly string[]>>;
  readonly queue?: string;
  readonly maxRetry?: number;
  readonly ttlSecondsAfterFinished?: number;
  readonly priorityClassName?: string;
  readonly minSuccess?: number;
  readonly networkTopology?: NetworkTopology;
}

/** Where a job stands. */
export type JobPhase =
  | 'Pending'
  | 'Aborting'
  | 'Aborted'
  | 'Running'
  | 'Restarting'
  | 'Completing'
  | 'Completed'
  | 'Terminating'
  | 'Terminated'
  | 'Failed';

/** What became of a job; those counts that are 0 are left out. */
export interface JobStatus {
  readonly state?: { readonly phase?: JobPhase; readonly lastTransitionTime?: string };
  readonly minAvailable?: number;
  readonly taskStatusCount?: Readonly<
    Record<string, { readonly phase?: Readonly<Record<string, number>> }>
  >;
  readonly pending?: number;
  readonly running?: number;
  readonly succeeded?: number;
  readonly failed?: number;
  readonly terminating?: number;
  readonly unknown?: number;
  readonly version?: number;
  readonly retryCount?: number;
  readonly runningDuration?: string;
  readonly controlledResources?: Readonly<Record<string, string>>;
  readonly conditions?: readonly {
    readonly status: string;
    readonly lastTransitionTime?: string;
  }[];
}

/** Tasks whose pods start together. */
export interface Job extends HasMetadata {
  readonly spec: JobSpec;
  readonly status?: JobStatus;
}

/** Where a group of pods stands. */
export type PodGroupPhase = 'Pending' | 'Running' | 'Unknown' | 'Inqueue' | 'Completed';

/** A condition of a group. */
export interface PodGroupCondition {
  readonly type: string;
  readonly status: string;
  readonly transitionID?: string;
  readonly lastTransitionTime?: string;
  readonly reason?: string;
  readonly message?: string;
}

/** What became of a group of pods. */
export interface PodGroupStatus {
  readonly phase?: PodGroupPhase;
  readonly conditions?: readonly PodGroupCondition[];
  readonly running?: number;
  readonly succeeded?: number;
  readonly failed?: number;
}

/** Pods that are of use only together. */
export interface PodGroup extends HasMetadata {
  readonly spec: {
    readonly minMember?: number;
    readonly minTaskMember?: Readonly<Record<string, number>>;
    readonly queue?: string;
    readonly priorityClassName?: string;
    readonly minResources?: Quantities;
    readonly networkTopology?: NetworkTopology;
    readonly subGroupPolicy?: readonly {
      readonly name?: string;
      readonly networkTopology?: NetworkTopology;
    }[];
  };
  readonly status?: PodGroupStatus;
}

/** Whether a queue takes groups in. */
export type QueueState = 'Open' | 'Closed' | 'Closing' | 'Unknown';

/** A share of the cluster. */
export interface Queue extends HasMetadata {
  readonly spec: {
    readonly weight?: number;
    readonly capability?: Quantities;
    readonly reclaimable?: boolean;
    readonly guarantee?: { readonly resource?: Quantities };
    readonly deserved?: Quantities;
    readonly parent?: string;
    readonly priority?: number;
    readonly extendClusters?: readonly object[];
    readonly dequeueStrategy?: string;
  };
  readonly status?: {
    readonly state?: QueueState;
    readonly allocated?: Quantities;
    readonly reservation?: object;
  };
}

const scheduling = 'scheduling.volcano.sh/v1beta1';

/** The kind Job. */
export const jobs = withEmptySpec(kindOf<Job>('batch.volcano.sh/v1alpha1', 'Job', 'jobs'), {});
/** The kind PodGroup. */
export const podGroups = withEmptySpec(kindOf<PodGroup>(scheduling, 'PodGroup', 'podgroups'), {});
/** The kind Queue. */
export const queues = withEmptySpec(kindOf<Queue>(scheduling, 'Queue', 'queues', 'Cluster'), {});
