/** The shapes of Knative's kinds. @upstream knative/serving v1.22.1 pkg/apis, knative/networking pkg/apis/networking/v1alpha1 */
import type { PodSpec } from '../../api/kinds/core.js';
import type { ObjectMeta } from '../../api/kinds/meta.js';
import { kindOf, withEmptySpec, type HasMetadata } from '../../api/object.js';

/** A condition as Knative's libraries write it. */
export interface KnativeCondition {
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly severity?: 'Info';
  readonly reason?: string;
  readonly message?: string;
  readonly lastTransitionTime?: string;
}

/** What all statuses have. */
export interface KnativeStatus {
  readonly observedGeneration?: number;
  readonly conditions?: readonly KnativeCondition[];
}

/** An object whose status is kept by conditions. */
export interface KnativeObject<S extends KnativeStatus = KnativeStatus> extends HasMetadata {
  readonly status?: S;
}

/** What a revision runs. */
export interface RevisionSpec extends Partial<PodSpec> {
  readonly containerConcurrency?: number;
  readonly timeoutSeconds?: number;
  readonly responseStartTimeoutSeconds?: number;
  readonly idleTimeoutSeconds?: number;
}

/** The template of revisions. */
export interface RevisionTemplate {
  readonly metadata?: ObjectMeta;
  readonly spec?: RevisionSpec;
}

/** A share of a route's traffic. */
export interface TrafficTarget {
  readonly tag?: string;
  readonly revisionName?: string;
  readonly configurationName?: string;
  readonly latestRevision?: boolean;
  readonly percent?: number;
  readonly url?: string;
}

/** What a configuration wants. */
export interface ConfigurationSpec {
  readonly template?: RevisionTemplate;
}

/** What a route wants. */
export interface RouteSpec {
  readonly traffic?: readonly TrafficTarget[];
}

/** What is known of a configuration. */
export interface ConfigurationStatus extends KnativeStatus {
  readonly latestCreatedRevisionName?: string;
  readonly latestReadyRevisionName?: string;
}

/** What is known of a route. */
export interface RouteStatus extends KnativeStatus {
  readonly url?: string;
  readonly address?: { readonly url?: string };
  readonly traffic?: readonly TrafficTarget[];
}

/** A container's image as it was found. */
export interface ContainerStatus {
  readonly name?: string;
  readonly imageDigest?: string;
}

/** What is known of a revision. */
export interface RevisionStatus extends KnativeStatus {
  readonly containerStatuses?: readonly ContainerStatus[];
  readonly initContainerStatuses?: readonly ContainerStatus[];
  readonly actualReplicas?: number;
  readonly desiredReplicas?: number;
}

/** Versions of a program, and who gets to them. */
export interface KnativeService extends KnativeObject<ConfigurationStatus & RouteStatus> {
  readonly spec: ConfigurationSpec & RouteSpec;
}

/** The newest version, and all that were. */
export interface Configuration extends KnativeObject<ConfigurationStatus> {
  readonly spec: ConfigurationSpec;
}

/** A version. */
export interface Revision extends KnativeObject<RevisionStatus> {
  readonly spec: RevisionSpec;
}

/** The way to versions. */
export interface Route extends KnativeObject<RouteStatus> {
  readonly spec: RouteSpec;
}

/** Which object is meant. */
export interface ScaleTarget {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly name?: string;
}

/** How a revision is scaled. */
export interface PodAutoscalerObject extends KnativeObject<PodAutoscalerStatus> {
  readonly spec: {
    readonly containerConcurrency?: number;
    readonly scaleTargetRef: ScaleTarget;
    readonly reachability?: 'Reachable' | 'Unreachable' | '';
    readonly protocolType: string;
  };
}

/** How far a revision is scaled. */
export interface PodAutoscalerStatus extends KnativeStatus {
  readonly serviceName?: string;
  readonly metricsServiceName?: string;
  readonly desiredScale?: number;
  readonly actualScale?: number;
}

/** What is measured of a revision. Windows are in nanoseconds. */
export interface Metric extends KnativeObject {
  readonly spec: {
    readonly stableWindow: number;
    readonly panicWindow: number;
    readonly scrapeTarget: string;
  };
}

/** The Services of a revision, behind which stand its pods or the activator. */
export interface ServerlessService extends KnativeObject<ServerlessServiceStatus> {
  readonly spec: {
    readonly mode?: 'Proxy' | 'Serve';
    readonly objectRef: ScaleTarget;
    readonly protocolType: string;
    readonly numActivators?: number;
  };
}

/** Their names. */
export interface ServerlessServiceStatus extends KnativeStatus {
  readonly serviceName?: string;
  readonly privateServiceName?: string;
}

/** A share of the requests of a rule. */
export interface IngressSplit {
  readonly serviceNamespace: string;
  readonly serviceName: string;
  readonly servicePort: number;
  readonly percent?: number;
  readonly appendHeaders?: Readonly<Record<string, string>>;
}

/** Where requests for some hosts go. */
export interface IngressRule {
  readonly hosts?: readonly string[];
  readonly visibility?: 'ExternalIP' | 'ClusterLocal';
  readonly http?: { readonly paths: readonly { readonly splits: readonly IngressSplit[] }[] };
}

/** Where the load balancers are. */
export interface LoadBalancerStatus {
  readonly ingress?: readonly { readonly domainInternal?: string; readonly domain?: string }[];
}

/** What a network layer makes of a route. */
export interface KnativeIngress extends KnativeObject<KnativeIngressStatus> {
  readonly spec: { readonly rules?: readonly IngressRule[]; readonly httpOption?: string };
}

/** Whether it has. */
export interface KnativeIngressStatus extends KnativeStatus {
  readonly publicLoadBalancer?: LoadBalancerStatus;
  readonly privateLoadBalancer?: LoadBalancerStatus;
}

/** An image that nodes might fetch ahead. */
export interface CachedImage extends KnativeObject {
  readonly spec: { readonly image: string; readonly serviceAccountName?: string };
}

const serving = 'serving.knative.dev/v1';
const autoscaling = 'autoscaling.internal.knative.dev/v1alpha1';
const networking = 'networking.internal.knative.dev/v1alpha1';

/** The kind Service of Knative. */
export const knativeServices = withEmptySpec(
  kindOf<KnativeService>(serving, 'Service', 'services'),
  {},
);
/** The kind Configuration. */
export const configurations = withEmptySpec(
  kindOf<Configuration>(serving, 'Configuration', 'configurations'),
  {},
);
/** The kind Revision. */
export const revisions = withEmptySpec(kindOf<Revision>(serving, 'Revision', 'revisions'), {});
/** The kind Route. */
export const routes = withEmptySpec(kindOf<Route>(serving, 'Route', 'routes'), {});
/** The kind PodAutoscaler. */
export const podAutoscalers = kindOf<PodAutoscalerObject>(
  autoscaling,
  'PodAutoscaler',
  'podautoscalers',
);
/** The kind Metric. */
export const metrics = kindOf<Metric>(autoscaling, 'Metric', 'metrics');
/** The kind ServerlessService. */
export const serverlessServices = kindOf<ServerlessService>(
  networking,
  'ServerlessService',
  'serverlessservices',
);
/** The kind Ingress of Knative. */
export const knativeIngresses = kindOf<KnativeIngress>(networking, 'Ingress', 'ingresses');
/** The kind Image. */
export const cachedImages = kindOf<CachedImage>(
  'caching.internal.knative.dev/v1alpha1',
  'Image',
  'images',
);
