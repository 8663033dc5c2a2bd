/** Keeps pods off cordoned nodes. @upstream pkg/scheduler/framework/plugins/nodeunschedulable */
import type { Node, Pod, Taint } from '../../api/kinds/core.js';
import { status, type PluginFactory } from '../framework.js';
import { action } from '../queue/cluster-event.js';
import { tolerates } from '../tolerations.js';
import { isSamePod } from '../queue/pod-change.js';

const name = 'NodeUnschedulable';
const taint: Taint = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' };
const refusal = status('UnschedulableAndUnresolvable', name, 'node(s) were unschedulable');

/** The plug-in NodeUnschedulable. */
export const nodeUnschedulable: PluginFactory = (_args, { features }) => {
  const options = { comparesNumbers: features['TaintTolerationComparisonOperators'] === true };
  return {
    name,
    filter(_state, pod, node) {
      if (node.node.spec?.unschedulable !== true) return undefined;
      return tolerates(pod.tolerations, taint, options) ? undefined : refusal;
    },
    events: [
      {
        event: { resource: 'Node', actions: action.add | action.updateNodeTaint },
        hint(_pod, change) {
          const old = change.old as Node | undefined;
          const node = change.object as Node | undefined;
          const wasClosed = old === undefined || old.spec?.unschedulable === true;
          const isOpen = node?.spec?.unschedulable !== true;
          return wasClosed && isOpen ? 'Queue' : 'QueueSkip';
        },
      },
      {
        event: { resource: 'Pod', actions: action.updatePodToleration },
        hint(pod, { object }) {
          if (!isSamePod(pod, object)) return 'QueueSkip';
          const tolerations = (object as Pod).spec?.tolerations ?? [];
          return tolerates(tolerations, taint, options) ? 'Queue' : 'QueueSkip';
        },
      },
    ],
  };
};
