/** The shapes of SeldonDeployments, as far as they are modelled. @upstream seldon-core v1.17.1 operator/apis/machinelearning.seldon.io/v1 */
import type { MetricSpec } from '../../api/kinds/autoscaling.js';
import type { Container, EnvVar, PodSpec, ResourceRequirements } from '../../api/kinds/core.js';
import type { ObjectMeta } from '../../api/kinds/meta.js';
import { kindOf, withEmptySpec, type HasMetadata } from '../../api/object.js';
import type { ScaledObjectSpec } from '../keda/types.js';
import type { KnativeCondition } from '../knative/types.js';

/** Where a unit of a graph is reached. */
export interface Endpoint {
  readonly service_host?: string;
  readonly service_port?: number;
  readonly type?: string;
  readonly httpPort?: number;
  readonly grpcPort?: number;
}

/** A parameter of a unit. */
export interface Parameter {
  readonly name: string;
  readonly value: string;
  readonly type: string;
}

/** A unit of a graph, and what comes after it. */
export interface PredictiveUnit {
  readonly name: string;
  readonly children?: readonly PredictiveUnit[];
  readonly type?: string;
  readonly implementation?: string;
  readonly methods?: readonly string[];
  readonly endpoint?: Endpoint;
  readonly parameters?: readonly Parameter[];
  readonly modelUri?: string;
  readonly serviceAccountName?: string;
  readonly envSecretRefName?: string;
  readonly storageInitializerImage?: string;
  readonly logger?: { readonly url?: string; readonly mode?: string };
}

/** A metric of the API before autoscaling/v2, of which those of resources are converted. */
export interface OlderMetric {
  readonly type?: string;
  readonly resource?: {
    readonly name: string;
    readonly targetAverageUtilization?: number;
    readonly targetAverageValue?: string;
  };
}

/** How the pods of a component are scaled. */
export interface HpaSpec {
  readonly minReplicas?: number;
  readonly maxReplicas: number;
  readonly metrics?: readonly OlderMetric[];
  readonly metricsv2?: readonly MetricSpec[];
}

/** Pods of one sort. */
export interface ComponentSpec {
  readonly metadata?: ObjectMeta;
  readonly spec: PodSpec;
  readonly replicas?: number;
  readonly hpaSpec?: HpaSpec;
  readonly kedaSpec?: Omit<ScaledObjectSpec, 'scaleTargetRef'>;
  readonly pdbSpec?: {
    readonly minAvailable?: number | string;
    readonly maxUnavailable?: number | string;
  };
}

/** A graph, and the pods of its units. */
export interface PredictorSpec {
  readonly name: string;
  readonly graph: PredictiveUnit;
  readonly componentSpecs?: readonly ComponentSpec[];
  readonly replicas?: number;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
  readonly svcOrchSpec?: {
    readonly resources?: ResourceRequirements;
    readonly env?: readonly EnvVar[];
    readonly replicas?: number;
  };
  readonly traffic?: number;
  readonly shadow?: boolean;
  readonly explainer?: { readonly type?: string; readonly containerSpec?: Container };
}

/** What is asked of a SeldonDeployment. */
export interface SeldonDeploymentSpec {
  readonly name?: string;
  readonly predictors: readonly PredictorSpec[];
  readonly annotations?: Readonly<Record<string, string>>;
  readonly protocol?: string;
  readonly transport?: string;
  readonly replicas?: number;
  readonly serverType?: string;
}

/** A Service, as the status tells of it. */
export interface ServiceStatus {
  readonly svcName?: string;
  readonly httpEndpoint?: string;
  readonly grpcEndpoint?: string;
}

/** What is known of a SeldonDeployment. */
export interface SeldonDeploymentStatus {
  readonly state?: string;
  readonly description?: string;
  readonly deploymentStatus?: Readonly<
    Record<string, { readonly replicas?: number; readonly availableReplicas?: number }>
  >;
  readonly serviceStatus?: Readonly<Record<string, ServiceStatus>>;
  readonly replicas?: number;
  readonly address?: { readonly url?: string };
  readonly conditions?: readonly KnativeCondition[];
  readonly observedGeneration?: number;
}

/** Models that are served together, behind graphs. */
export interface SeldonDeployment extends HasMetadata {
  readonly spec: SeldonDeploymentSpec;
  readonly status?: SeldonDeploymentStatus;
}

/** The kind SeldonDeployment. */
export const seldonDeployments = withEmptySpec(
  kindOf<SeldonDeployment>('machinelearning.seldon.io/v1', 'SeldonDeployment', 'seldondeployments'),
  { predictors: [] },
);
