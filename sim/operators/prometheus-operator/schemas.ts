/** The schemas of the kinds. @upstream prometheus-operator v0.93 example/prometheus-operator-crd */
import { int32, mapOf, object, oneOf, text } from '../crd/schema-parts.js';
import { schemaOf, type Schema } from '../crd/schema-of.js';
import { group } from './keys.js';

/** A boolean. */
export const flag: Schema = { type: 'boolean' };
/** An object that is not looked at. */
export const anything: Schema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
/** A whole number. */
export const whole: Schema = { type: 'integer', format: 'int64' };
const count: Schema = { ...whole, minimum: 0 };
const texts: Schema = { type: 'array', items: text };
/** A length of time. */
export const length: Schema = {
  ...text,
  pattern:
    '^(0|(([0-9]+)y)?(([0-9]+)w)?(([0-9]+)d)?(([0-9]+)h)?(([0-9]+)m)?(([0-9]+)s)?(([0-9]+)ms)?)$',
};
const byteSize: Schema = { ...text, pattern: '(^0|([0-9]*[.])?[0-9]+((K|M|G|T|E|P)i?)?B)$' };
const intOrString = schemaOf('core/v1.ServicePort')['properties'] as Readonly<
  Record<string, Schema>
>;
const targetPort = intOrString['targetPort'] ?? {};
/** A selector of labels. */
export const selector: Schema = {
  ...schemaOf('meta/v1.LabelSelector'),
  'x-kubernetes-map-type': 'atomic',
};
/** A key of a Secret. */
export const secretKey = schemaOf('core/v1.SecretKeySelector');
const configMapKey = schemaOf('core/v1.ConfigMapKeySelector');
/** A list. */
export const list = (items: Schema): Schema => ({ type: 'array', items });
/** A list in which nothing is twice. */
export const setOf = (items: Schema): Schema => ({
  ...list(items),
  'x-kubernetes-list-type': 'set',
});
const listOf = (type: string): Schema => list(schemaOf(type));

const protocols = setOf(
  oneOf(
    'PrometheusProto',
    'OpenMetricsText0.0.1',
    'OpenMetricsText1.0.0',
    'PrometheusText0.0.4',
    'PrometheusText1.0.0',
  ),
);

const actions = [
  'replace,Replace,keep,Keep,drop,Drop,hashmod,HashMod,labelmap,LabelMap,labeldrop,LabelDrop',
  'labelkeep,LabelKeep,lowercase,Lowercase,uppercase,Uppercase,keepequal,KeepEqual,dropequal,DropEqual',
].flatMap(line => line.split(','));

const relabelings = list(
  object({
    action: { ...oneOf(...actions), default: 'replace' },
    modulus: count,
    regex: text,
    replacement: text,
    separator: text,
    sourceLabels: texts,
    targetLabel: text,
  }),
);

const tlsVersion = oneOf('TLS10', 'TLS11', 'TLS12', 'TLS13');
const certificate = object({ configMap: configMapKey, secret: secretKey });
const tls = {
  ca: certificate,
  cert: certificate,
  insecureSkipVerify: flag,
  keySecret: secretKey,
  maxVersion: tlsVersion,
  minVersion: tlsVersion,
  serverName: text,
};
const proxy = {
  noProxy: text,
  proxyConnectHeader: { ...mapOf(list(secretKey)), 'x-kubernetes-map-type': 'atomic' },
  proxyFromEnvironment: flag,
  proxyUrl: { ...text, pattern: '^(http|https|socks5)://.+$' },
};

