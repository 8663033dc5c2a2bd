/** Changes of a pod that is about to be created: for each of its containers, and with a volume. */
import type {
  Container,
  ContainerPort,
  EnvVar,
  Pod,
  Volume,
  VolumeMount,
} from '../../api/kinds/core.js';

/** The pod with a change of its containers, and of those that come before them where wished. */
export function withContainers(
  pod: Pod,
  change: (container: Container) => Container,
  { includesInit }: { readonly includesInit: boolean },
): Pod {
  const { containers, initContainers, ...rest } = pod.spec ?? { containers: [] };
  const inits = includesInit ? initContainers?.map(change) : initContainers;
  return {
    ...pod,
    spec: {
      ...rest,
      containers: containers.map(change),
      ...(inits !== undefined && { initContainers: inits }),
    },
  };
}

/** The container with further variables. */
export function withEnv(container: Container, env: readonly EnvVar[]): Container {
  return { ...container, env: [...(container.env ?? []), ...env] };
}

/** The container with a port, unless it has it. */
export function withPort(container: Container, port: ContainerPort): Container {
  const { ports = [] } = container;
  const hasIt = ports.some(({ containerPort }) => containerPort === port.containerPort);
  return hasIt ? container : { ...container, ports: [...ports, port] };
}

/** The pod with a volume, mounted in all of its containers. */
export function withMount(pod: Pod, volume: Volume, mount: Omit<VolumeMount, 'name'>): Pod {
  const { name } = volume;
  const mounted = withContainers(
    pod,
    one => ({ ...one, volumeMounts: [...(one.volumeMounts ?? []), { ...mount, name }] }),
    { includesInit: true },
  );
  const spec = mounted.spec ?? { containers: [] };
  return { ...mounted, spec: { ...spec, volumes: [...(spec.volumes ?? []), volume] } };
}
