/** The shapes of KubeRay's kinds. @upstream ray-project/kuberay v1.7.0 ray-operator/apis/ray/v1 */
import type {
  Container,
  EnvVar,
  EnvVarSource,
  PodTemplateSpec,
  ResourceRequirements,
  Service,
  VolumeMount,
} from '../../api/kinds/core.js';
import type { IngressTLS } from '../../api/kinds/networking.js';
import type { AnyCondition } from '../../api/meta.js';
import { kindOf, withEmptySpec, type HasMetadata } from '../../api/object.js';

type Texts = Readonly<Record<string, string>>;

/** What both groups of nodes of a Ray cluster have. */
export interface GroupSpec {
  readonly rayStartParams?: Texts;
  readonly resources?: Texts;
  readonly labels?: Texts;
  readonly template: PodTemplateSpec;
}

/** The node that leads. */
export interface HeadGroupSpec extends GroupSpec {
  readonly serviceType?: string;
  readonly headService?: Service;
  readonly enableIngress?: boolean;
  readonly ingressOptions?: {
    readonly host?: string;
    readonly path?: string;
    readonly pathType?: string;
    readonly tls?: readonly IngressTLS[];
  };
}

/** Nodes of one template that work. */
export interface WorkerGroupSpec extends GroupSpec {
  readonly groupName: string;
  readonly replicas?: number;
  readonly minReplicas?: number;
  readonly maxReplicas?: number;
  readonly idleTimeoutSeconds?: number;
  readonly priority?: number;
  readonly numOfHosts?: number;
  readonly suspend?: boolean;
  readonly scaleStrategy?: { readonly workersToDelete?: readonly string[] };
}

/** A user's word, or where it stands. */
export interface RedisCredential {
  readonly value?: string;
  readonly valueFrom?: EnvVarSource;
}

/** Where the head keeps its state. */
export interface GcsFaultToleranceOptions {
  readonly backend?: string;
  readonly redisAddress?: string;
  readonly redisUsername?: RedisCredential;
  readonly redisPassword?: RedisCredential;
  readonly externalStorageNamespace?: string;
  readonly storage?: unknown;
}

/** Who may speak to Ray. */
export interface AuthOptions {
  readonly mode?: string;
  readonly secretName?: string;
  readonly enableK8sTokenAuth?: boolean;
}

/** How Ray's own autoscaler runs. */
export interface AutoscalerOptions {
  readonly version?: string;
  readonly idleTimeoutSeconds?: number;
  readonly upscalingMode?: string;
  readonly image?: string;
  readonly imagePullPolicy?: string;
  readonly resources?: ResourceRequirements;
  readonly env?: readonly EnvVar[];
  readonly envFrom?: Container['envFrom'];
  readonly volumeMounts?: readonly VolumeMount[];
  readonly securityContext?: Container['securityContext'];
  readonly command?: readonly string[];
  readonly args?: readonly string[];
}

/** What is asked of a Ray cluster. */
export interface RayClusterSpec {
  readonly rayVersion?: string;
  readonly headGroupSpec: HeadGroupSpec;
  readonly workerGroupSpecs?: readonly WorkerGroupSpec[];
  readonly enableInTreeAutoscaling?: boolean;
  readonly autoscalerOptions?: AutoscalerOptions;
  readonly gcsFaultToleranceOptions?: GcsFaultToleranceOptions;
  readonly authOptions?: AuthOptions;
  readonly headServiceAnnotations?: Texts;
  readonly suspend?: boolean;
  readonly managedBy?: string;
  readonly upgradeStrategy?: { readonly type?: string };
  readonly networkPolicy?: unknown;
  readonly tlsOptions?: { readonly enabled?: boolean };
  readonly historyServerOptions?: unknown;
}

/** What is known of a Ray cluster. */
export interface RayClusterStatus {
  readonly state?: string;
  readonly reason?: string;
  readonly desiredCPU?: string;
  readonly desiredMemory?: string;
  readonly desiredGPU?: string;
  readonly desiredTPU?: string;
  readonly lastUpdateTime?: string;
  readonly stateTransitionTimes?: Texts;
  readonly endpoints?: Texts;
  readonly head?: HeadInfo;
  readonly conditions?: readonly AnyCondition[];
  readonly readyWorkerReplicas?: number;
  readonly availableWorkerReplicas?: number;
  readonly desiredWorkerReplicas?: number;
  readonly minWorkerReplicas?: number;
  readonly maxWorkerReplicas?: number;
  readonly observedGeneration?: number;
}

/** Where the head is. */
export interface HeadInfo {
  readonly podIP?: string;
  readonly podName?: string;
  readonly serviceIP?: string;
  readonly serviceName?: string;
}

