/** Keeps a pod out of the queue while it has scheduling gates. @upstream pkg/scheduler/framework/plugins/schedulinggates */
import { status, type PluginFactory } from '../framework.js';
import { action } from '../queue/cluster-event.js';
import { isSamePod } from '../queue/pod-change.js';

const name = 'SchedulingGates';

/** The plug-in SchedulingGates. */
export const schedulingGates: PluginFactory = () => ({
  name,
  preEnqueue(pod) {
    const gates = pod.spec?.schedulingGates ?? [];
    if (gates.length === 0) return undefined;
    const names = gates.map(gate => gate.name).join(' ');
    return status('UnschedulableAndUnresolvable', name, `waiting for scheduling gates: [${names}]`);
  },
  events: [
    {
      event: { resource: 'Pod', actions: action.updatePodSchedulingGatesEliminated },
      hint: (pod, { object }) => (isSamePod(pod, object) ? 'Queue' : 'QueueSkip'),
    },
  ],
});
