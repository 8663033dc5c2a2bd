/** The kinds Alertmanager and AlertmanagerConfig, by what of them is used. @upstream prometheus-operator v0.93 pkg/apis/monitoring/{v1,v1alpha1} */
import type { SecretKeySelector } from '../../../api/kinds/core.js';
import type { StatefulSetSpec } from '../../../api/kinds/apps.js';
import type { LabelSelector } from '../../../api/kinds/meta.js';
import type { AnyCondition } from '../../../api/meta.js';
import { kindOf, type HasMetadata } from '../../../api/object.js';
import { group } from '../keys.js';
import type { Fields } from '../relabelings.js';
import type { PrometheusSpec, ReplicaCounts } from '../types.js';

/** What its spec has in common with that of a Prometheus. */
type SharedField =
  | 'replicas'
  | 'paused'
  | 'version'
  | 'image'
  | 'imagePullPolicy'
  | 'imagePullSecrets'
  | 'externalUrl'
  | 'routePrefix'
  | 'enableFeatures'
  | 'logLevel'
  | 'logFormat'
  | 'portName'
  | 'listenLocal'
  | 'additionalArgs'
  | 'web'
  | 'storage'
  | 'volumes'
  | 'volumeMounts'
  | 'secrets'
  | 'configMaps'
  | 'containers'
  | 'initContainers'
  | 'resources'
  | 'podMetadata'
  | 'podManagementPolicy'
  | 'minReadySeconds'
  | 'serviceName'
  | 'serviceAccountName'
  | 'automountServiceAccountToken'
  | 'securityContext'
  | 'nodeSelector'
  | 'schedulerName'
  | 'priorityClassName'
  | 'terminationGracePeriodSeconds'
  | 'tolerations'
  | 'affinity'
  | 'topologySpreadConstraints'
  | 'hostAliases'
  | 'hostNetwork'
  | 'dnsPolicy'
  | 'dnsConfig'
  | 'enableServiceLinks';

/** An AlertmanagerConfig that is the base of the configuration. */
export interface BaseConfiguration {
  readonly name?: string;
  readonly global?: Fields & { readonly resolveTimeout?: string };
  readonly templates?: readonly {
    readonly secret?: SecretKeySelector;
    readonly configMap?: SecretKeySelector;
  }[];
}

/** What is wanted of an Alertmanager. */
export interface AlertmanagerSpec extends Pick<PrometheusSpec, SharedField> {
  readonly baseImage?: string;
  readonly tag?: string;
  readonly sha?: string;
  readonly configSecret?: string;
  readonly retention?: string;
  readonly alertmanagerConfigSelector?: LabelSelector;
  readonly alertmanagerConfigNamespaceSelector?: LabelSelector;
  readonly alertmanagerConfigMatcherStrategy?: { readonly type?: string };
  readonly alertmanagerConfiguration?: BaseConfiguration;
  readonly additionalPeers?: readonly string[];
  readonly clusterAdvertiseAddress?: string;
  readonly clusterGossipInterval?: string;
  readonly clusterPushpullInterval?: string;
  readonly clusterPeerTimeout?: string;
  readonly clusterLabel?: string;
  readonly clusterTLS?: unknown;
  readonly forceEnableClusterMode?: boolean;
  readonly limits?: unknown;
  readonly updateStrategy?: unknown;
  readonly persistentVolumeClaimRetentionPolicy?: StatefulSetSpec['persistentVolumeClaimRetentionPolicy'];
}

/** What is known of an Alertmanager. */
export interface AlertmanagerStatus extends Partial<ReplicaCounts> {
  readonly paused?: boolean;
  readonly selector?: string;
  readonly conditions?: readonly AnyCondition[];
}

/** An Alertmanager. */
export interface Alertmanager extends HasMetadata {
  readonly spec: AlertmanagerSpec;
  readonly status?: AlertmanagerStatus;
}

/** A condition on a label of alerts. */
export interface Matcher {
  readonly name: string;
  readonly value?: string;
  readonly matchType?: string;
  readonly regex?: boolean;
}

/** A node of the tree of routes; its children are not looked at by the API server. */
export interface Route {
  readonly receiver?: string;
  readonly groupBy?: readonly string[];
  readonly groupWait?: string;
  readonly groupInterval?: string;
  readonly repeatInterval?: string;
  readonly matchers?: readonly Matcher[];
  readonly continue?: boolean;
  readonly routes?: readonly Route[];
  readonly muteTimeIntervals?: readonly string[];
  readonly activeTimeIntervals?: readonly string[];
}

/** Who is told: lists of ways by kind (`webhookConfigs`). */
export interface Receiver {
  readonly name: string;
  readonly [field: string]: unknown;
}

/** Times by which routes are mute or active. */
export interface MuteTimeInterval {
  readonly name?: string;
  readonly timeIntervals?: readonly {
    readonly times?: readonly { readonly startTime?: string; readonly endTime?: string }[];
    readonly weekdays?: readonly string[];
    readonly daysOfMonth?: readonly { readonly start?: number; readonly end?: number }[];
    readonly months?: readonly string[];
    readonly years?: readonly string[];
  }[];
}

/** What keeps alerts back as long as others fire. */
export interface InhibitRule {
  readonly sourceMatch?: readonly Matcher[];
  readonly targetMatch?: readonly Matcher[];
  readonly equal?: readonly string[];
}

/** Routes and receivers of a namespace. */
export interface AlertmanagerConfig extends HasMetadata {
  readonly spec: {
    readonly route?: Route;
    readonly receivers?: readonly Receiver[];
    readonly inhibitRules?: readonly InhibitRule[];
    readonly muteTimeIntervals?: readonly MuteTimeInterval[];
  };
}

/** The kind Alertmanager. */
export const alertmanagers = kindOf<Alertmanager>(`${group}/v1`, 'Alertmanager', 'alertmanagers');
/** The kind AlertmanagerConfig. */
export const alertmanagerConfigs = kindOf<AlertmanagerConfig>(
  `${group}/v1alpha1`,
  'AlertmanagerConfig',
  'alertmanagerconfigs',
);