const endpoint = {
  authorization: object({ credentials: secretKey, type: text }),
  basicAuth: object({ password: secretKey, username: secretKey }),
  bearerTokenSecret: secretKey,
  enableHttp2: flag,
  filterRunning: flag,
  followRedirects: flag,
  honorLabels: flag,
  honorTimestamps: flag,
  interval: length,
  metricRelabelings: relabelings,
  ...proxy,
  oauth2: object(
    {
      clientId: certificate,
      clientSecret: secretKey,
      endpointParams: mapOf(text),
      ...proxy,
      scopes: texts,
      tlsConfig: object(tls),
      tokenUrl: { ...text, minLength: 1, pattern: '^(http|https)://.+$' },
    },
    ['clientId', 'clientSecret', 'tokenUrl'],
  ),
  params: mapOf(texts),
  path: text,
  port: text,
  relabelings,
  scheme: oneOf('http', 'https', 'HTTP', 'HTTPS'),
  scrapeTimeout: length,
  targetPort,
  trackTimestampsStaleness: flag,
};

const monitor = {
  attachMetadata: object({ node: flag }),
  bodySizeLimit: byteSize,
  convertClassicHistogramsToNHCB: flag,
  fallbackScrapeProtocol: protocols['items'] as Schema,
  jobLabel: text,
  keepDroppedTargets: count,
  labelLimit: count,
  labelNameLengthLimit: count,
  labelValueLengthLimit: count,
  namespaceSelector: object({ any: flag, matchNames: texts }),
  nativeHistogramBucketLimit: count,
  nativeHistogramMinBucketFactor: targetPort,
  podTargetLabels: texts,
  sampleLimit: count,
  scrapeClass: { ...text, minLength: 1 },
  scrapeClassicHistograms: flag,
  scrapeNativeHistograms: flag,
  scrapeProtocols: protocols,
  selector,
  selectorMechanism: oneOf('RelabelConfig', 'RoleSelector'),
  targetLimit: count,
};

/** The spec of ServiceMonitors. */
export function serviceMonitorSchema(): Schema {
  const tlsConfig = object({ ...tls, caFile: text, certFile: text, keyFile: text });
  return object(
    {
      ...monitor,
      endpoints: list(object({ ...endpoint, bearerTokenFile: text, tlsConfig })),
      serviceDiscoveryRole: oneOf('Endpoints', 'EndpointSlice'),
      targetLabels: texts,
    },
    ['endpoints', 'selector'],
  );
}

/** The spec of PodMonitors. */
export function podMonitorSchema(): Schema {
  const portNumber: Schema = { ...int32, minimum: 1, maximum: 65_535 };
  return object(
    {
      ...monitor,
      podMetricsEndpoints: list(object({ ...endpoint, portNumber, tlsConfig: object(tls) })),
    },
    ['selector'],
  );
}

/** The spec of PrometheusRules. */
export function prometheusRuleSchema(): Schema {
  const rule = object(
    {
      alert: text,
      annotations: mapOf(text),
      expr: targetPort,
      for: length,
      keep_firing_for: { ...length, minLength: 1 },
      labels: mapOf(text),
      record: text,
    },
    ['expr'],
  );
  const groups = object(
    {
      interval: length,
      labels: mapOf(text),
      limit: { type: 'integer' },
      name: { ...text, minLength: 1 },
      partial_response_strategy: { ...text, pattern: '^(?i)(abort|warn)?$' },
      query_offset: length,
      rules: list(rule),
    },
    ['name'],
  );
  return object({ groups: keyed(groups, 'name') });
}

/** A list whose items are told apart by fields. */
export function keyed(items: Schema, ...names: readonly string[]): Schema {
  return {
    ...list(items),
    'x-kubernetes-list-map-keys': names,
    'x-kubernetes-list-type': 'map',
  };
}

/** A condition of the types that there are. */
export function condition(type: Schema): Schema {
  return object(
    {
      lastTransitionTime: { ...text, format: 'date-time' },
      message: text,
      observedGeneration: whole,
      reason: text,
      status: { ...text, minLength: 1 },
      type: { ...type, minLength: 1 },
    },
    ['lastTransitionTime', 'status', 'type'],
  );
}

