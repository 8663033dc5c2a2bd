/** Tries in thought what would come of a node's removal. @upstream simulator/cluster.go RemovalSimulator */
import type { Node, Pod } from '../../api/kinds/core.js';
import type { ClusterSnapshot } from '../cluster-snapshot.js';
import { podsToMove } from '../drain/pods-to-move.js';
import type { BlockingReason, DrainContext } from '../drain/verdict.js';
import { podKey } from '../pods.js';
import { toBeDeletedTaint } from '../taints.js';
import type { Hints } from './hints.js';

/** A node that could go. */
export interface Removal {
  readonly node: Node;
  readonly podsToReschedule: readonly Pod[];
  readonly daemonSetPods: readonly Pod[];
  readonly onCompletionPods: readonly Pod[];
  /** Whether the budgets make its pods go one after another. */
  readonly isRisky: boolean;
}

/** A node that cannot go, and why. */
export interface Unremovable {
  readonly node: Node;
  readonly reason: UnremovableReason;
  readonly blockingPod?: { readonly pod: Pod; readonly reason: BlockingReason };
}

/** Upstream's reasons, as far as there is anything here that they could be about. */
export type UnremovableReason =
  | 'ScaleDownDisabledAnnotation'
  | 'ScaleDownUnreadyDisabled'
  | 'NotAutoscaled'
  | 'NotUnneededLongEnough'
  | 'NotUnreadyLongEnough'
  | 'NodeGroupMinSizeReached'
  | 'MinimalResourceLimitExceeded'
  | 'CurrentlyBeingDeleted'
  | 'NotUnderutilized'
  | 'RecentlyUnremovable'
  | 'NoPlaceToMovePods'
  | 'BlockedByPod'
  | 'BlockedByOnCompletionPod'
  | 'UnexpectedError';

/** Where pods may be moved to, and how it is remembered. */
export interface RemovalContext extends DrainContext {
  readonly snapshot: ClusterSnapshot;
  readonly destinations: ReadonlySet<string>;
  readonly hints: Hints;
}

/** What would come of it. Where the node can go, the snapshot is from then on as if it had gone. */
export function tryRemoval(node: Node, context: RemovalContext): Removal | Unremovable {
  const { snapshot, budgets } = context;
  const name = node.metadata.name ?? '';
  const sorted = podsToMove(snapshot.podsOn(name), context);
  if ('blockedBy' in sorted) {
    const blockingPod = { pod: sorted.blockedBy, reason: sorted.reason };
    return { node, reason: 'BlockedByPod', blockingPod };
  }
  snapshot.fork();
  if (!findPlaces(node, sorted.move, context)) {
    snapshot.revert();
    return { node, reason: 'NoPlaceToMovePods' };
  }
  snapshot.commit();
  return {
    node,
    podsToReschedule: sorted.move,
    daemonSetPods: sorted.daemonSetPods,
    onCompletionPods: sorted.waitFor,
    isRisky: !budgets.allowAtOnce(sorted.move),
  };
}

/** Moves the pods; meanwhile the node stands there empty and tainted, for rules that count nodes. */
function findPlaces(node: Node, pods: readonly Pod[], context: RemovalContext): boolean {
  const { snapshot, destinations, hints, nowMs } = context;
  const name = node.metadata.name ?? '';
  snapshot.removeNode(name);
  snapshot.addNode({ node: tainted(node, nowMs), pods: [] });
  const isAcceptable = (other: string): boolean => other !== name && destinations.has(other);
  for (const pod of pods) {
    const unbound = withoutNode(pod);
    const hinted = hints.get(podId(pod));
    const isHintGood =
      hinted !== undefined &&
      snapshot.has(hinted) &&
      isAcceptable(hinted) &&
      snapshot.schedule(unbound, hinted) === undefined;
    const place = isHintGood ? hinted : snapshot.scheduleOnAny(unbound, isAcceptable);
    if (place === undefined) return false;
    hints.set(podId(pod), place);
  }
  snapshot.removeNode(name);
  return true;
}

function tainted(node: Node, nowMs: number): Node {
  const value = String(Math.floor(nowMs / 1000));
  const taint = { key: toBeDeletedTaint, value, effect: 'NoSchedule' };
  return { ...node, spec: { ...node.spec, taints: [...(node.spec?.taints ?? []), taint] } };
}

function withoutNode(pod: Pod): Pod {
  const { nodeName: _, ...spec } = pod.spec ?? { containers: [] };
  return { ...pod, spec };
}

function podId(pod: Pod): string {
  return pod.metadata.uid ?? podKey(pod);
}
