/** The pools of a voyage's cluster, as a kind configuration or a snapshot's nodes tell them. */
import type { Node } from '../../sim/api/kinds/core.js';
import { labelsOfResources } from '../gpu/extended-resources.js';
import type { ConfiguredNode } from '../gpu/kind-config.js';
import type { NodePool } from '../voyages/plan.js';

/** The pools of a configuration: its workers, those that are alike together. */
export function poolsOfConfig(nodes: readonly ConfiguredNode[]): NodePool[] {
  const workers = nodes.filter(({ role }) => role === 'worker');
  // A cluster of one node is its own worker.
  return joined(
    (workers.length > 0 ? workers : nodes).map(({ labels, taints }) => poolOf(labels, taints)),
  );
}

/** The pools of a snapshot: nodes that take pods, by what they have. */
export function poolsOfNodes(nodes: readonly Node[]): NodePool[] {
  const usable = nodes.filter(
    ({ spec }) => !spec?.taints?.some(({ key }) => key.startsWith('node-role.kubernetes.io/')),
  );
  return joined(
    usable.map(({ metadata, spec, status }) => {
      const { cpu, memory, 'nvidia.com/gpu': gpus } = status?.allocatable ?? {};
      const labels = {
        ...metadata.labels,
        ...(cpu !== undefined && { 'seatrial.dev/cpu': cpu }),
        ...(memory !== undefined && { 'seatrial.dev/memory': memory }),
        ...(gpus !== undefined && { 'nvidia.com/gpu.count': gpus }),
        ...labelsOfResources(status?.allocatable),
      };
      return poolOf(labels, (spec?.taints ?? []) as ConfiguredNode['taints']);
    }),
  );
}

const own = new Set(['seatrial.dev/cpu', 'seatrial.dev/memory', 'seatrial.dev/pool']);
const passing = /^node\.kubernetes\.io\//;
/** Each node has its own, and the kubelet writes them. */
const perNode = /^(kubernetes\.io\/hostname|beta\.kubernetes\.io\/|node\.kubernetes\.io\/)/;

function poolOf(
  labels: Readonly<Record<string, string>>,
  taints: ConfiguredNode['taints'],
): NodePool {
  const { 'seatrial.dev/cpu': cpu, 'seatrial.dev/memory': memory } = labels;
  const count = Number(labels['nvidia.com/gpu.count'] ?? 0);
  const product = labels['nvidia.com/gpu.product'] ?? 'GPU';
  const others = Object.entries(labels)
    .filter(([key]) => !own.has(key) && !perNode.test(key))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const lasting = taints.filter(({ key }) => !passing.test(key));
  return {
    name: labels['seatrial.dev/pool'] ?? (count > 0 ? 'gpu' : 'cpu'),
    count: 1,
    ...(cpu !== undefined && { cpu }),
    ...(memory !== undefined && { memory }),
    ...(count > 0 && { gpus: { product, count } }),
    ...(others.length > 0 && { labels: Object.fromEntries(others) }),
    ...(lasting.length > 0 && { taints: lasting }),
  };
}

/** Nodes that are alike make one pool. */
function joined(pools: readonly NodePool[]): NodePool[] {
  const groups = new Map<string, NodePool>();
  for (const pool of pools) {
    const key = JSON.stringify(pool);
    const known = groups.get(key);
    groups.set(key, known === undefined ? pool : { ...known, count: known.count + 1 });
  }
  return [...groups.values()];
}
