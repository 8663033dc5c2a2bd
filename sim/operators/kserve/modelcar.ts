/** A model in an OCI image runs beside the server, which reads it through the shared process namespace. @upstream kserve v0.20.0 pkg/utils/storage.go */
import type { Container, EnvVar, Pod } from '../../api/kinds/core.js';
import type { Configuration } from './configuration.js';
import { modelContainer, modelPath, transformerContainer } from './keys.js';

const volume = 'kserve-provision-location';
const mount = { name: volume, mountPath: '/mnt' };
const mode: EnvVar = { name: 'MODEL_INIT_MODE', value: 'async' };

/** The pod with its model's image, if its model is in one. */
export function withModelcar(
  pod: Pod,
  uri: string | undefined,
  { storageInitializer }: Configuration,
): Pod {
  const { enableModelcar, uidModelcar } = storageInitializer;
  const image = /^oci(?:\+modelcar)?:\/\/(.+)$/.exec(uri ?? '')?.[1];
  const { spec } = pod;
  if (image === undefined || spec === undefined || !enableModelcar) return pod;
  const isReader = ({ name }: Container) =>
    name === modelContainer || name === transformerContainer;
  const containers = spec.containers.map(container =>
    isReader(container) ? reader(container, uidModelcar) : container,
  );
  const isThere = containers.some(({ name }) => name === 'modelcar');
  const volumes = spec.volumes ?? [];
  return {
    ...pod,
    spec: {
      ...spec,
      shareProcessNamespace: true,
      containers: isThere ? containers : [...containers, sidecar(image, storageInitializer)],
      ...(!isThere && {
        initContainers: [...(spec.initContainers ?? []), fetched(image, storageInitializer)],
      }),
      volumes: volumes.some(({ name }) => name === volume)
        ? volumes
        : [...volumes, { name: volume, emptyDir: {} }],
    },
  };
}

/** The server waits for the model, and runs as the user who may see it. */
function reader(container: Container, runAsUser: number): Container {
  const env = container.env ?? [];
  const mounts = container.volumeMounts ?? [];
  return {
    ...container,
    env: env.some(({ name }) => name === mode.name)
      ? env.map(variable => (variable.name === mode.name ? mode : variable))
      : [...env, mode],
    volumeMounts: mounts.some(({ name }) => name === volume) ? mounts : [...mounts, mount],
    securityContext: { ...container.securityContext, runAsUser },
  };
}

type Settings = Configuration['storageInitializer'];

function sidecar(image: string, settings: Settings): Container {
  // The four dollars are two in the shell: its own process.
  const link = `ln -sf /proc/$$$$/root/models ${modelPath} && sleep infinity`;
  return {
    ...withAmounts('modelcar', image, settings),
    args: ['sh', '-c', link],
    volumeMounts: [mount],
    securityContext: { runAsUser: settings.uidModelcar },
  };
}

function fetched(image: string, settings: Settings): Container {
  const check = `echo 'Pre-fetching modelcar ${image}: ' && [ -d /models ] && [ "$$(ls -A /models)" ] && echo 'OK ... Prefetched and valid (/models exists)' || (echo 'NOK ... Prefetched but modelcar is invalid (/models does not exist or is empty)' && exit 1)`;
  return { ...withAmounts('modelcar-init', image, settings), args: ['sh', '-c', check] };
}

function withAmounts(
  name: string,
  image: string,
  { cpuModelcar: cpu, memoryModelcar: memory }: Settings,
): Container {
  return {
    name,
    image,
    resources: { limits: { cpu, memory }, requests: { cpu, memory } },
    terminationMessagePolicy: 'FallbackToLogsOnError',
  };
}
