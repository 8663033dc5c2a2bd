/** The StatefulSet of a shard. @upstream prometheus-operator v0.93 pkg/prometheus/server/statefulset.go, pkg/prometheus/common.go */
import type { StatefulSet } from '../../api/kinds/apps.js';
import type { Container, PodSpec, Probe, Volume, VolumeMount } from '../../api/kinds/core.js';
import { ownerReference } from '../../api/meta.js';
import type { HasMetadata } from '../../api/object.js';
import {
  defaults,
  files,
  folders,
  governingService,
  keys,
  managedLabels,
  setName,
} from './keys.js';
import { confined, prometheusReloader } from './reloader-container.js';
import { storageClaim, storageMount, storageVolumes, usersFields } from './set-parts.js';
import { prometheuses, type Prometheus, type PrometheusSpec } from './types.js';

const webFile = 'web-config.yaml';
const probeTimeoutSeconds = 3;

/** What its pods are found by. */
export function selectorLabels(name: string): Readonly<Record<string, string>> {
  return {
    'app.kubernetes.io/managed-by': managedLabels['app.kubernetes.io/managed-by'],
    'app.kubernetes.io/name': 'prometheus',
    'app.kubernetes.io/instance': name,
    [keys.name]: name,
    prometheus: name,
  };
}

/** What the set depends on besides the Prometheus. */
export interface SetParts {
  readonly shard: number;
  readonly ruleMaps: readonly string[];
  /** Of all that it is made from. */
  readonly inputHash: string;
}

/** The set. */
export function statefulSet(prometheus: Prometheus, parts: SetParts): StatefulSet {
  const { metadata, spec } = prometheus;
  const { name = '', namespace = '' } = metadata;
  const matchLabels = { ...selectorLabels(name), [keys.shard]: String(parts.shard) };
  const claim = storageClaim(spec.storage, databaseVolume(name));
  return {
    metadata: {
      name: setName(name, parts.shard),
      namespace,
      labels: { ...metadata.labels, ...managedLabels, [keys.mode]: 'server', ...matchLabels },
      annotations: { ...ownAnnotations(prometheus), [keys.inputHash]: parts.inputHash },
      ownerReferences: [ownerReference(prometheus, prometheuses)],
    },
    spec: {
      serviceName: spec.serviceName ?? governingService,
      replicas: replicasOf(spec),
      podManagementPolicy: spec.podManagementPolicy ?? 'Parallel',
      updateStrategy: { type: 'RollingUpdate' },
      ...(spec.minReadySeconds !== undefined && { minReadySeconds: spec.minReadySeconds }),
      selector: { matchLabels },
      template: {
        metadata: {
          labels: {
            'app.kubernetes.io/version': versionOf(spec),
            ...spec.podMetadata?.labels,
            ...matchLabels,
          },
          annotations: {
            'kubectl.kubernetes.io/default-container': 'prometheus',
            ...spec.podMetadata?.annotations,
          },
        },
        spec: podSpec(prometheus, parts),
      },
      ...(claim !== undefined && { volumeClaimTemplates: [claim] }),
    },
  };
}

/** One, unless a number that makes sense is said. */
export function replicasOf({ replicas = 1 }: PrometheusSpec): number {
  return replicas < 0 ? 1 : replicas;
}

/** Without the v. */
function versionOf({ version = defaults.version }: PrometheusSpec): string {
  return version.replace(/^v/, '');
}

/** The annotations of the object, but for kubectl's. */
export function ownAnnotations({ metadata }: HasMetadata): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(metadata.annotations ?? {}).filter(
      ([key]) => !key.startsWith('kubectl.kubernetes.io/'),
    ),
  );
}

const databaseVolume = (name: string): string => `${setName(name)}-db`;

const takenFields = [
  'securityContext',
  'serviceAccountName',
  'nodeSelector',
  'schedulerName',
  'priorityClassName',
  'tolerations',
  'affinity',
  'topologySpreadConstraints',
  'hostAliases',
  'hostNetwork',
  'enableServiceLinks',
  'imagePullSecrets',
  'dnsConfig',
] as const;

/** The pod. Fields that are not said are left to the API server. */
function podSpec(prometheus: Prometheus, parts: SetParts): PodSpec {
  const { spec } = prometheus;
  return {
    ...usersFields(spec, takenFields),
    shareProcessNamespace: spec.reloadStrategy === 'ProcessSignal',
    automountServiceAccountToken: spec.automountServiceAccountToken ?? true,
    terminationGracePeriodSeconds: spec.terminationGracePeriodSeconds ?? 600,
    initContainers: merged(
      [prometheusReloader(spec, { ...parts, isInit: true })],
      spec.initContainers,
    ),
    containers: merged(
      [
        prometheusContainer(prometheus, parts),
        prometheusReloader(spec, { ...parts, isInit: false }),
      ],
      spec.containers,
    ),
    volumes: volumesOf(prometheus, parts),
  };
}

/** The user's containers change those of the same name, and come behind them else. */
export function merged(
  own: readonly Container[],
  users: readonly Container[] = [],
): readonly Container[] {
  const names = new Set(own.map(({ name }) => name));
  return [
    ...own.map(container => ({
      ...container,
      ...users.find(({ name }) => name === container.name),
    })),
    ...users.filter(({ name }) => !names.has(name)),
  ];
}

