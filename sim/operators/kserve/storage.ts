/** Gets the model into the pod. @upstream kserve v0.20.0 pkg/webhook/admission/pod/storage_initializer_injector.go */
import { structOf } from '../../api/facts.js';
import type { Container, PodSpec, Volume, VolumeMount } from '../../api/kinds/core.js';
import { applyStrategicMergePatch } from '../../api/patch/strategic-merge-patch.js';
import type { View } from '../../client/contract.js';
import type { Amounts } from './configuration.js';
import { modelContainer, modelPath, transformerContainer } from './keys.js';
import { clusterStorageContainers, type StorageContainer } from './types.js';

const prefixes = [
  'gs://',
  's3://',
  'pvc://',
  'file://',
  'https://',
  'http://',
  'hdfs://',
  'webhdfs://',
  'oci://',
  'oci+native://',
  'hf://',
];
const initializer = 'storage-initializer';

/** Why models cannot be fetched from there; undefined when they can. */
export function isUriSupported(uri: string, view: View): string | undefined {
  const isKnown =
    storageContainerFor(uri, view.list(clusterStorageContainers)) !== undefined ||
    !/\w+?:\/\//.test(uri) ||
    prefixes.some(prefix => uri.startsWith(prefix));
  if (isKnown) return undefined;
  return `storageUri, must be one of: [${prefixes.join(', ')}] or match https://{}.blob.core.windows.net/{}/{} or be an absolute or relative local path. StorageUri [${uri}] is not supported`;
}

/** The first container, by name, that fetches from there. */
export function storageContainerFor(
  uri: string,
  all: readonly StorageContainer[],
): StorageContainer | undefined {
  return all.find(
    ({ disabled, spec }) =>
      disabled !== true &&
      spec.workloadType === 'initContainer' &&
      spec.supportedUriFormats.some(({ prefix = '', regex = '' }) =>
        prefix !== '' ? uri.startsWith(prefix) : regex !== '' && new RegExp(regex).test(uri),
      ),
  );
}

/** The pod with the model in it: on a claim, or fetched by a container that runs first. */
export function withModel(
  pod: PodSpec,
  source: {
    readonly uri: string;
    readonly isReadOnly: boolean;
    readonly settings: Amounts;
    readonly container: StorageContainer | undefined;
  },
): PodSpec {
  const { uri, isReadOnly } = source;
  const isFetched = (pod.initContainers ?? []).some(({ name }) => name === initializer);
  if (isFetched || uri.startsWith('oci://') || uri.startsWith('oci+')) return pod;
  if (uri.startsWith('pvc://')) return onClaim(pod, uri, isReadOnly);
  const volume = 'kserve-provision-location';
  const first = fetcher(source, { name: volume, mountPath: modelPath });
  const mounted = withMount(pod, {
    name: volume,
    mountPath: modelPath,
    ...(isReadOnly && { readOnly: true }),
  });
  return {
    ...mounted,
    initContainers: [...(pod.initContainers ?? []), first],
    volumes: withVolume(pod.volumes, { name: volume, emptyDir: {} }),
  };
}

function onClaim(pod: PodSpec, uri: string, readOnly: boolean): PodSpec {
  const [claimName = '', ...path] = uri.slice('pvc://'.length).split('/');
  const name = 'kserve-pvc-source';
  const subPath = path.join('/');
  const mount = {
    name,
    mountPath: modelPath,
    ...(subPath !== '' && { subPath }),
    ...(readOnly && { readOnly }),
  };
  const volumes = withVolume(pod.volumes, { name, persistentVolumeClaim: { claimName } });
  return { ...withMount(pod, mount), volumes };
}

function withMount(pod: PodSpec, mount: VolumeMount): PodSpec {
  const isServer = ({ name }: Container) =>
    name === modelContainer || name === transformerContainer;
  return {
    ...pod,
    containers: pod.containers.map(container => {
      const mounts = container.volumeMounts ?? [];
      const isDone = !isServer(container) || mounts.some(({ name }) => name === mount.name);
      return isDone ? container : { ...container, volumeMounts: [...mounts, mount] };
    }),
  };
}

function withVolume(volumes: readonly Volume[] = [], volume: Volume): readonly Volume[] {
  return volumes.some(({ name }) => name === volume.name) ? volumes : [...volumes, volume];
}

const huggingFaceEnv = [
  { name: 'HF_HUB_ENABLE_HF_TRANSFER', value: '1' },
  { name: 'HF_XET_HIGH_PERFORMANCE', value: '1' },
  { name: 'HF_XET_NUM_CONCURRENT_RANGE_GETS', value: '8' },
];

function fetcher(
  {
    uri,
    settings,
    container,
  }: {
    readonly uri: string;
    readonly settings: Amounts;
    readonly container: StorageContainer | undefined;
  },
  mount: VolumeMount,
): Container {
  const { image, cpuLimit, memoryLimit, cpuRequest, memoryRequest } = settings;
  const base: Container = {
    name: initializer,
    image,
    args: [uri, modelPath],
    terminationMessagePolicy: 'FallbackToLogsOnError',
    resources: {
      limits: { cpu: cpuLimit, memory: memoryLimit },
      requests: { cpu: cpuRequest, memory: memoryRequest },
    },
    volumeMounts: [mount],
  };
  const merged = container === undefined ? base : mergedFetcher(base, container.spec.container);
  const own = merged.env ?? [];
  const added = huggingFaceEnv.filter(one => !own.some(({ name }) => name === one.name));
  return { ...merged, env: [...own, ...added] };
}

function mergedFetcher(base: Container, overlay: Container): Container {
  const shape = structOf('core/v1.Container');
  const merged = applyStrategicMergePatch({ ...base }, { ...overlay }, shape);
  return merged.isOk ? (merged.value as unknown as Container) : base;
}
