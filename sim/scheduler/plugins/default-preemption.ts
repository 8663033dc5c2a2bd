/** Finds pods of lower priority that could make room. @upstream pkg/scheduler/framework/plugins/defaultpreemption */
import { status, type PluginFactory } from '../framework.js';
import { defaultRules, preempt, type PreemptionArgs } from '../preemption.js';
import { action } from '../queue/cluster-event.js';

const name = 'DefaultPreemption';
const isEvicting = status(
  'UnschedulableAndUnresolvable',
  name,
  'waiting for the preemption for this pod to be finished',
);

/** The plug-in DefaultPreemption. */
export const defaultPreemption: PluginFactory = (args, handle) => {
  const { minCandidateNodesAbsolute = 100, minCandidateNodesPercentage = 10 } = (args ??
    {}) as Partial<PreemptionArgs>;
  const rules = defaultRules({ minCandidateNodesAbsolute, minCandidateNodesPercentage });
  return {
    name,
    preEnqueue: pod => (handle.isPreempting(pod.metadata.uid ?? '') ? isEvicting : undefined),
    postFilter: (state, pod, statuses) => preempt(handle, rules, { state, pod, statuses }),
    events: [{ event: { resource: 'Pod', actions: action.delete }, hint: () => 'QueueSkip' }],
  };
};
