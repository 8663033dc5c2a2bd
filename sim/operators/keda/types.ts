/** The shapes of KEDA's kinds. @upstream kedacore/keda v2.20.2 apis/keda/v1alpha1 */
import type { HorizontalPodAutoscalerBehavior } from '../../api/kinds/autoscaling.js';
import type { JobSpec } from '../../api/kinds/batch.js';
import { kindOf, withEmptySpec, type HasMetadata } from '../../api/object.js';

/** The API group. */
export const group = 'keda.sh';

/** What a scaler is made from. */
export interface Trigger {
  readonly type: string;
  readonly name?: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly metricType?: string;
  readonly useCachedMetrics?: boolean;
  readonly authenticationRef?: { readonly name: string; readonly kind?: string };
}

/** A condition; it has no times. */
export interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
}

/** What to do while triggers fail. */
export interface Fallback {
  readonly failureThreshold: number;
  readonly replicas: number;
  readonly behavior?: string;
}

/** What is asked of a ScaledObject. */
export interface ScaledObjectSpec {
  readonly scaleTargetRef: {
    readonly name: string;
    readonly apiVersion?: string;
    readonly kind?: string;
    readonly envSourceContainerName?: string;
  };
  readonly pollingInterval?: number;
  readonly initialCooldownPeriod?: number;
  readonly cooldownPeriod?: number;
  readonly idleReplicaCount?: number;
  readonly minReplicaCount?: number;
  readonly maxReplicaCount?: number;
  readonly advanced?: {
    readonly restoreToOriginalReplicaCount?: boolean;
    readonly horizontalPodAutoscalerConfig?: {
      readonly name?: string;
      readonly behavior?: HorizontalPodAutoscalerBehavior;
    };
    readonly scalingModifiers?: {
      readonly formula?: string;
      readonly target?: string;
      readonly activationTarget?: string;
      readonly metricType?: string;
    };
  };
  readonly triggers: readonly Trigger[];
  readonly fallback?: Fallback;
}

/** Group, version, kind and resource of a scale target. */
export interface TargetKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly resource: string;
}

/** How a metric's trigger does. */
export interface Health {
  readonly numberOfFailures?: number;
  readonly status?: string;
}

/** Whether triggers are active, by metric. */
export type Activity = Readonly<Record<string, { readonly isActive: boolean }>>;

/** What is known of a ScaledObject. */
export interface ScaledObjectStatus {
  readonly scaleTargetKind?: string;
  readonly scaleTargetGVKR?: TargetKind;
  readonly originalReplicaCount?: number;
  readonly lastActiveTime?: string;
  readonly externalMetricNames?: readonly string[];
  readonly resourceMetricNames?: readonly string[];
  readonly conditions?: readonly Condition[];
  readonly health?: Readonly<Record<string, Health>>;
  readonly triggersActivity?: Activity;
  readonly pausedReplicaCount?: number;
  readonly hpaName?: string;
  readonly triggersTypes?: string;
  readonly authenticationsTypes?: string;
}

/** Scales a workload by triggers. */
export interface ScaledObject extends HasMetadata {
  readonly spec: ScaledObjectSpec;
  readonly status?: ScaledObjectStatus;
}

/** What is asked of a ScaledJob. */
export interface ScaledJobSpec {
  readonly jobTargetRef: JobSpec;
  readonly pollingInterval?: number;
  readonly successfulJobsHistoryLimit?: number;
  readonly failedJobsHistoryLimit?: number;
  readonly rolloutStrategy?: string;
  readonly rollout?: { readonly strategy?: string; readonly propagationPolicy?: string };
  readonly envSourceContainerName?: string;
  readonly minReplicaCount?: number;
  readonly maxReplicaCount?: number;
  readonly scalingStrategy?: {
    readonly strategy?: string;
    readonly customScalingQueueLengthDeduction?: number;
    readonly customScalingRunningJobPercentage?: string;
    readonly pendingPodConditions?: readonly string[];
    readonly multipleScalersCalculation?: string;
  };
  readonly triggers: readonly Trigger[];
}

/** What is known of a ScaledJob. */
export interface ScaledJobStatus {
  readonly lastActiveTime?: string;
  readonly conditions?: readonly Condition[];
  readonly triggersTypes?: string;
  readonly authenticationsTypes?: string;
  readonly externalMetricNames?: readonly string[];
  readonly triggersActivity?: Activity;
}

/** Makes Jobs by triggers. */
export interface ScaledJob extends HasMetadata {
  readonly spec: ScaledJobSpec;
  readonly status?: ScaledJobStatus;
}

/** Where a parameter's value stands. */
export interface ParameterReference {
  readonly parameter: string;
  readonly name: string;
  readonly key: string;
}

/** How scalers find their credentials: of one namespace, or of the cluster. */
export interface TriggerAuthentication extends HasMetadata {
  readonly spec: {
    readonly secretTargetRef?: readonly ParameterReference[];
    readonly configMapTargetRef?: readonly ParameterReference[];
    readonly podIdentity?: {
      readonly provider: string;
      readonly identityId?: string;
      readonly identityTenantId?: string;
      readonly identityAuthorityHost?: string;
      readonly identityOwner?: string;
      readonly roleArn?: string;
      readonly externalID?: string;
    };
    readonly oauth2?: {
      readonly type?: string;
      readonly clientId?: string;
      readonly tokenUrl?: string;
    };
    readonly [source: string]: unknown;
  };
  readonly status?: { readonly scaledobjects?: string; readonly scaledjobs?: string };
}

const version = `${group}/v1alpha1`;

/** The kind ScaledObject. */
export const scaledObjects = kindOf<ScaledObject>(version, 'ScaledObject', 'scaledobjects');
/** The kind ScaledJob. */
export const scaledJobs = withEmptySpec(kindOf<ScaledJob>(version, 'ScaledJob', 'scaledjobs'), {
  jobTargetRef: { template: {} },
  triggers: [],
});
/** The kind TriggerAuthentication. */
export const triggerAuthentications = kindOf<TriggerAuthentication>(
  version,
  'TriggerAuthentication',
  'triggerauthentications',
);
/** The kind ClusterTriggerAuthentication. */
export const clusterTriggerAuthentications = kindOf<TriggerAuthentication>(
  version,
  'ClusterTriggerAuthentication',
  'clustertriggerauthentications',
  'Cluster',
);
