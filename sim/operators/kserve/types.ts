/** The shapes of KServe's kinds, as far as they are modelled. @upstream kserve v0.20.0 pkg/apis/serving */
import type { DeploymentStrategy } from '../../api/kinds/apps.js';
import type { HorizontalPodAutoscalerBehavior } from '../../api/kinds/autoscaling.js';
import type { Container, PodSpec } from '../../api/kinds/core.js';
import type { HasMetadata } from '../../api/object.js';
import { kindOf, withEmptySpec } from '../../api/object.js';
import type { TrafficTarget } from '../knative/types.js';

/** What a model is and where it is. */
export interface ModelSpec extends Partial<Container> {
  readonly modelFormat: { readonly name: string; readonly version?: string };
  readonly runtime?: string;
  readonly runtimeVersion?: string;
  readonly protocolVersion?: string;
  readonly storageUri?: string;
  readonly storage?: {
    readonly key?: string;
    readonly path?: string;
    readonly parameters?: Readonly<Record<string, string>>;
  };
}

/** A metric by which a component is scaled. */
export interface ScalingMetric {
  readonly type: string;
  readonly resource?: { readonly name: string; readonly target: MetricTarget };
  readonly external?: {
    readonly metric: {
      readonly backend?: string;
      readonly serverAddress?: string;
      readonly query?: string;
      readonly namespace?: string;
    };
    readonly authenticationRef?: {
      readonly authModes?: string;
      readonly authenticationRef?: { readonly name?: string };
    };
    readonly target: MetricTarget;
  };
  readonly podmetric?: {
    readonly metric: {
      readonly backend?: string;
      readonly serverAddress?: string;
      readonly query?: string;
      readonly operationOverTime?: string;
    };
    readonly target: MetricTarget;
  };
}

/** How much of a metric is enough. */
export interface MetricTarget {
  readonly type?: string;
  readonly averageUtilization?: number;
  readonly averageValue?: string | number;
  readonly value?: string | number;
}

/** How a component is run and scaled. */
export interface ComponentExtension {
  readonly minReplicas?: number;
  readonly maxReplicas?: number;
  readonly scaleTarget?: number;
  readonly scaleMetric?: string;
  readonly autoScaling?: {
    readonly metrics?: readonly ScalingMetric[];
    readonly behavior?: HorizontalPodAutoscalerBehavior;
  };
  readonly containerConcurrency?: number;
  readonly timeout?: number;
  readonly canaryTrafficPercent?: number;
  readonly deploymentStrategy?: DeploymentStrategy;
  readonly logger?: {
    readonly url?: string;
    readonly mode?: string;
    readonly metadataHeaders?: readonly string[];
    readonly metadataAnnotations?: readonly string[];
    readonly storage?: Readonly<Record<string, unknown>>;
    readonly marshallerUrl?: string;
    readonly batchSize?: number;
    readonly batchInterval?: string;
  };
  readonly batcher?: { readonly maxBatchSize?: number; readonly maxLatency?: number };
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** A component: its containers and how it is run. */
export interface ComponentSpec extends Partial<PodSpec>, ComponentExtension {}

/** The component that holds the model. */
export interface PredictorSpec extends ComponentSpec {
  readonly name?: string;
  readonly model?: ModelSpec;
  readonly workerSpec?: unknown;
  readonly storageUris?: readonly unknown[];
}

/** Another version of the predictor, beside the stable one. */
export interface CanarySpec {
  readonly predictor: PredictorSpec;
  readonly trafficPercent: number;
}

/** A condition of Knative's sort. */
export interface Condition {
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly severity?: 'Info';
  readonly reason?: string;
  readonly message?: string;
  readonly lastTransitionTime?: string;
}

/** Why a model is not served. */
export interface FailureInfo {
  readonly reason: string;
  readonly message?: string;
  readonly exitCode?: number;
}

/** How far a model is. */
export interface ModelStatus {
  readonly transitionStatus: string;
  readonly states?: { readonly activeModelState: string; readonly targetModelState?: string };
  readonly lastFailureInfo?: FailureInfo;
  readonly copies?: { readonly failedCopies: number; readonly totalCopies?: number };
}

/** What is known of a component; of revisions only in Knative mode. */
export interface ComponentStatus {
  readonly url?: string;
  readonly address?: { readonly url?: string };
  readonly latestCreatedRevision?: string;
  readonly latestReadyRevision?: string;
  readonly latestRolledoutRevision?: string;
  readonly previousRolledoutRevision?: string;
  readonly traffic?: readonly TrafficTarget[];
}

/** The status of an InferenceService. */
export interface InferenceServiceStatus {
  readonly observedGeneration?: number;
  readonly conditions?: readonly Condition[];
  readonly address?: { readonly url?: string };
  readonly url?: string;
  readonly components?: Readonly<Record<string, ComponentStatus>>;
  readonly modelStatus?: ModelStatus;
  readonly servingRuntimeName?: string;
  readonly clusterServingRuntimeName?: string;
  readonly deploymentMode?: string;
  readonly canaryStatuses?: readonly {
    readonly name: string;
    readonly ready: boolean;
    readonly trafficPercent: number;
    readonly modelStatus: { readonly transitionStatus: string };
  }[];
}

/** A model, served. */
export interface InferenceService extends HasMetadata {
  readonly spec: {
    readonly predictor: PredictorSpec;
    readonly transformer?: ComponentSpec;
    readonly explainer?: ComponentSpec;
    readonly canary?: readonly CanarySpec[];
  };
  readonly status?: InferenceServiceStatus;
}

/** What a serving runtime is. */
export interface ServingRuntimeSpec extends Partial<PodSpec> {
  readonly supportedModelFormats?: readonly {
    readonly name: string;
    readonly version?: string;
    readonly autoSelect?: boolean;
    readonly priority?: number;
  }[];
  readonly protocolVersions?: readonly string[];
  readonly multiModel?: boolean;
  readonly disabled?: boolean;
  readonly workerSpec?: unknown;
  readonly containers: readonly Container[];
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** A program that serves models of some formats. */
export interface ServingRuntime extends HasMetadata {
  readonly spec: ServingRuntimeSpec;
}

/** A program that fetches models from some storage. */
export interface StorageContainer extends HasMetadata {
  readonly disabled?: boolean;
  readonly spec: {
    readonly container: Container;
    readonly workloadType?: string;
    readonly supportedUriFormats: readonly { readonly prefix?: string; readonly regex?: string }[];
  };
}

const group = 'serving.kserve.io';

/** The kind InferenceService. */
export const inferenceServices = withEmptySpec(
  kindOf<InferenceService>(`${group}/v1beta1`, 'InferenceService', 'inferenceservices'),
  { predictor: {} },
);

/** The kind ServingRuntime. */
export const servingRuntimes = withEmptySpec(
  kindOf<ServingRuntime>(`${group}/v1alpha1`, 'ServingRuntime', 'servingruntimes'),
  { containers: [] },
);

/** The kind ClusterServingRuntime. */
export const clusterServingRuntimes = withEmptySpec(
  kindOf<ServingRuntime>(
    `${group}/v1alpha1`,
    'ClusterServingRuntime',
    'clusterservingruntimes',
    'Cluster',
  ),
  { containers: [] },
);

/** The kind ClusterStorageContainer. */
export const clusterStorageContainers = kindOf<StorageContainer>(
  `${group}/v1alpha1`,
  'ClusterStorageContainer',
  'clusterstoragecontainers',
  'Cluster',
);
