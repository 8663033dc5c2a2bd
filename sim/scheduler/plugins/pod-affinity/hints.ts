/** Which changes may make a pod fit its affinity to others. @upstream pkg/scheduler/framework/plugins/interpodaffinity/plugin.go */
import type { Node, Pod } from '../../../api/kinds/core.js';
import { PodInfo } from '../../pod-info.js';
import { action, type ClusterEventWithHint } from '../../queue/cluster-event.js';
import { matchesAllTerms } from './terms.js';
import { isNowhere, isSamePod } from '../../queue/pod-change.js';

/** The events of InterPodAffinity. */
export function interPodAffinityEvents(): readonly ClusterEventWithHint[] {
  return [
    {
      event: { resource: 'Pod', actions: action.add | action.delete | action.updatePodLabel },
      hint: (pod, { old, object }) =>
        afterPodChange(pod, { old: old as Pod | undefined, now: object as Pod | undefined })
          ? 'Queue'
          : 'QueueSkip',
    },
    {
      event: { resource: 'Node', actions: action.add | action.updateNodeLabel },
      hint: (pod, { old, object }) =>
        afterNodeChange(new PodInfo(pod), {
          old: old as Node | undefined,
          now: object as Node,
        })
          ? 'Queue'
          : 'QueueSkip',
    },
  ];
}

interface PodChange {
  readonly old: Pod | undefined;
  readonly now: Pod | undefined;
}

function afterPodChange(pod: Pod, { old, now }: PodChange): boolean {
  if (old !== undefined && now !== undefined && isSamePod(pod, now)) return true;
  if ((now !== undefined && isNowhere(now)) || (old !== undefined && isNowhere(old))) return false;
  const waiting = new PodInfo(pod);
  const { requiredAffinity, requiredAntiAffinity } = waiting.terms;
  const isLiked = (other: Pod) => matchesAllTerms(requiredAffinity, new PodInfo(other));
  const isDisliked = (other: Pod) => matchesAllTerms(requiredAntiAffinity, new PodInfo(other));
  if (old !== undefined && now !== undefined) {
    return (!isLiked(old) && isLiked(now)) || (isDisliked(old) && !isDisliked(now));
  }
  if (now !== undefined) return isLiked(now);
  if (old === undefined) return false;
  return isDisliked(old) || matchesAllTerms(new PodInfo(old).terms.requiredAntiAffinity, waiting);
}

function afterNodeChange(
  { terms }: PodInfo,
  { old, now }: { readonly old: Node | undefined; readonly now: Node },
): boolean {
  const before = old?.metadata.labels ?? {};
  const after = now.metadata.labels ?? {};
  const isMoved = (key: string) => {
    const from = before[key];
    const to = after[key];
    return from !== undefined && to !== undefined && from !== to;
  };
  for (const { topologyKey } of terms.requiredAffinity) {
    if (after[topologyKey] === undefined) continue;
    if (before[topologyKey] === undefined || isMoved(topologyKey)) return true;
  }
  for (const { topologyKey } of terms.requiredAntiAffinity) {
    if (old === undefined) return true;
    if (before[topologyKey] !== undefined && after[topologyKey] === undefined) return true;
    if (isMoved(topologyKey)) return true;
  }
  return false;
}