function prometheusContainer(prometheus: Prometheus, { ruleMaps }: SetParts): Container {
  const { spec } = prometheus;
  const { imagePullPolicy, portName = defaults.portName } = spec;
  const ports = [{ name: portName, containerPort: 9090, protocol: 'TCP' }];
  return {
    name: 'prometheus',
    image: spec.image ?? `${defaults.image}:${spec.version ?? defaults.version}`,
    ...(imagePullPolicy !== undefined && { imagePullPolicy }),
    ...(spec.listenLocal !== true && { ports }),
    args: serverArguments(spec),
    volumeMounts: prometheusMounts(prometheus, ruleMaps),
    ...probes(spec),
    ...(spec.resources !== undefined && { resources: spec.resources }),
    terminationMessagePolicy: 'FallbackToLogsOnError',
    securityContext: confined,
  };
}

function serverArguments(spec: PrometheusSpec): readonly string[] {
  const { externalUrl = '', routePrefix = '/', logLevel = '', logFormat = '' } = spec;
  const features = spec.enableFeatures ?? [];
  return [
    `--config.file=${folders.output}/${files.expanded}`,
    ...(spec.reloadStrategy === 'ProcessSignal' ? [] : ['--web.enable-lifecycle']),
    ...(features.length > 0 ? [`--enable-feature=${features.join(',')}`] : []),
    ...(externalUrl === '' ? [] : [`--web.external-url=${externalUrl}`]),
    `--web.route-prefix=${routePrefix}`,
    ...(logLevel === '' || logLevel === 'info' ? [] : [`--log.level=${logLevel}`]),
    ...(logFormat === '' || logFormat === 'logfmt' ? [] : [`--log.format=${logFormat}`]),
    ...(spec.listenLocal === true ? ['--web.listen-address=127.0.0.1:9090'] : []),
    `--storage.tsdb.path=${folders.storage}`,
    ...(spec.enableAdminAPI === true ? ['--web.enable-admin-api'] : []),
    `--web.config.file=${folders.webConfiguration}/${webFile}`,
    ...(spec.additionalArgs ?? []).map(({ name, value = '' }) =>
      value === '' ? `--${name}` : `--${name}=${value}`,
    ),
  ];
}

function probes(
  spec: PrometheusSpec,
): Pick<Container, 'startupProbe' | 'readinessProbe' | 'livenessProbe'> {
  const { portName = defaults.portName, routePrefix = '/', listenLocal } = spec;
  const { maximumStartupDurationSeconds: startSeconds = 0 } = spec;
  const handler = (page: string): Partial<Probe> => {
    const path = `${routePrefix.replace(/\/$/, '')}/-/${page}`;
    const url = `http://localhost:9090${path}`;
    const script = `if [ -x "$(command -v curl)" ]; then exec curl --fail ${url}; elif [ -x "$(command -v wget)" ]; then exec wget -q -O /dev/null ${url}; else exit 1; fi`;
    return listenLocal === true
      ? { exec: { command: ['sh', '-c', script] } }
      : { httpGet: { path, port: portName } };
  };
  const timeoutSeconds = probeTimeoutSeconds;
  const periods = Math.ceil(startSeconds / 60);
  const start =
    startSeconds >= 60
      ? { periodSeconds: Math.ceil(startSeconds / periods), failureThreshold: periods }
      : { periodSeconds: 15, failureThreshold: 60 };
  return {
    startupProbe: { ...handler('ready'), timeoutSeconds, ...start },
    readinessProbe: { ...handler('ready'), timeoutSeconds, periodSeconds: 5, failureThreshold: 3 },
    livenessProbe: { ...handler('healthy'), timeoutSeconds, periodSeconds: 5, failureThreshold: 6 },
  };
}

function prometheusMounts(
  { metadata, spec }: Prometheus,
  ruleMaps: readonly string[],
): readonly VolumeMount[] {
  const { storage, secrets = [], configMaps = [], volumeMounts = [] } = spec;
  const kept = {
    name: databaseVolume(metadata.name ?? ''),
    mountPath: folders.storage,
    subPath: 'prometheus-db',
  };
  return [
    { name: 'config-out', readOnly: true, mountPath: folders.output },
    { name: 'tls-assets', readOnly: true, mountPath: folders.certificates },
    storageMount(storage, kept),
    ...volumeMounts,
    ...secrets.map(name => ({
      name: `secret-${name}`,
      readOnly: true,
      mountPath: `/etc/prometheus/secrets/${name}`,
    })),
    ...configMaps.map(name => ({
      name: `configmap-${name}`,
      readOnly: true,
      mountPath: `/etc/prometheus/configmaps/${name}`,
    })),
    ...ruleMaps.map(name => ({ name, readOnly: true, mountPath: `${folders.rules}/${name}` })),
    {
      name: 'web-config',
      readOnly: true,
      mountPath: `${folders.webConfiguration}/${webFile}`,
      subPath: webFile,
    },
  ];
}

function volumesOf(prometheus: Prometheus, { ruleMaps }: SetParts): readonly Volume[] {
  const { metadata, spec } = prometheus;
  const base = setName(metadata.name ?? '');
  const { storage, secrets = [], configMaps = [], volumes = [] } = spec;
  return [
    { name: 'config', secret: { secretName: base } },
    { name: 'tls-assets', projected: { sources: [{ secret: { name: `${base}-tls-assets-0` } }] } },
    { name: 'config-out', emptyDir: { medium: 'Memory' } },
    ...secrets.map(name => ({ name: `secret-${name}`, secret: { secretName: name } })),
    ...configMaps.map(name => ({ name: `configmap-${name}`, configMap: { name } })),
    ...ruleMaps.map(name => ({ name, configMap: { name, optional: true } })),
    { name: 'web-config', secret: { secretName: `${base}-web-config` } },
    ...storageVolumes(storage, `${base}-db`),
    ...volumes,
  ];
}
