/** The shape of Rollouts. @upstream argo-rollouts pkg/apis/rollouts/v1alpha1/types.go */
import type { IntOrString } from '../../api/int-or-string.js';
import type { PodTemplateSpec } from '../../api/kinds/core.js';
import type { LabelSelector } from '../../api/kinds/meta.js';
import { kindOf, type HasMetadata } from '../../api/object.js';
import type { AnalysisPhase, DryRun, MeasurementRetention, TemplateRef } from './analysis-types.js';
import { groupVersion } from './keys.js';

type Texts = Readonly<Record<string, string>>;

/** Labels and annotations that pods have for a time. */
export interface PodMetadata {
  readonly labels?: Texts;
  readonly annotations?: Texts;
}

/** An argument that a Rollout gives to its analyses. */
export interface RunArgument {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: {
    readonly podTemplateHashValue?: 'Stable' | 'Latest';
    readonly fieldRef?: { readonly fieldPath: string };
  };
}

/** An analysis that a Rollout makes. */
export interface RolloutAnalysis {
  readonly templates?: readonly TemplateRef[];
  readonly args?: readonly RunArgument[];
  readonly dryRun?: readonly DryRun[];
  readonly measurementRetention?: readonly MeasurementRetention[];
  readonly analysisRunMetadata?: PodMetadata;
}

/** How large the canary is, whatever its weight. */
export interface CanaryScale {
  readonly weight?: number;
  readonly replicas?: number;
  readonly matchTrafficWeight?: boolean;
}

/** A step of a canary: one of these. */
export interface CanaryStep {
  readonly setWeight?: number;
  readonly pause?: { readonly duration?: IntOrString };
  readonly experiment?: object;
  readonly analysis?: RolloutAnalysis;
  readonly setCanaryScale?: CanaryScale;
  readonly setHeaderRoute?: { readonly name?: string };
  readonly setMirrorRoute?: { readonly name: string };
  readonly plugin?: { readonly name: string };
}

/** A VirtualService whose weights are set. */
export interface VirtualServiceRef {
  readonly name: string;
  readonly routes?: readonly string[];
  readonly tlsRoutes?: readonly object[];
  readonly tcpRoutes?: readonly object[];
}

/** A DestinationRule whose subsets are kept. */
export interface DestinationRuleRef {
  readonly name: string;
  readonly canarySubsetName: string;
  readonly stableSubsetName: string;
  readonly additionalSubsetNames?: readonly string[];
}

/** Who splits the traffic. */
export interface TrafficRouting {
  readonly istio?: {
    readonly virtualService?: VirtualServiceRef;
    readonly virtualServices?: readonly VirtualServiceRef[];
    readonly destinationRule?: DestinationRuleRef;
  };
  readonly managedRoutes?: readonly { readonly name: string }[];
  readonly maxTrafficWeight?: number;
  readonly [other: string]: unknown;
}

/** Keeps pods of the new template away from those of the stable one. */
export interface AntiAffinity {
  readonly preferredDuringSchedulingIgnoredDuringExecution?: { readonly weight: number };
  readonly requiredDuringSchedulingIgnoredDuringExecution?: object;
}

/** Step by step. */
export interface CanaryStrategy {
  readonly canaryService?: string;
  readonly stableService?: string;
  readonly steps?: readonly CanaryStep[];
  readonly trafficRouting?: TrafficRouting;
  readonly maxUnavailable?: IntOrString;
  readonly maxSurge?: IntOrString;
  readonly analysis?: RolloutAnalysis & { readonly startingStep?: number };
  readonly antiAffinity?: AntiAffinity;
  readonly canaryMetadata?: PodMetadata;
  readonly stableMetadata?: PodMetadata;
  readonly scaleDownDelaySeconds?: number;
  readonly scaleDownDelayRevisionLimit?: number;
  readonly abortScaleDownDelaySeconds?: number;
  readonly dynamicStableScale?: boolean;
  readonly pingPong?: { readonly pingService: string; readonly pongService: string };
  readonly minPodsPerReplicaSet?: number;
  readonly replicaProgressThreshold?: { readonly type: string; readonly value: number };
}

