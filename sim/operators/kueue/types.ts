/** The shapes of Kueue's kinds, as far as they are modelled. @upstream kueue v0.19.2 apis/kueue/v1beta2 */
import type { PodTemplateSpec, Taint, Toleration } from '../../api/kinds/core.js';
import type { LabelSelector } from '../../api/kinds/meta.js';
import { kindOf, type HasMetadata } from '../../api/object.js';

/** Kueue's API group. */
export const group = 'kueue.x-k8s.io';
const apiVersion = `${group}/v1beta2`;

/** A condition of any of the kinds. */
export interface Condition {
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: string;
  readonly message: string;
  readonly lastTransitionTime?: string;
  readonly observedGeneration?: number;
}

/** Nodes of one sort, as quotas tell them apart. */
export interface ResourceFlavor extends HasMetadata {
  readonly spec?: {
    readonly nodeLabels?: Readonly<Record<string, string>>;
    readonly nodeTaints?: readonly Taint[];
    readonly tolerations?: readonly Toleration[];
    readonly topologyName?: string;
  };
}

/** How much of a resource there is, and how much of it may go over the fence. */
export interface ResourceQuota {
  readonly name: string;
  readonly nominalQuota: string;
  readonly borrowingLimit?: string;
  readonly lendingLimit?: string;
}

/** Resources that come from the same flavour, and the flavours in the order in which they are tried. */
export interface ResourceGroup {
  readonly coveredResources: readonly string[];
  readonly flavors: readonly {
    readonly name: string;
    readonly resources: readonly ResourceQuota[];
  }[];
}

/** Whether a queue takes work, and whether what runs goes on. */
export type StopPolicy = 'None' | 'Hold' | 'HoldAndDrain';

/** Whom a workload may push out. */
export type PreemptionPolicy = 'Never' | 'LowerPriority' | 'LowerOrNewerEqualPriority' | 'Any';

/** What a ClusterQueue is told. */
export interface ClusterQueueSpec {
  readonly resourceGroups?: readonly ResourceGroup[];
  readonly cohortName?: string;
  readonly queueingStrategy?: 'StrictFIFO' | 'BestEffortFIFO';
  readonly namespaceSelector?: LabelSelector;
  readonly flavorFungibility?: FlavorFungibility;
  readonly preemption?: Preemption;
  readonly admissionChecksStrategy?: {
    readonly admissionChecks: readonly { readonly name: string }[];
  };
  readonly stopPolicy?: StopPolicy;
}

/** When the next flavour is tried though this one would do. */
export interface FlavorFungibility {
  readonly whenCanBorrow?: 'MayStopSearch' | 'TryNextFlavor';
  readonly whenCanPreempt?: 'MayStopSearch' | 'TryNextFlavor';
  readonly preference?: 'BorrowingOverPreemption' | 'PreemptionOverBorrowing';
}

/** A ClusterQueue's rules of preemption. */
export interface Preemption {
  readonly withinClusterQueue?: PreemptionPolicy;
  readonly reclaimWithinCohort?: PreemptionPolicy;
  readonly borrowWithinCohort?: {
    readonly policy?: 'Never' | 'LowerPriority';
    readonly maxPriorityThreshold?: number;
  };
}

/** What of a flavour is in use. */
export interface FlavorUsage {
  readonly name: string;
  readonly resources: readonly {
    readonly name: string;
    readonly total: string;
    readonly borrowed?: string;
  }[];
}

/** What queues of both kinds tell. */
export interface QueueStatus {
  readonly conditions?: readonly Condition[];
  readonly flavorsReservation?: readonly FlavorUsage[];
  readonly flavorsUsage?: readonly FlavorUsage[];
  readonly pendingWorkloads?: number;
  readonly reservingWorkloads?: number;
  readonly admittedWorkloads?: number;
}

/** A queue of the cluster, with its quotas. */
export interface ClusterQueue extends HasMetadata {
  readonly spec?: ClusterQueueSpec;
  readonly status?: QueueStatus;
}