/** The status of monitors and rules, which nobody writes unless a gate is on. */
export function bindingsSchema(): Schema {
  const named: Schema = { ...text, minLength: 1 };
  const binding = object(
    {
      conditions: keyed(condition(oneOf('Accepted')), 'type'),
      group: oneOf(group),
      name: named,
      namespace: named,
      resource: oneOf('prometheuses', 'prometheusagents', 'thanosrulers', 'alertmanagers'),
    },
    ['group', 'name', 'namespace', 'resource'],
  );
  return object({ bindings: keyed(binding, 'group', 'resource', 'name', 'namespace') });
}

/** What statuses say of replicas. */
export const replicaCounts = [
  'availableReplicas',
  'replicas',
  'unavailableReplicas',
  'updatedReplicas',
];

/** The status of Prometheus. */
export function prometheusStatusSchema(): Schema {
  const counts = Object.fromEntries(replicaCounts.map(name => [name, int32]));
  const shard = object({ ...counts, shardID: text }, [...replicaCounts, 'shardID'].sort());
  return object({
    ...counts,
    conditions: keyed(condition(text), 'type'),
    paused: flag,
    selector: text,
    shardStatuses: keyed(shard, 'shardID'),
    shards: int32,
  });
}

const flags = [
  'allowOverlappingBlocks,automountServiceAccountToken,convertClassicHistogramsToNHCB',
  'disableCompaction,enableAdminAPI,enableOTLPReceiver,enableRemoteWriteReceiver',
  'enableServiceLinks,hostNetwork,hostUsers,ignoreNamespaceSelectors,listenLocal',
  'overrideHonorLabels,overrideHonorTimestamps,paused,scrapeClassicHistograms',
  'scrapeNativeHistograms,walCompression',
].flatMap(line => line.split(','));

const counts = [
  'enforcedKeepDroppedTargets,enforcedLabelLimit,enforcedLabelNameLengthLimit',
  'enforcedLabelValueLengthLimit,enforcedSampleLimit,enforcedTargetLimit,keepDroppedTargets',
  'labelLimit,labelNameLengthLimit,labelValueLengthLimit,sampleLimit,targetLimit',
  'terminationGracePeriodSeconds',
].flatMap(line => line.split(','));

const plainTexts = [
  'baseImage,enforcedNamespaceLabel,externalUrl,image,priorityClassName',
  'prometheusExternalLabelName,queryLogFile,replicaExternalLabelName,routePrefix',
  'scrapeFailureLogFile,serviceAccountName,sha,tag,version',
].flatMap(line => line.split(','));

/** What is taken as it is, and mostly left alone. */
const objects = [
  'alerting,apiserverConfig,exemplars,otlp,persistentVolumeClaimRetentionPolicy,query,rules',
  'runtime,shardRetentionPolicy,shardingStrategy,thanos,tracingConfig,tsdb,updateStrategy,web',
].flatMap(line => line.split(','));

const lists = ['excludedFromEnforcement', 'prometheusRulesExcludedFromEnforce'];

const selectors = [
  'podMonitorNamespaceSelector,podMonitorSelector,probeNamespaceSelector,probeSelector',
  'ruleNamespaceSelector,ruleSelector,scrapeConfigNamespaceSelector,scrapeConfigSelector',
  'serviceMonitorNamespaceSelector,serviceMonitorSelector',
].flatMap(line => line.split(','));

/** Fields of one schema. */
export function each(names: readonly string[], schema: Schema): Readonly<Record<string, Schema>> {
  return Object.fromEntries(names.map(name => [name, schema]));
}

