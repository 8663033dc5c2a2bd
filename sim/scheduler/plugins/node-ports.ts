/** Keeps a pod off nodes where its host ports are taken. @upstream pkg/scheduler/framework/plugins/nodeports */
import type { Pod } from '../../api/kinds/core.js';
import { skip, status, type PluginFactory } from '../framework.js';
import { NodeInfo } from '../node-info.js';
import { PodInfo } from '../pod-info.js';
import { action } from '../queue/cluster-event.js';
import { isNowhere } from '../queue/pod-change.js';

const name = 'NodePorts';
const refusal = status(
  'Unschedulable',
  name,
  "node(s) didn't have free ports for the requested pod ports",
);

/** The plug-in NodePorts. */
export const nodePorts: PluginFactory = () => ({
  name,
  preFilter: (_state, pod) => (pod.hostPorts.length === 0 ? { status: skip } : {}),
  filter: (_state, pod, node) => (collides(pod, node) ? refusal : undefined),
  events: [
    {
      event: { resource: 'Pod', actions: action.delete },
      hint(pod, { old }) {
        const deleted = old as Pod;
        if (isNowhere(deleted)) return 'QueueSkip';
        const left = new NodeInfo({ metadata: {} });
        left.addPod(new PodInfo(deleted));
        return collides(new PodInfo(pod), left) ? 'Queue' : 'QueueSkip';
      },
    },
    { event: { resource: 'Node', actions: action.add } },
  ],
});

function collides(pod: PodInfo, node: NodeInfo): boolean {
  return pod.hostPorts.some(port => node.isPortTaken(port));
}
