/** What fetches a model before its server starts. @upstream seldon-core v1.17.1 operator/controllers/model_initializer_injector.go */
import type { Container, PodSpec, Volume } from '../../api/kinds/core.js';
import type { Configuration } from './configuration.js';
import { modelPath } from './names.js';
import type { PredictiveUnit } from './types.js';

const claimPrefix = 'pvc://';
const claimVolume = 'kfserving-pvc-source';
const claimPath = '/mnt/pvc';

/** The pods with an init container that fetches the unit's model for the container of that name. */
export function withModelInitializer(
  pods: PodSpec,
  unit: PredictiveUnit,
  containerName: string,
  { initializer }: Configuration,
): PodSpec {
  const { modelUri = '', serviceAccountName = '' } = unit;
  const { initContainers = [], volumes = [] } = pods;
  const name = `${containerName}-model-initializer`;
  if (modelUri === '' || initContainers.some(one => one.name === name)) return pods;
  const volume = `${containerName}-provision-location`;
  const made: readonly Volume[] = [{ name: volume, emptyDir: {} }, ...claimVolumes(modelUri)];
  const isNew = ({ name: one }: Volume): boolean => volumes.every(known => known.name !== one);
  return {
    ...pods,
    initContainers: [
      ...initContainers,
      initializerOf(unit, { name, volume, source: sourceOf(modelUri) }, initializer),
    ],
    containers: pods.containers.map(one =>
      one.name === containerName ? mounted(one, volume) : one,
    ),
    volumes: [...volumes, ...made.filter(isNew)],
    ...(serviceAccountName !== '' && { serviceAccountName }),
  };
}

function initializerOf(
  { envSecretRefName = '', storageInitializerImage = '', modelUri = '' }: PredictiveUnit,
  of: { readonly name: string; readonly volume: string; readonly source: string },
  settings: Configuration['initializer'],
): Container {
  const { image, cpuRequest, memoryRequest, cpuLimit, memoryLimit } = settings;
  const isClaimed = modelUri.startsWith(claimPrefix);
  return {
    name: of.name,
    image: storageInitializerImage === '' ? image : storageInitializerImage,
    imagePullPolicy: 'IfNotPresent',
    args: [of.source, modelPath],
    ...(envSecretRefName !== '' && { envFrom: [{ secretRef: { name: envSecretRefName } }] }),
    volumeMounts: [
      ...(isClaimed ? [{ name: claimVolume, mountPath: claimPath, readOnly: true }] : []),
      { name: of.volume, mountPath: modelPath },
    ],
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
    resources: {
      requests: { cpu: cpuRequest, memory: memoryRequest },
      limits: { cpu: cpuLimit, memory: memoryLimit },
    },
  };
}

function claimVolumes(uri: string): readonly Volume[] {
  if (!uri.startsWith(claimPrefix)) return [];
  const [claimName = ''] = uri.slice(claimPrefix.length).split('/');
  return [{ name: claimVolume, persistentVolumeClaim: { claimName, readOnly: false } }];
}

function sourceOf(uri: string): string {
  if (!uri.startsWith(claimPrefix)) return uri;
  const [, ...path] = uri.slice(claimPrefix.length).split('/');
  return `${claimPath}/${path.join('/')}`;
}

function mounted(container: Container, volume: string): Container {
  const { volumeMounts = [] } = container;
  if (volumeMounts.some(({ name }) => name === volume)) return container;
  const mount = { name: volume, mountPath: modelPath, readOnly: true };
  return { ...container, volumeMounts: [...volumeMounts, mount] };
}
