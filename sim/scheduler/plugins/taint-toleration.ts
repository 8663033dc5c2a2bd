/** Keeps pods off nodes with taints that they do not tolerate. @upstream pkg/scheduler/framework/plugins/tainttoleration */
import type { Node, Toleration } from '../../api/kinds/core.js';
import { stateKey } from '../cycle-state.js';
import { status, type PluginFactory } from '../framework.js';
import { action } from '../queue/cluster-event.js';
import { hasUntoleratedTaint, tolerates } from '../tolerations.js';
import { normalizeByMax } from '../normalize-by-max.js';
import { isSamePod } from '../queue/pod-change.js';

const name = 'TaintToleration';
const refusal = status('UnschedulableAndUnresolvable', name, 'node(s) had untolerated taint(s)');
const preferring = stateKey<readonly Toleration[]>('PreScoreTaintToleration');

/** The plug-in TaintToleration. */
export const taintToleration: PluginFactory = (_args, { features }) => {
  const options = { comparesNumbers: features['TaintTolerationComparisonOperators'] === true };
  return {
    name,
    filter: (_state, pod, { node }) =>
      hasUntoleratedTaint(node.spec?.taints, pod.tolerations, options) ? refusal : undefined,
    preScore(state, pod) {
      state.write(
        preferring,
        pod.tolerations.filter(({ effect = '' }) => effect === '' || effect === 'PreferNoSchedule'),
      );
      return undefined;
    },
    score(state, _pod, { node }) {
      const tolerations = state.read(preferring) ?? [];
      let intolerable = 0;
      for (const taint of node.spec?.taints ?? []) {
        if (taint.effect !== 'PreferNoSchedule') continue;
        if (!tolerates(tolerations, taint, options)) intolerable++;
      }
      return intolerable;
    },
    normalizeScore: (_state, scores) => normalizeByMax(scores, { isReversed: true }),
    events: [
      {
        event: { resource: 'Node', actions: action.add | action.updateNodeTaint },
        hint(pod, { old, object }) {
          const tolerations = pod.spec?.tolerations ?? [];
          const keepsOff = (node: Node) =>
            hasUntoleratedTaint(node.spec?.taints, tolerations, options);
          const didKeepOff = old === undefined || keepsOff(old as Node);
          return didKeepOff && !keepsOff(object as Node) ? 'Queue' : 'QueueSkip';
        },
      },
      {
        event: { resource: 'Pod', actions: action.updatePodToleration },
        hint: (pod, { object }) => (isSamePod(pod, object) ? 'Queue' : 'QueueSkip'),
      },
    ],
  };
};
