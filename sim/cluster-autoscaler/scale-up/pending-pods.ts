/** The pods for which nodes are missing, once those are left out that will get a place anyway. @upstream core/podlistprocessor */
import type { Pod } from '../../api/kinds/core.js';
import { isDeleting } from '../../api/meta.js';
import type { ClusterSnapshot } from '../cluster-snapshot.js';
import type { NodeGroup, NodeTemplate } from '../node-group.js';
import { isDaemonSetPod } from '../pods.js';
import { copyOf } from '../templates/sanitize.js';

/** Pods of a lower priority are no reason for a node. */
const expendablePriorityMax = -10;

/** Whether a scheduler has said that the pod fits nowhere, and the pod is worth a node. */
export function isWorthANode(pod: Pod): boolean {
  const { spec, status } = pod;
  const isPlaced = (spec?.nodeName ?? '') !== '' || isDeleting(pod) || isDaemonSetPod(pod);
  if (isPlaced || (spec?.priority ?? 0) < expendablePriorityMax) return false;
  const scheduled = status?.conditions?.find(({ type }) => type === 'PodScheduled');
  return scheduled?.status === 'False' && scheduled.reason === 'Unschedulable';
}

/** The nodes that groups have asked for and still await. */
export function upcomingOf(
  groups: readonly NodeGroup[],
  templates: ReadonlyMap<string, NodeTemplate>,
): readonly NodeTemplate[] {
  return groups.flatMap(({ name, upcoming = 0 }) => {
    const template = templates.get(name);
    if (template === undefined) return [];
    return Array.from({ length: upcoming }, (_, index) => copyOf(template, `upcoming-${index}`));
  });
}

/**
 * The pods that are left when the others have taken what room there is, the most important first. The
 * snapshot holds the others from then on.
 */
export function withoutPlace(snapshot: ClusterSnapshot, pods: readonly Pod[]): readonly Pod[] {
  const byPriority = [...pods].sort((a, b) => (b.spec?.priority ?? 0) - (a.spec?.priority ?? 0));
  return byPriority.filter(pod => snapshot.scheduleOnAny(pod, () => true) === undefined);
}
