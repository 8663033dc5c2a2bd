/** The kinds of the operator, by what of them is used. @upstream prometheus-operator v0.93 pkg/apis/monitoring/v1 */
import type {
  Affinity,
  Container,
  EmptyDirVolumeSource,
  EphemeralVolumeSource,
  HostAlias,
  LocalObjectReference,
  PersistentVolumeClaim,
  PodDNSConfig,
  PodSecurityContext,
  ResourceRequirements,
  SecretKeySelector,
  Toleration,
  TopologySpreadConstraint,
  Volume,
  VolumeMount,
} from '../../api/kinds/core.js';
import type { LabelSelector } from '../../api/kinds/meta.js';
import type { AnyCondition } from '../../api/meta.js';
import { kindOf, type HasMetadata } from '../../api/object.js';
import type { WrittenGroup } from '../../metrics/promql/rules/rule.js';
import { group } from './keys.js';

/** A rule that changes labels. */
export interface RelabelConfig {
  readonly sourceLabels?: readonly string[];
  readonly separator?: string;
  readonly targetLabel?: string;
  readonly regex?: string;
  readonly modulus?: number;
  readonly replacement?: string;
  readonly action?: string;
}

/** What the endpoints of both kinds of monitors have. */
export interface MonitorEndpoint {
  readonly port?: string;
  readonly targetPort?: string | number;
  readonly path?: string;
  readonly scheme?: string;
  readonly params?: Readonly<Record<string, readonly string[]>>;
  readonly interval?: string;
  readonly scrapeTimeout?: string;
  readonly honorLabels?: boolean;
  readonly honorTimestamps?: boolean;
  readonly trackTimestampsStaleness?: boolean;
  readonly followRedirects?: boolean;
  readonly enableHttp2?: boolean;
  readonly filterRunning?: boolean;
  readonly relabelings?: readonly RelabelConfig[];
  readonly metricRelabelings?: readonly RelabelConfig[];
  readonly tlsConfig?: Readonly<Record<string, unknown>>;
  readonly bearerTokenFile?: string;
  readonly basicAuth?: unknown;
  readonly oauth2?: unknown;
  readonly authorization?: unknown;
  readonly bearerTokenSecret?: unknown;
  readonly proxyUrl?: string;
  /** Of pod monitors. */
  readonly portNumber?: number;
}

/** What the specs of both kinds of monitors have. */
export interface MonitorSpec {
  readonly selector: LabelSelector;
  readonly namespaceSelector?: {
    readonly any?: boolean;
    readonly matchNames?: readonly string[];
  };
  readonly selectorMechanism?: string;
  readonly serviceDiscoveryRole?: string;
  readonly jobLabel?: string;
  readonly targetLabels?: readonly string[];
  readonly podTargetLabels?: readonly string[];
  readonly scrapeClass?: string;
  readonly attachMetadata?: { readonly node?: boolean };
  readonly sampleLimit?: number;
  readonly targetLimit?: number;
  readonly labelLimit?: number;
  readonly labelNameLengthLimit?: number;
  readonly labelValueLengthLimit?: number;
  readonly keepDroppedTargets?: number;
  readonly bodySizeLimit?: string;
  readonly scrapeClassicHistograms?: boolean;
  readonly convertClassicHistogramsToNHCB?: boolean;
}

/** Scrapes the endpoints of services. */
export interface ServiceMonitor extends HasMetadata {
  readonly spec: MonitorSpec & { readonly endpoints?: readonly MonitorEndpoint[] };
}

/** Scrapes pods. */
export interface PodMonitor extends HasMetadata {
  readonly spec: MonitorSpec & { readonly podMetricsEndpoints?: readonly MonitorEndpoint[] };
}

/** Rules. */
export interface PrometheusRule extends HasMetadata {
  readonly spec: { readonly groups?: readonly RuleGroupSpec[] };
}

/** A group of rules. */
export interface RuleGroupSpec extends WrittenGroup {
  readonly partial_response_strategy?: string;
}

/** Where its samples are kept. */
export interface StorageSpec {
  readonly emptyDir?: EmptyDirVolumeSource;
  readonly ephemeral?: EphemeralVolumeSource;
  readonly volumeClaimTemplate?: PersistentVolumeClaim;
  readonly disableMountSubPath?: boolean;
}

/** Alertmanagers behind a Service. */
export interface AlertmanagerEndpoint {
  /** Default: that of the Prometheus. */
  readonly namespace?: string;
  readonly name: string;
  readonly port: string | number;
  readonly scheme?: string;
  readonly pathPrefix?: string;
  readonly timeout?: string;
  readonly enableHttp2?: boolean;
  readonly apiVersion?: string;
  readonly relabelings?: readonly RelabelConfig[];
  readonly alertRelabelings?: readonly RelabelConfig[];
}

