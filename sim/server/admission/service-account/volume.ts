/** The volume with a service account's token, and its mounts. */
import type { Container, PodSpec, Volume, VolumeMount } from '../../../api/kinds/core.js';
import type { ServerAccess } from '../../access.js';

const mountPath = '/var/run/secrets/kubernetes.io/serviceaccount';
/** How the names of these volumes begin; five random characters follow. */
export const tokenVolumePrefix = 'kube-api-access-';

/** The token of 3607 s is the one whose use beyond an hour is warned about. */
const source: Volume['projected'] = {
  sources: [
    { serviceAccountToken: { expirationSeconds: 3607, path: 'token' } },
    { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
    {
      downwardAPI: {
        items: [
          {
            path: 'namespace',
            fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' },
          },
        ],
      },
    },
  ],
  defaultMode: 420,
};

/** The spec with the token mounted in all containers that have nothing at its path. */
export function withTokenVolume(spec: PodSpec, access: ServerAccess): PodSpec {
  const volumes = spec.volumes ?? [];
  const existing = volumes.find(volume => volume.name.startsWith(tokenVolumePrefix))?.name;
  const name = existing ?? tokenVolumePrefix + access.random.suffix();
  const mount: VolumeMount = { name, readOnly: true, mountPath };
  const { initContainers } = spec;
  // A spec of null has no list of containers; validation says so later.
  const containers = (spec.containers as readonly Container[] | null) ?? [];
  const isNeeded = containers.some(lacksMount) || (initContainers ?? []).some(lacksMount);
  if (!isNeeded) return spec;
  const mounting = (all: readonly Container[]) =>
    all.map(container => (lacksMount(container) ? withMount(container, mount) : container));
  const added = existing === undefined && { volumes: [...volumes, { name, projected: source }] };
  const mounted = { containers: mounting(containers), ...added };
  return Object.assign(
    {},
    spec,
    initContainers && { initContainers: mounting(initContainers) },
    mounted,
  );
}

function lacksMount({ volumeMounts = [] }: Container): boolean {
  return !volumeMounts.some(mount => mount.mountPath === mountPath);
}

function withMount(container: Container, mount: VolumeMount): Container {
  // A spread that grows would give each container a shape of its own.
  return Object.assign({}, container, { volumeMounts: [...(container.volumeMounts ?? []), mount] });
}