/** At once, from one Service to the other. */
export interface BlueGreenStrategy {
  readonly activeService: string;
  readonly previewService?: string;
  readonly previewReplicaCount?: number;
  readonly autoPromotionEnabled?: boolean;
  readonly autoPromotionSeconds?: number;
  readonly maxUnavailable?: IntOrString;
  readonly scaleDownDelaySeconds?: number;
  readonly scaleDownDelayRevisionLimit?: number;
  readonly prePromotionAnalysis?: RolloutAnalysis;
  readonly postPromotionAnalysis?: RolloutAnalysis;
  readonly antiAffinity?: AntiAffinity;
  readonly previewMetadata?: PodMetadata;
  readonly activeMetadata?: PodMetadata;
  readonly abortScaleDownDelaySeconds?: number;
}

/** A workload whose template is used. */
export interface WorkloadRef {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly name?: string;
  readonly scaleDown?: string;
}

/** What a Rollout wants. */
export interface RolloutSpec {
  readonly replicas?: number;
  readonly selector?: LabelSelector;
  readonly template?: PodTemplateSpec;
  readonly workloadRef?: WorkloadRef;
  readonly minReadySeconds?: number;
  readonly rollbackWindow?: { readonly revisions?: number };
  readonly strategy?: {
    readonly blueGreen?: BlueGreenStrategy;
    readonly canary?: CanaryStrategy;
  };
  readonly revisionHistoryLimit?: number;
  readonly paused?: boolean;
  readonly progressDeadlineSeconds?: number;
  readonly progressDeadlineAbort?: boolean;
  readonly restartAt?: string;
  readonly analysis?: {
    readonly successfulRunHistoryLimit?: number;
    readonly unsuccessfulRunHistoryLimit?: number;
  };
}

/** Why a Rollout waits. */
export type PauseReason = 'InconclusiveAnalysisRun' | 'CanaryPauseStep' | 'BlueGreenPause';

/** A reason to wait, and since when. */
export interface PauseCondition {
  readonly reason: PauseReason;
  readonly startTime: string;
}

/** A condition of a Rollout. */
export interface RolloutCondition {
  readonly type: string;
  readonly status: string;
  readonly lastUpdateTime: string;
  readonly lastTransitionTime: string;
  readonly reason: string;
  readonly message: string;
}

/** Where a share of the traffic goes. */
export interface WeightDestination {
  readonly weight: number;
  readonly serviceName?: string;
  readonly podTemplateHash?: string;
}

/** How the traffic is split. */
export interface TrafficWeights {
  readonly canary: WeightDestination;
  readonly stable: WeightDestination;
}

/** An analysis that goes on. */
export interface RunStatus {
  readonly name: string;
  readonly status: AnalysisPhase | '';
  readonly message?: string;
}

/** What is known of a canary. */
export interface CanaryStatus {
  readonly currentStepAnalysisRunStatus?: RunStatus;
  readonly currentBackgroundAnalysisRunStatus?: RunStatus;
  readonly weights?: TrafficWeights;
}

/** What is known of a blue-green roll-out. */
export interface BlueGreenStatus {
  readonly previewSelector?: string;
  readonly activeSelector?: string;
  readonly scaleUpPreviewCheckPoint?: boolean;
  readonly prePromotionAnalysisRunStatus?: RunStatus;
  readonly postPromotionAnalysisRunStatus?: RunStatus;
}

/** What is known of a Rollout. */
export interface RolloutStatus {
  readonly abort?: boolean;
  readonly pauseConditions?: readonly PauseCondition[];
  readonly controllerPause?: boolean;
  readonly abortedAt?: string;
  readonly currentPodHash?: string;
  readonly currentStepHash?: string;
  readonly replicas?: number;
  readonly updatedReplicas?: number;
  readonly readyReplicas?: number;
  readonly availableReplicas?: number;
  readonly currentStepIndex?: number;
  readonly collisionCount?: number;
  readonly observedGeneration?: string;
  readonly conditions?: readonly RolloutCondition[];
  readonly canary?: CanaryStatus;
  readonly blueGreen?: BlueGreenStatus;
  readonly HPAReplicas?: number;
  readonly selector?: string;
  readonly stableRS?: string;
  readonly restartedAt?: string;
  readonly promoteFull?: boolean;
  readonly phase?: string;
  readonly message?: string;
  readonly workloadObservedGeneration?: string;
}

/** A status that is being made. */
export type StatusDraft = { -readonly [K in keyof RolloutStatus]: RolloutStatus[K] };

/** A Rollout. */
export interface Rollout extends HasMetadata {
  readonly spec: RolloutSpec;
  readonly status?: RolloutStatus;
}

/** The kind Rollout. */
export const rollouts = kindOf<Rollout>(groupVersion, 'Rollout', 'rollouts');
