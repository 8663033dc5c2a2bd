/** What is made for a RayService. @upstream kuberay v1.7.0 rayservice_controller.go, common/service.go */
import type { Service } from '../../api/kinds/core.js';
import { ownerReference } from '../../api/meta.js';
import { clusterHash } from './cluster-hash.js';
import { keys, kuberayVersion } from './keys.js';
import { headIdentifier, serveServiceName } from './names.js';
import { headService, noServingPort, servingPorts } from './services.js';
import { rayServices, type RayCluster, type RayService } from './types.js';

const hashKey = 'ray.io/hash-without-replicas-and-workers-to-delete';
const groupsKey = 'ray.io/num-worker-groups';

/** The labels of all that comes of the service. */
export function originLabels({ metadata }: RayService): Record<string, string> {
  return { [keys.originName]: metadata.name ?? '', [keys.originKind]: 'RayService' };
}

/** A cluster of the service. */
export function serviceCluster(service: RayService, name: string): RayCluster {
  const { metadata, spec } = service;
  const { rayClusterConfig: cluster } = spec;
  return {
    metadata: {
      name,
      namespace: metadata.namespace ?? '',
      labels: { ...metadata.labels, ...originLabels(service) },
      annotations: {
        ...metadata.annotations,
        [hashKey]: goalHash(service),
        [groupsKey]: String((cluster.workerGroupSpecs ?? []).length),
        [keys.version]: kuberayVersion,
      },
      ownerReferences: [ownerReference(service, rayServices)],
    },
    spec: cluster,
  };
}

/** Hashes by configuration and number of groups: a service is looked at far more often than it changes. */
const hashes = new WeakMap<RayService['spec']['rayClusterConfig'], Map<number, string>>();

/** Whether its cluster suspends is nobody's concern once it is there. */
function goalHash({ spec }: RayService, groups = Infinity): string {
  const { rayClusterConfig } = spec;
  let known = hashes.get(rayClusterConfig);
  if (known === undefined) hashes.set(rayClusterConfig, (known = new Map()));
  let hash = known.get(groups);
  if (hash === undefined) {
    const { suspend: _, ...cluster } = rayClusterConfig;
    const { workerGroupSpecs = [] } = cluster;
    hash = clusterHash({ ...cluster, workerGroupSpecs: workerGroupSpecs.slice(0, groups) });
    known.set(groups, hash);
  }
  return hash;
}

/** Whether the cluster is what the service wants, but maybe for groups of workers that were added. */
export function isAsWanted(
  service: RayService,
  { metadata }: RayCluster,
  { allowsMoreGroups }: { readonly allowsMoreGroups: boolean },
): boolean {
  const { annotations = {} } = metadata;
  const made = annotations[hashKey] ?? '';
  if (!allowsMoreGroups) return made === goalHash(service);
  const groups = Number(annotations[groupsKey] ?? Number.NaN);
  if (!Number.isInteger(groups)) return true;
  const wanted = (service.spec.rayClusterConfig.workerGroupSpecs ?? []).length;
  return made === (wanted >= groups ? goalHash(service, groups) : '');
}

/** The cluster as the service wants it; whether it suspends stays as it is. */
export function updatedCluster(service: RayService, cluster: RayCluster): RayCluster {
  const goal = serviceCluster(service, cluster.metadata.name ?? '');
  const { labels, annotations } = goal.metadata;
  const { suspend: _, ...spec } = goal.spec;
  const { suspend } = cluster.spec;
  return {
    ...cluster,
    metadata: {
      ...cluster.metadata,
      ...(labels !== undefined && { labels }),
      ...(annotations !== undefined && { annotations }),
    },
    spec: { ...spec, ...(suspend !== undefined && { suspend }) },
  };
}

/** The service's own name for the head of the cluster that serves. */
export function serviceHead(service: RayService, cluster: RayCluster): Service {
  const { name = '', namespace = '' } = service.metadata;
  const made = headService(cluster);
  return {
    ...made,
    metadata: {
      ...made.metadata,
      name: `${name}-head-svc`,
      namespace,
      labels: {
        ...originLabels(service),
        [keys.nodeType]: 'head',
        [keys.identifier]: headIdentifier(name),
      },
      ownerReferences: [ownerReference(service, rayServices)],
    },
  };
}

/** The Service that leads to the proxies; a text: why there is none. */
export function serveServiceOf(service: RayService, cluster: RayCluster): Service | string {
  const { name = '', namespace = '' } = service.metadata;
  const given = service.spec.serveService;
  const ports = servingPorts(cluster);
  if (ports.length === 0 && given === undefined) return noServingPort;
  const own = given?.spec?.ports ?? [];
  const merged = ports.map(port => own.find(each => each.name === port.name) ?? port);
  const type = given?.spec?.type || (service.spec.rayClusterConfig.headGroupSpec.serviceType ?? '');
  return {
    metadata: {
      ...given?.metadata,
      name: given?.metadata.name || serveServiceName(name),
      namespace,
      labels: {
        ...given?.metadata.labels,
        ...originLabels(service),
        [keys.serve]: `${name}-serve`,
      },
      ownerReferences: [ownerReference(service, rayServices)],
    },
    spec: {
      ...given?.spec,
      selector: { [keys.cluster]: cluster.metadata.name ?? '', [keys.serve]: 'true' },
      ports: merged.length > 0 ? merged : own,
      ...(type !== '' && { type }),
    },
  };
}
