/** Keeps a pod that names its node off all others. @upstream pkg/scheduler/framework/plugins/nodename */
import { status, type PluginFactory } from '../framework.js';
import { action } from '../queue/cluster-event.js';

const name = 'NodeName';
const refusal = status(
  'UnschedulableAndUnresolvable',
  name,
  "node(s) didn't match the requested node name",
);

/** The plug-in NodeName. */
export const nodeName: PluginFactory = () => ({
  name,
  filter(_state, pod, node) {
    const wanted = pod.pod.spec?.nodeName ?? '';
    return wanted === '' || wanted === node.name ? undefined : refusal;
  },
  events: [{ event: { resource: 'Node', actions: action.add } }],
});