/** What is wanted of a Prometheus. */
export interface PrometheusSpec {
  readonly serviceMonitorSelector?: LabelSelector;
  readonly serviceMonitorNamespaceSelector?: LabelSelector;
  readonly podMonitorSelector?: LabelSelector;
  readonly podMonitorNamespaceSelector?: LabelSelector;
  readonly probeSelector?: LabelSelector;
  readonly scrapeConfigSelector?: LabelSelector;
  readonly ruleSelector?: LabelSelector;
  readonly ruleNamespaceSelector?: LabelSelector;
  readonly replicas?: number;
  readonly shards?: number;
  readonly paused?: boolean;
  readonly version?: string;
  readonly image?: string;
  readonly imagePullPolicy?: string;
  readonly imagePullSecrets?: readonly LocalObjectReference[];
  readonly scrapeInterval?: string;
  readonly scrapeTimeout?: string;
  readonly evaluationInterval?: string;
  readonly retention?: string;
  readonly retentionSize?: string;
  readonly externalLabels?: Readonly<Record<string, string>>;
  readonly externalUrl?: string;
  readonly routePrefix?: string;
  readonly prometheusExternalLabelName?: string;
  readonly replicaExternalLabelName?: string;
  readonly enableAdminAPI?: boolean;
  readonly enableFeatures?: readonly string[];
  readonly logLevel?: string;
  readonly logFormat?: string;
  readonly portName?: string;
  readonly listenLocal?: boolean;
  readonly reloadStrategy?: string;
  readonly overrideHonorLabels?: boolean;
  readonly overrideHonorTimestamps?: boolean;
  readonly ignoreNamespaceSelectors?: boolean;
  readonly enforcedNamespaceLabel?: string;
  readonly podTargetLabels?: readonly string[];
  readonly serviceDiscoveryRole?: string;
  readonly scrapeClasses?: readonly unknown[];
  readonly arbitraryFSAccessThroughSMs?: { readonly deny?: boolean };
  readonly additionalScrapeConfigs?: SecretKeySelector;
  readonly additionalArgs?: readonly { readonly name: string; readonly value?: string }[];
  readonly alerting?: { readonly alertmanagers?: readonly AlertmanagerEndpoint[] };
  readonly remoteWrite?: readonly unknown[];
  readonly remoteRead?: readonly unknown[];
  readonly thanos?: unknown;
  readonly web?: unknown;
  readonly storage?: StorageSpec;
  readonly volumes?: readonly Volume[];
  readonly volumeMounts?: readonly VolumeMount[];
  readonly secrets?: readonly string[];
  readonly configMaps?: readonly string[];
  readonly containers?: readonly Container[];
  readonly initContainers?: readonly Container[];
  readonly resources?: ResourceRequirements;
  readonly podMetadata?: {
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly podManagementPolicy?: string;
  readonly minReadySeconds?: number;
  readonly maximumStartupDurationSeconds?: number;
  readonly serviceName?: string;
  readonly serviceAccountName?: string;
  readonly automountServiceAccountToken?: boolean;
  readonly securityContext?: PodSecurityContext;
  readonly nodeSelector?: Readonly<Record<string, string>>;
  readonly schedulerName?: string;
  readonly priorityClassName?: string;
  readonly terminationGracePeriodSeconds?: number;
  readonly tolerations?: readonly Toleration[];
  readonly affinity?: Affinity;
  readonly topologySpreadConstraints?: readonly TopologySpreadConstraint[];
  readonly hostAliases?: readonly HostAlias[];
  readonly hostNetwork?: boolean;
  readonly dnsPolicy?: string;
  readonly dnsConfig?: PodDNSConfig;
  readonly enableServiceLinks?: boolean;
}

/** How the replicas of a shard, or of all, do. */
export interface ReplicaCounts {
  readonly replicas: number;
  readonly updatedReplicas: number;
  readonly availableReplicas: number;
  readonly unavailableReplicas: number;
}

/** What is known of a Prometheus. */
export interface PrometheusStatus extends Partial<ReplicaCounts> {
  readonly paused?: boolean;
  readonly conditions?: readonly AnyCondition[];
  readonly shardStatuses?: readonly (ReplicaCounts & { readonly shardID: string })[];
  readonly shards?: number;
  readonly selector?: string;
}

/** A Prometheus. */
export interface Prometheus extends HasMetadata {
  readonly spec: PrometheusSpec;
  readonly status?: PrometheusStatus;
}

const version = `${group}/v1`;

/** The kind Prometheus. */
export const prometheuses = kindOf<Prometheus>(version, 'Prometheus', 'prometheuses');
/** The kind ServiceMonitor. */
export const serviceMonitors = kindOf<ServiceMonitor>(version, 'ServiceMonitor', 'servicemonitors');
/** The kind PodMonitor. */
export const podMonitors = kindOf<PodMonitor>(version, 'PodMonitor', 'podmonitors');
/** The kind PrometheusRule. */
export const prometheusRules = kindOf<PrometheusRule>(version, 'PrometheusRule', 'prometheusrules');