/** The door of a namespace to a ClusterQueue. */
export interface LocalQueue extends HasMetadata {
  readonly spec?: { readonly clusterQueue?: string; readonly stopPolicy?: StopPolicy };
  readonly status?: QueueStatus;
}

/** ClusterQueues that lend each other what they do not use. */
export interface Cohort extends HasMetadata {
  readonly spec?: {
    readonly parentName?: string;
    readonly resourceGroups?: readonly ResourceGroup[];
  };
}

/** A priority of workloads that does not touch their pods. */
export interface WorkloadPriorityClass extends HasMetadata {
  readonly value?: number;
}

/** Who else must agree before a workload is admitted. */
export interface AdmissionCheck extends HasMetadata {
  readonly status?: { readonly conditions?: readonly Condition[] };
}

/** Pods of a workload that are alike. */
export interface PodSet {
  readonly name: string;
  readonly count: number;
  readonly minCount?: number;
  readonly template: PodTemplateSpec;
  readonly topologyRequest?: {
    readonly podIndexLabel?: string;
    readonly subGroupCount?: number;
    readonly subGroupIndexLabel?: string;
  };
}

/** Which flavours the pods of a set got. */
export interface PodSetAssignment {
  readonly name: string;
  readonly count?: number;
  readonly flavors?: Readonly<Record<string, string>>;
  readonly resourceUsage?: Readonly<Record<string, string>>;
}

/** What is told about a workload. */
export interface WorkloadStatus {
  readonly admission?: {
    readonly clusterQueue: string;
    readonly podSetAssignments: readonly PodSetAssignment[];
  };
  readonly conditions?: readonly Condition[];
  readonly accumulatedPastExecutionTimeSeconds?: number;
  readonly reclaimablePods?: readonly { readonly name: string; readonly count: number }[];
  readonly requeueState?: { readonly count?: number; readonly requeueAt?: string };
  readonly resourceRequests?: readonly {
    readonly name: string;
    readonly resources?: Readonly<Record<string, string>>;
  }[];
  readonly schedulingStats?: { readonly evictions?: readonly Eviction[] };
}

/** How often a workload was evicted for a reason. */
export interface Eviction {
  readonly reason: string;
  readonly underlyingCause: string;
  readonly count: number;
}

/** A job as Kueue sees it: sets of pods that are admitted all together. */
export interface Workload extends HasMetadata {
  readonly spec: {
    readonly active?: boolean;
    readonly queueName?: string;
    readonly podSets: readonly PodSet[];
    readonly priority?: number;
    readonly priorityClassRef?: {
      readonly group: string;
      readonly kind: string;
      readonly name: string;
    };
    readonly maximumExecutionTimeSeconds?: number;
  };
  readonly status?: WorkloadStatus;
}

/** The kind ResourceFlavor. */
export const resourceFlavors = kindOf<ResourceFlavor>(
  apiVersion,
  'ResourceFlavor',
  'resourceflavors',
  'Cluster',
);
/** The kind ClusterQueue. */
export const clusterQueues = kindOf<ClusterQueue>(
  apiVersion,
  'ClusterQueue',
  'clusterqueues',
  'Cluster',
);
/** The kind LocalQueue. */
export const localQueues = kindOf<LocalQueue>(apiVersion, 'LocalQueue', 'localqueues');
/** The kind Cohort. */
export const cohorts = kindOf<Cohort>(apiVersion, 'Cohort', 'cohorts', 'Cluster');
/** The kind WorkloadPriorityClass. */
export const workloadPriorityClasses = kindOf<WorkloadPriorityClass>(
  apiVersion,
  'WorkloadPriorityClass',
  'workloadpriorityclasses',
  'Cluster',
);
/** The kind AdmissionCheck. */
export const admissionChecks = kindOf<AdmissionCheck>(
  apiVersion,
  'AdmissionCheck',
  'admissionchecks',
  'Cluster',
);
/** The kind Workload. */
export const workloads = kindOf<Workload>(apiVersion, 'Workload', 'workloads');
