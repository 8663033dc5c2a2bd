/** Nodes as Cluster Autoscaler takes them: some that call themselves ready are not. @upstream processors/customresources, utils/taints */
import type { Node } from '../../api/kinds/core.js';
import { valueOf } from '../../api/quantity.js';
import { gpuResourceOf } from '../gpu.js';

const startupPrefixes: readonly string[] = [
  'ignore-taint.cluster-autoscaler.kubernetes.io/',
  'startup-taint.cluster-autoscaler.kubernetes.io/',
];

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
