/** Nodes as Cluster Autoscaler takes them: some that call themselves ready are not. @upstream processors/customresources, utils/taints */
import type { Node } from '../../api/kinds/core.js';
import { timeMs } from '../../api/time.js';
import { valueOf } from '../../api/quantity.js';
import { gpuResourceOf } from '../gpu.js';
import type { NodeGroup } from '../node-group.js';
import { readinessOf } from '../readiness.js';

const startupPrefixes: readonly string[] = [
  'ignore-taint.cluster-autoscaler.kubernetes.io/',
  'startup-taint.cluster-autoscaler.kubernetes.io/',
];

/** A node that young is not there yet, when it is not ready. */
const startupMaxMs = 15 * 60_000;

/** The node, unready while it has startup taints or the GPUs that its label promises are missing. */
export function seenNode(node: Node, gpuLabel: string): Node {
  const isStarting = (node.spec?.taints ?? []).some(({ key }) =>
    startupPrefixes.some(prefix => key.startsWith(prefix)),
  );
  if (!isStarting && !lacksGpus(node, gpuLabel)) return node;
  const others = node.status?.conditions?.filter(({ type }) => type !== 'Ready') ?? [];
  const lastTransitionTime = node.metadata.creationTimestamp;
  const unready = {
    type: 'Ready',
    status: 'False',
    ...(lastTransitionTime !== undefined && { lastTransitionTime }),
  };
  return { ...node, status: { ...node.status, conditions: [unready, ...others] } };
}

function lacksGpus(node: Node, gpuLabel: string): boolean {
  if (node.metadata.labels?.[gpuLabel] === undefined) return false;
  const resource = gpuResourceOf(node, gpuLabel);
  return resource !== undefined && valueOf(node.status?.allocatable?.[resource]) === 0;
}

/** The group with how many of its nodes are still awaited: not registered, or too young to be ready. */
export function withUpcoming(group: NodeGroup, nodes: readonly Node[], nowMs: number): NodeGroup {
  const own = nodes.filter(({ metadata }) => group.nodes.includes(metadata.name ?? ''));
  const there = own.filter(node => {
    const bornMs = timeMs(node.metadata.creationTimestamp) ?? 0;
    return readinessOf(node).isReady || bornMs + startupMaxMs <= nowMs;
  });
  return { ...group, upcoming: Math.max(0, group.targetSize - there.length) };
}
