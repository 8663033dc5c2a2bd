/** The StatefulSet of an Alertmanager. @upstream prometheus-operator v0.93 pkg/alertmanager/statefulset.go */
import type { StatefulSet } from '../../../api/kinds/apps.js';
import type { Container, PodSpec, Volume, VolumeMount } from '../../../api/kinds/core.js';
import { ownerReference } from '../../../api/meta.js';
import { keys, managedLabels } from '../keys.js';
import { confined, reloaderContainer } from '../reloader-container.js';
import { storageClaim, storageMount, storageVolumes, usersFields } from '../set-parts.js';
import { merged, ownAnnotations } from '../stateful-set.js';
import { argumentsOf } from './arguments.js';
import {
  defaults,
  files,
  folders,
  generatedName,
  governingService,
  minorOf,
  replicasOf,
  selectorLabels,
  setName,
} from './names.js';
import { alertmanagers, type Alertmanager, type AlertmanagerSpec } from './types.js';

/** The set. */
export function statefulSet(alertmanager: Alertmanager, inputHash: string): StatefulSet {
  const { metadata, spec } = alertmanager;
  const { name = '', namespace = '' } = metadata;
  const matchLabels = selectorLabels(name);
  const claim = storageClaim(spec.storage, databaseVolume(name));
  const policy = spec.persistentVolumeClaimRetentionPolicy;
  return {
    metadata: {
      name: setName(name),
      namespace,
      labels: { ...metadata.labels, ...managedLabels, ...matchLabels },
      annotations: { ...ownAnnotations(alertmanager), [keys.inputHash]: inputHash },
      ownerReferences: [ownerReference(alertmanager, alertmanagers)],
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
            'app.kubernetes.io/version': (spec.version ?? defaults.version).replace(/^v/, ''),
            ...spec.podMetadata?.labels,
            ...matchLabels,
          },
          annotations: {
            ...spec.podMetadata?.annotations,
            'kubectl.kubernetes.io/default-container': 'alertmanager',
          },
        },
        spec: podSpec(alertmanager),
      },
      ...(claim !== undefined && { volumeClaimTemplates: [claim] }),
      ...(policy !== undefined && { persistentVolumeClaimRetentionPolicy: policy }),
    },
  };
}

const databaseVolume = (name: string): string => `${setName(name)}-db`;