/** A Ray cluster. */
export interface RayCluster extends HasMetadata {
  readonly spec: RayClusterSpec;
  readonly status?: RayClusterStatus;
}

const version = 'ray.io/v1';
const emptyCluster = {
  headGroupSpec: { rayStartParams: {}, template: { spec: { containers: [] } } },
};

/** The kind RayCluster. */
export const rayClusters = withEmptySpec(
  kindOf<RayCluster>(version, 'RayCluster', 'rayclusters'),
  emptyCluster,
);

/** What is deleted, when. */
export interface DeletionRule {
  readonly policy: string;
  readonly condition: {
    readonly jobStatus?: string;
    readonly jobDeploymentStatus?: string;
    readonly ttlSeconds?: number;
  };
}

/** What is asked of a job. */
export interface RayJobSpec {
  readonly entrypoint?: string;
  readonly rayClusterSpec?: RayClusterSpec;
  readonly clusterSelector?: Texts;
  readonly submissionMode?: string;
  readonly submitterPodTemplate?: PodTemplateSpec;
  readonly submitterConfig?: { readonly backoffLimit?: number };
  readonly jobId?: string;
  readonly metadata?: Texts;
  readonly runtimeEnvYAML?: string;
  readonly entrypointNumCpus?: number;
  readonly entrypointNumGpus?: number;
  readonly entrypointResources?: string;
  readonly backoffLimit?: number;
  readonly activeDeadlineSeconds?: number;
  readonly preRunningDeadlineSeconds?: number;
  readonly shutdownAfterJobFinishes?: boolean;
  readonly ttlSecondsAfterFinished?: number;
  readonly deletionStrategy?: {
    readonly onSuccess?: { readonly policy?: string };
    readonly onFailure?: { readonly policy?: string };
    readonly deletionRules?: readonly DeletionRule[];
  };
  readonly suspend?: boolean;
  readonly managedBy?: string;
}

/** What is known of a job. */
export interface RayJobStatus {
  readonly jobId?: string;
  readonly rayClusterName?: string;
  readonly dashboardURL?: string;
  readonly jobStatus?: string;
  readonly jobDeploymentStatus?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly startTime?: string;
  readonly endTime?: string;
  readonly succeeded?: number;
  readonly failed?: number;
  readonly rayClusterStatus?: RayClusterStatus;
  readonly rayJobInfo?: { readonly startTime?: string; readonly endTime?: string };
  readonly jobStatusCheckFailureStartTime?: string;
}

/** A job of Ray, mostly on a cluster of its own. */
export interface RayJob extends HasMetadata {
  readonly spec: RayJobSpec;
  readonly status?: RayJobStatus;
}

/** The kind RayJob. */
export const rayJobs = withEmptySpec(kindOf<RayJob>(version, 'RayJob', 'rayjobs'), {});

/** What is asked of a service. */
export interface RayServiceSpec {
  readonly serveConfigV2?: string;
  readonly rayClusterConfig: RayClusterSpec;
  readonly serveService?: Service;
  readonly excludeHeadPodFromServeSvc?: boolean;
  readonly rayClusterDeletionDelaySeconds?: number;
  readonly upgradeStrategy?: { readonly type?: string };
  readonly suspend?: boolean;
  readonly managedBy?: string;
}

/** What is known of an application that a cluster serves. */
export interface ServeApplication {
  readonly status?: string;
  readonly message?: string;
  readonly serveDeploymentStatuses?: Readonly<
    Record<string, { readonly status?: string; readonly message?: string }>
  >;
}

/** What is known of one of the clusters of a service. */
export interface ServiceSide {
  readonly rayClusterName?: string;
  readonly rayClusterStatus?: RayClusterStatus;
  readonly applicationStatuses?: Readonly<Record<string, ServeApplication>>;
}

/** What is known of a service. */
export interface RayServiceStatus {
  readonly conditions?: readonly AnyCondition[];
  readonly lastUpdateTime?: string;
  readonly serviceStatus?: string;
  readonly activeServiceStatus?: ServiceSide;
  readonly pendingServiceStatus?: ServiceSide;
  readonly numServeEndpoints?: number;
  readonly observedGeneration?: number;
}

/** Applications of Ray Serve, on a cluster that is replaced without a pause. */
export interface RayService extends HasMetadata {
  readonly spec: RayServiceSpec;
  readonly status?: RayServiceStatus;
}

/** The kind RayService. */
export const rayServices = withEmptySpec(kindOf<RayService>(version, 'RayService', 'rayservices'), {
  rayClusterConfig: emptyCluster,
});
