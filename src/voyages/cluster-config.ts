/** The cluster of a plan as a configuration of kind. */
import { stringify } from 'yaml';
import { withGpuSharing } from '../gpu/gpu-sharing.js';
import type { ConfiguredNode, KindConfig } from '../gpu/kind-config.js';
import { clusterName, type NodePool, type VoyagePlan } from './plan.js';

/** The configuration: a node of the control plane, then the pools' nodes in order, shared as the manifests say. */
export function clusterConfig({
  cluster,
  objects,
}: Pick<VoyagePlan, 'cluster' | 'objects'>): KindConfig {
  const { hasGangs = false } = cluster;
  const workers = cluster.pools.flatMap(pool =>
    Array.from({ length: pool.count }, () => configuredNode(pool)),
  );
  const config: KindConfig = {
    file: 'the plan of the voyage',
    name: clusterName,
    nodes: [{ role: 'control-plane', labels: {}, taints: [] }, ...workers],
    podSubnet: '10.244.0.0/16',
    serviceSubnet: '10.96.0.0/16',
    featureGates: hasGangs ? { GenericWorkload: true, GangScheduling: true } : {},
    runtimeConfig: hasGangs ? { 'scheduling.k8s.io/v1alpha2': 'true' } : {},
  };
  return withGpuSharing(config, objects);
}

/** YAML as prettier lays it out in this repository: what is kept is committed. */
export function writtenOut(value: unknown): string {
  return stringify(value, { lineWidth: 0, aliasDuplicateObjects: false, singleQuote: true });
}

/** The configuration as kind reads it; taints are what kubeadm is told. */
export function kindCluster({ name, nodes, featureGates, runtimeConfig }: KindConfig): object {
  return {
    kind: 'Cluster',
    apiVersion: 'kind.x-k8s.io/v1alpha4',
    name,
    ...(Object.keys(featureGates).length > 0 && { featureGates, runtimeConfig }),
    nodes: nodes.map(({ role, labels, taints }) => ({
      role,
      ...(Object.keys(labels).length > 0 && { labels }),
      ...(taints.length > 0 && {
        kubeadmConfigPatches: [
          writtenOut({ kind: 'JoinConfiguration', nodeRegistration: { taints } }),
        ],
      }),
    })),
  };
}

function configuredNode(pool: NodePool): ConfiguredNode {
  const { name, cpu, memory, gpus, labels, taints = [] } = pool;
  return {
    role: 'worker',
    labels: {
      'seatrial.dev/pool': name,
      ...(cpu !== undefined && { 'seatrial.dev/cpu': cpu }),
      ...(memory !== undefined && { 'seatrial.dev/memory': memory }),
      ...(gpus !== undefined &&
        gpus.count > 0 && {
          'nvidia.com/gpu.product': gpus.product,
          'nvidia.com/gpu.count': String(gpus.count),
        }),
      ...labels,
    },
    taints,
  };
}