const takenFields = [
  'securityContext',
  'serviceAccountName',
  'automountServiceAccountToken',
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
function podSpec(alertmanager: Alertmanager): PodSpec {
  const { spec } = alertmanager;
  return {
    ...usersFields(spec, takenFields),
    terminationGracePeriodSeconds: spec.terminationGracePeriodSeconds ?? 120,
    initContainers: merged([reloader(spec, true)], spec.initContainers),
    containers: merged([mainContainer(alertmanager), reloader(spec, false)], spec.containers),
    volumes: volumesOf(alertmanager),
  };
}

function mainContainer(alertmanager: Alertmanager): Container {
  const { spec } = alertmanager;
  const { imagePullPolicy, portName = defaults.portName, resources } = spec;
  const web = { name: portName, containerPort: 9093, protocol: 'TCP' };
  return {
    name: 'alertmanager',
    image: imageOf(spec),
    ...(imagePullPolicy !== undefined && { imagePullPolicy }),
    args: argumentsOf(alertmanager),
    ports: [
      ...(spec.listenLocal === true ? [] : [web]),
      { name: 'mesh-tcp', containerPort: 9094, protocol: 'TCP' },
      { name: 'mesh-udp', containerPort: 9094, protocol: 'UDP' },
    ],
    env: [
      { name: 'POD_IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } },
      ...(minorOf(spec) >= 30
        ? [{ name: 'POD_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }]
        : []),
    ],
    volumeMounts: mountsOf(alertmanager),
    ...probes(spec),
    resources: { ...resources, requests: { memory: '200Mi', ...resources?.requests } },
    terminationMessagePolicy: 'FallbackToLogsOnError',
    securityContext: confined,
  };
}

/** The image, or the base image with a digest, a tag or the version. */
function imageOf(spec: AlertmanagerSpec): string {
  const { image = '', baseImage, sha = '', tag = '', version = defaults.version } = spec;
  if (image !== '') return image;
  const base = baseImage ?? defaults.image;
  return sha === '' ? `${base}:${tag === '' ? version : tag}` : `${base}@sha256:${sha}`;
}

function probes(spec: AlertmanagerSpec): Pick<Container, 'readinessProbe' | 'livenessProbe'> {
  const { portName: port = defaults.portName, routePrefix = '/', listenLocal } = spec;
  if (listenLocal === true) return {};
  const base = routePrefix.replace(/\/$/, '');
  return {
    livenessProbe: {
      httpGet: { path: `${base}/-/healthy`, port },
      timeoutSeconds: 3,
      failureThreshold: 10,
    },
    readinessProbe: {
      httpGet: { path: `${base}/-/ready`, port },
      initialDelaySeconds: 3,
      timeoutSeconds: 3,
      periodSeconds: 5,
      failureThreshold: 10,
    },
  };
}

/** Secrets and config maps that users have mounted: what is changed there is loaded too. */
function usersMounts({ secrets = [], configMaps = [] }: AlertmanagerSpec): readonly VolumeMount[] {
  const mount = (word: string, folder: string) => (name: string) => ({
    name: `${word}-${name}`,
    readOnly: true,
    mountPath: `${folder}/${name}`,
  });
  return [
    ...secrets.map(mount('secret', folders.secrets)),
    ...configMaps.map(mount('configmap', folders.configMaps)),
  ];
}

const hasTemplates = ({ alertmanagerConfiguration: base }: AlertmanagerSpec): boolean =>
  (base?.templates ?? []).length > 0;

const templatesMount: VolumeMount = {
  name: 'notification-templates',
  readOnly: true,
  mountPath: folders.templates,
};

const webMount: VolumeMount = {
  name: 'web-config',
  readOnly: true,
  mountPath: `${folders.webConfiguration}/${files.web}`,
  subPath: files.web,
};

function reloader(spec: AlertmanagerSpec, isInit: boolean): Container {
  const { routePrefix = '/' } = spec;
  const users = [...(hasTemplates(spec) ? [templatesMount] : []), ...usersMounts(spec)];
  return reloaderContainer(spec, {
    isInit,
    shard: -1,
    reload: [
      `--web-config-file=${folders.webConfiguration}/${files.web}`,
      `--reload-url=http://localhost:9093${routePrefix.replace(/\/$/, '')}/-/reload`,
    ],
    packed: `${folders.configuration}/${files.packed}`,
    expanded: `${folders.output}/${files.expanded}`,
    watched: [folders.configuration, ...users.map(({ mountPath }) => mountPath)],
    mounts: [
      { name: 'config-volume', mountPath: folders.configuration, readOnly: true },
      { name: 'config-out', mountPath: folders.output },
      ...users,
      webMount,
    ],
  });
}

function mountsOf({ metadata, spec }: Alertmanager): readonly VolumeMount[] {
  const { storage, volumeMounts = [] } = spec;
  const kept = {
    name: databaseVolume(metadata.name ?? ''),
    mountPath: folders.storage,
    subPath: 'alertmanager-db',
  };
  return [
    { name: 'config-volume', mountPath: folders.configuration },
    { name: 'config-out', readOnly: true, mountPath: folders.output },
    { name: 'tls-assets', readOnly: true, mountPath: folders.certificates },
    storageMount(storage, kept),
    ...(hasTemplates(spec) ? [templatesMount] : []),
    ...usersMounts(spec),
    ...volumeMounts,
    webMount,
    {
      name: 'cluster-tls-config',
      readOnly: true,
      mountPath: `${folders.clusterTls}/${files.clusterTls}`,
      subPath: files.clusterTls,
    },
  ];
}

function volumesOf(alertmanager: Alertmanager): readonly Volume[] {
  const { metadata, spec } = alertmanager;
  const { name = '' } = metadata;
  const base = setName(name);
  const { storage, secrets = [], configMaps = [], volumes = [] } = spec;
  return [
    { name: 'config-volume', secret: { secretName: generatedName(name) } },
    { name: 'tls-assets', projected: { sources: [{ secret: { name: `${base}-tls-assets-0` } }] } },
    { name: 'config-out', emptyDir: { medium: 'Memory' } },
    ...(hasTemplates(spec) ? [templatesVolume(spec)] : []),
    ...secrets.map(secret => ({ name: `secret-${secret}`, secret: { secretName: secret } })),
    ...configMaps.map(map => ({ name: `configmap-${map}`, configMap: { name: map } })),
    { name: 'web-config', secret: { secretName: `${base}-web-config` } },
    { name: 'cluster-tls-config', secret: { secretName: `${base}-cluster-tls-config` } },
    ...storageVolumes(storage, databaseVolume(name)),
    ...volumes,
  ];
}

/** The first of a key wins. */
function templatesVolume({ alertmanagerConfiguration: base }: AlertmanagerSpec): Volume {
  const known = new Set<string>();
  const sources = (base?.templates ?? []).flatMap(({ configMap, secret }) =>
    [
      { kind: 'configMap', selector: configMap },
      { kind: 'secret', selector: secret },
    ].flatMap(({ kind, selector }) => {
      if (selector === undefined || known.has(selector.key)) return [];
      known.add(selector.key);
      const { name = '', key } = selector;
      return [{ [kind]: { name, items: [{ key, path: key }] } }];
    }),
  );
  return { name: templatesMount.name, projected: { sources } };
}
