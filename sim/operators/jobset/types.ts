/** The shape of JobSets. @upstream kubernetes-sigs/jobset api/jobset/v1alpha2/jobset_types.go */
import type { JobTemplateSpec } from '../../api/kinds/batch.js';
import type { AnyCondition } from '../../api/meta.js';
import { kindOf, type HasMetadata } from '../../api/object.js';

/** What must have come to pass before a replicated job is made. */
export interface Dependency {
  readonly name: string;
  readonly status: 'Ready' | 'Complete';
}

/** Jobs of one template. */
export interface ReplicatedJob {
  readonly name: string;
  readonly groupName?: string;
  readonly template: JobTemplateSpec;
  readonly replicas?: number;
  readonly dependsOn?: readonly Dependency[];
}

/** What is done about failures of one sort. */
export interface FailureRule {
  readonly name?: string;
  readonly action: string;
  readonly onJobFailureReasons?: readonly string[];
  readonly onJobFailureMessagePatterns?: readonly string[];
  readonly targetReplicatedJobs?: readonly string[];
}

/** What is done when a Job fails. */
export interface FailurePolicy {
  readonly maxRestarts?: number;
  readonly restartStrategy?: string;
  readonly rules?: readonly FailureRule[];
}

/** What is asked of a JobSet. */
export interface JobSetSpec {
  readonly replicatedJobs?: readonly ReplicatedJob[];
  readonly network?: {
    readonly enableDNSHostnames?: boolean;
    readonly subdomain?: string;
    readonly publishNotReadyAddresses?: boolean;
  };
  readonly successPolicy?: {
    readonly operator: string;
    readonly targetReplicatedJobs?: readonly string[];
  };
  readonly failurePolicy?: FailurePolicy;
  readonly startupPolicy?: { readonly startupPolicyOrder: string };
  readonly suspend?: boolean;
  readonly coordinator?: {
    readonly replicatedJob: string;
    readonly jobIndex?: number;
    readonly podIndex?: number;
  };
  readonly managedBy?: string;
  readonly ttlSecondsAfterFinished?: number;
  readonly volumeClaimPolicies?: readonly unknown[];
}

/** How many Jobs of a replicated job are in which state. */
export interface ReplicatedJobStatus {
  readonly name: string;
  readonly ready: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly active: number;
  readonly suspended: number;
}

/** What is known of a JobSet. */
export interface JobSetStatus {
  readonly conditions?: readonly AnyCondition[];
  readonly restarts?: number;
  readonly restartsCountTowardsMax?: number;
  readonly terminalState?: string;
  readonly replicatedJobsStatus?: readonly ReplicatedJobStatus[];
}

/** A set of Jobs that run as one. */
export interface JobSet extends HasMetadata {
  readonly spec: JobSetSpec;
  readonly status?: JobSetStatus;
}

/** The kind JobSet. */
export const jobSets = kindOf<JobSet>('jobset.x-k8s.io/v1alpha2', 'JobSet', 'jobsets');
