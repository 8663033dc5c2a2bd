/** Nodes of ours for a cluster whose API server is elsewhere: kubelets, and a network between their pods. */
import { nodeOf } from './boot-node.js';
import { serviceAccount, type Connect, type ProcessDefinition } from './client/contract.js';
import type { Clock } from './engine/clock.js';
import type { Random } from './engine/random.js';
import { createNetwork } from './network/network.js';
import { filesByKey } from './nodes/pod-volumes.js';
import type { NodeShape } from './simulation.js';
import { chooser } from './workloads/index.js';
import type { WorkloadRule } from './workloads/workload.js';

/** The processes of the nodes and of their network, none when there are no nodes. */
export function attachedNodes(
  shapes: readonly NodeShape[],
  rules: readonly WorkloadRule[],
  tools: { readonly clock: Clock; readonly random: Random; readonly connect: Connect },
): ProcessDefinition[] {
  if (shapes.length === 0) return [];
  const { clock, random, connect } = tools;
  const network = createNetwork({ clock, random: random.fork('network') });
  const choose = chooser(rules);
  const sharedFiles = filesByKey();
  const kubelets = shapes.map((shape, index) =>
    nodeOf(shape, index, {
      clock,
      random,
      choose,
      sharedFiles,
      networkOf: network.networkOf,
      apiOf: pod => {
        const { namespace = '' } = pod.metadata;
        const account = serviceAccount(namespace, pod.spec?.serviceAccountName ?? 'default');
        return (request, done) => connect(account).send(request, done);
      },
    }),
  );
  return [network.process, ...kubelets.map(kubelet => kubelet.process)];
}