/** The spec of Prometheus. */
export function prometheusSchema(): Schema {
  return object({
    ...each(flags, flag),
    ...each(counts, count),
    ...each(plainTexts, text),
    ...each(objects, anything),
    ...each(lists, list(anything)),
    ...each(selectors, selector),
    ...each(
      ['additionalAlertManagerConfigs', 'additionalAlertRelabelConfigs', 'additionalScrapeConfigs'],
      secretKey,
    ),
    ...each(['remoteRead', 'remoteWrite'], list({ ...anything, required: ['url'] })),
    ...each(['evaluationInterval', 'scrapeInterval'], { ...length, default: '30s' }),
    ...each(['retention', 'ruleQueryOffset', 'scrapeTimeout'], length),
    ...each(['bodySizeLimit', 'enforcedBodySizeLimit', 'retentionSize'], byteSize),
    ...podFields(),
    additionalArgs: list(object({ name: { ...text, minLength: 1 }, value: text }, ['name'])),
    arbitraryFSAccessThroughSMs: object({ deny: flag }),
    configMaps: texts,
    enableFeatures: setOf({ ...text, minLength: 1 }),
    externalLabels: mapOf(text),
    logFormat: oneOf('', 'logfmt', 'json'),
    logLevel: oneOf('', 'debug', 'info', 'warn', 'error'),
    maximumStartupDurationSeconds: { ...int32, minimum: 60 },
    nameEscapingScheme: oneOf('AllowUTF8', 'Underscores', 'Dots', 'Values'),
    nameValidationScheme: oneOf('UTF8', 'Legacy'),
    podTargetLabels: texts,
    portName: { ...text, default: 'web' },
    reloadStrategy: oneOf('HTTP', 'ProcessSignal'),
    remoteWriteReceiverMessageVersions: { ...setOf(oneOf('V1.0', 'V2.0')), minItems: 1 },
    scrapeClasses: keyed(
      { ...anything, properties: { name: { ...text, minLength: 1 } }, required: ['name'] },
      'name',
    ),
    scrapeProtocols: protocols,
    secrets: setOf(text),
    serviceDiscoveryRole: oneOf('Endpoints', 'EndpointSlice'),
    serviceName: { ...text, minLength: 1 },
    shards: { ...int32, default: 1 },
    storage: storageSchema(),
  });
}

/** Where data is kept. */
export function storageSchema(): Schema {
  return object({
    disableMountSubPath: flag,
    emptyDir: schemaOf('core/v1.EmptyDirVolumeSource'),
    ephemeral: schemaOf('core/v1.EphemeralVolumeSource'),
    volumeClaimTemplate: claimTemplate(),
  });
}

/** The name of a claim's template is one of the few that metadata has here. */
function claimTemplate(): Schema {
  const claim = schemaOf('core/v1.PersistentVolumeClaim')['properties'] as Readonly<
    Record<string, Schema>
  >;
  const metadata = object({ annotations: mapOf(text), labels: mapOf(text), name: text });
  return object({ ...claim, metadata });
}

/** What workloads say of their pods. */
export function podFields(): Readonly<Record<string, Schema>> {
  const port = { 'x-kubernetes-list-map-keys': ['ip'], 'x-kubernetes-list-type': 'map' };
  return {
    affinity: schemaOf('core/v1.Affinity'),
    containers: listOf('core/v1.Container'),
    dnsConfig: schemaOf('core/v1.PodDNSConfig'),
    dnsPolicy: oneOf('ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None'),
    hostAliases: {
      ...list(object({ hostnames: texts, ip: text }, ['hostnames', 'ip'])),
      ...port,
    },
    imagePullPolicy: oneOf('', 'Always', 'Never', 'IfNotPresent'),
    imagePullSecrets: listOf('core/v1.LocalObjectReference'),
    initContainers: listOf('core/v1.Container'),
    minReadySeconds: { ...int32, minimum: 0 },
    nodeSelector: mapOf(text),
    podManagementPolicy: oneOf('OrderedReady', 'Parallel'),
    podMetadata: object({ annotations: mapOf(text), labels: mapOf(text), name: text }),
    replicas: int32,
    resources: schemaOf('core/v1.ResourceRequirements'),
    schedulerName: { ...text, minLength: 1 },
    securityContext: schemaOf('core/v1.PodSecurityContext'),
    tolerations: listOf('core/v1.Toleration'),
    topologySpreadConstraints: listOf('core/v1.TopologySpreadConstraint'),
    volumeMounts: listOf('core/v1.VolumeMount'),
    volumes: listOf('core/v1.Volume'),
  };
}
