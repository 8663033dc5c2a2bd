/**
 * Counts the pods that the scheduler evicts while pods of a group wait. Kubernetes 1.36 evicts for each pod
 * of a group by itself, before it knows whether all of the group find room: a group that never does has pods
 * evicted for ever, and their owners put others in their place. (WorkloadAwarePreemption, alpha, mends it.)
 *
 * @upstream pkg/scheduler/schedule_one_podgroup.go: podGroupPodSchedulingAlgorithm runs PostFilter
 */
import type { Pod } from '../../../sim/api/kinds/core.js';
import type { Change } from '../law.js';
import type { World } from '../world.js';

/** The evictions of a history, kept up pod by pod. */
export class GroupPreemptions {
  private evicted = 0;

  /** How many there were so far. */
  get count(): number {
    return this.evicted;
  }

  /** Takes a change of a pod in. */
  take({ object, before }: Change<Pod>, world: World): void {
    const isNew =
      object.metadata.deletionTimestamp !== undefined &&
      before !== undefined &&
      before.metadata.deletionTimestamp === undefined;
    if (isNew && isPreempted(object) && groupWaits(world)) this.evicted++;
  }
}

function isPreempted({ status }: Pod): boolean {
  const target = status?.conditions?.find(({ type }) => type === 'DisruptionTarget');
  return target?.status === 'True' && target.reason === 'PreemptionByScheduler';
}

/** Only groups of Kubernetes itself: other schedulers of gangs evict for all of one, or for none. */
function groupWaits(world: World): boolean {
  for (const { spec, metadata } of world.all('pods')) {
    if (metadata.deletionTimestamp !== undefined || (spec?.nodeName ?? '') !== '') continue;
    if (spec?.schedulingGroup !== undefined) return true;
  }
  return false;
}
