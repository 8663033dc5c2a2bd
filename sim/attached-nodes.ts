/** Parts of ours for a cluster whose API server is elsewhere: kubelets, their network, and a control plane's programs. */
import { nodeOf, nodeTools } from './boot-node.js';
import type { Connect, ProcessDefinition } from './client/contract.js';
import { controllersWith, type ControllerManagerOptions } from './controllers/index.js';
import type { Clock } from './engine/clock.js';
import type { Random } from './engine/random.js';
import type { ClusterNetwork } from './network/contract.js';
import { createNetwork } from './network/network.js';
import type { Kubelet } from './nodes/kubelet.js';
import type { NodeShape } from './simulation.js';
import type { WorkloadRule } from './workloads/workload.js';

/** The plug-in's own account is there on kind only; this one may watch everything on any cluster. */
const watchesAll = { user: 'system:kube-controller-manager', groups: ['system:authenticated'] };

/** Nodes that are attached to a cluster. */
export interface AttachedNodes {
  readonly network: ClusterNetwork;
  /** Of the network: they are there when a node is. */
  readonly processes: readonly ProcessDefinition[];
  /** By the order of their shapes. */
  readonly kubelets: readonly { readonly shape: NodeShape; readonly kubelet: Kubelet }[];
}

/** The nodes and their network; nothing runs before its process is started. */
export function attachedNodes(
  shapes: readonly NodeShape[],
  rules: readonly WorkloadRule[],
  tools: { readonly clock: Clock; readonly random: Random; readonly connect: Connect },
  /** Where the API server reaches the kubelets. Default: nowhere. */
  access?: { readonly address: string; readonly port: number },
): AttachedNodes {
  const { clock, random } = tools;
  const byName = new Map<string, Kubelet>();
  const network = createNetwork({
    clock,
    random: random.fork('network'),
    nodes: name => byName.get(name)?.endpoint,
  });
  const nodes = nodeTools({ ...tools, network }, { workloads: rules });
  const policies = { ...network.policies.process, identity: watchesAll };
  const kubelets = shapes.map((shape, index) => ({
    shape,
    kubelet: nodeOf(shape, index, nodes, access),
  }));
  for (const { kubelet } of kubelets) byName.set(kubelet.nodeName, kubelet);
  return {
    network,
    processes: shapes.length === 0 ? [] : [network.process, policies],
    kubelets,
  };
}

/** The program with all controllers, and those that feature gates add. */
export function controllerManager(options: ControllerManagerOptions = {}): ProcessDefinition {
  const controllers = controllersWith(options);
  return { name: 'kube-controller-manager', identity: watchesAll, controllers };
}
