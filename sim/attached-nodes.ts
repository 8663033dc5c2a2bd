/** Nodes of ours for a cluster whose API server is elsewhere: kubelets, and a network between their pods. */
import { nodeOf, nodeTools } from './boot-node.js';
import type { Connect, ProcessDefinition } from './client/contract.js';
import type { Clock } from './engine/clock.js';
import type { Random } from './engine/random.js';
import { createNetwork } from './network/network.js';
import type { NodeShape } from './simulation.js';
import type { WorkloadRule } from './workloads/workload.js';

/** The plug-in's own account is there on kind only; this one may watch everything on any cluster. */
const watchesAll = { user: 'system:kube-controller-manager', groups: ['system:authenticated'] };

/** The processes of the nodes and of their network, none when there are no nodes. */
export function attachedNodes(
  shapes: readonly NodeShape[],
  rules: readonly WorkloadRule[],
  tools: { readonly clock: Clock; readonly random: Random; readonly connect: Connect },
): ProcessDefinition[] {
  if (shapes.length === 0) return [];
  const { clock, random } = tools;
  const network = createNetwork({ clock, random: random.fork('network') });
  const nodes = nodeTools({ ...tools, network, workloads: rules });
  const kubelets = shapes.map((shape, index) => nodeOf(shape, index, nodes));
  const policies = { ...network.policies.process, identity: watchesAll };
  return [network.process, policies, ...kubelets.map(kubelet => kubelet.process)];
}
