/** The events that an update of a pod or a node is turned into. @upstream pkg/scheduler/framework/events.go */
import { deepEqual } from '../../api/equality.js';
import type { Node, Pod } from '../../api/kinds/core.js';
import { roundUp } from '../amount.js';
import { isAskedTheSame, isGivenTheSame, plainRequests, podRequests } from '../pod-requests.js';
import { action, anyUpdate, type ClusterEvent } from './cluster-event.js';

/** One event for each property that changed, or a general one. */
export function podUpdateEvents(old: Pod, pod: Pod): readonly ClusterEvent[] {
  const resource = (pod.spec?.nodeName ?? '') === '' ? 'UnschedulablePod' : 'AssignedPod';
  const actions: number[] = [];
  if (!sameLabels(old.metadata.labels, pod.metadata.labels)) actions.push(action.updatePodLabel);
  if (isScaledDown(old, pod)) actions.push(action.updatePodScaleDown);
  if (count(pod.spec?.schedulingGates) === 0 && count(old.spec?.schedulingGates) > 0) {
    actions.push(action.updatePodSchedulingGatesEliminated);
  }
  if (count(pod.spec?.tolerations) !== count(old.spec?.tolerations)) {
    actions.push(action.updatePodToleration);
  }
  if (haveClaimsChanged(old, pod)) actions.push(action.updatePodGeneratedResourceClaim);
  if (actions.length === 0) actions.push(anyUpdate);
  return actions.map(each => ({ resource, actions: each }));
}

/** One event for each property that changed; none when nothing did that matters. */
export function nodeUpdateEvents(old: Node, node: Node): readonly ClusterEvent[] {
  const actions: number[] = [];
  const isUncordoned = old.spec?.unschedulable === true && node.spec?.unschedulable !== true;
  if (isUncordoned) actions.push(action.updateNodeTaint);
  if (!deepEqual(old.status?.allocatable ?? {}, node.status?.allocatable ?? {})) {
    actions.push(action.updateNodeAllocatable);
  }
  if (!sameLabels(old.metadata.labels, node.metadata.labels)) actions.push(action.updateNodeLabel);
  if (!deepEqual(old.spec?.taints ?? [], node.spec?.taints ?? [])) {
    actions.push(action.updateNodeTaint);
  }
  if (!deepEqual(conditionsOf(old), conditionsOf(node))) actions.push(action.updateNodeCondition);
  if (!sameLabels(old.metadata.annotations, node.metadata.annotations)) {
    actions.push(action.updateNodeAnnotation);
  }
  if (!deepEqual(old.status?.declaredFeatures ?? [], node.status?.declaredFeatures ?? [])) {
    actions.push(action.updateNodeDeclaredFeature);
  }
  return actions.map(each => ({ resource: 'Node', actions: each }));
}

function count(list: readonly unknown[] | undefined): number {
  return list?.length ?? 0;
}

function sameLabels(
  a: Readonly<Record<string, string>> | undefined,
  b: Readonly<Record<string, string>> | undefined,
): boolean {
  return a === b || deepEqual(a ?? {}, b ?? {});
}

function isScaledDown(old: Pod, pod: Pod): boolean {
  if (isAskedTheSame(old, pod)) {
    if (old.status?.containerStatuses === pod.status?.containerStatuses) return false;
    const plain = plainRequests(pod, true);
    if (plain !== undefined && plain === plainRequests(old, true)) return false;
    if (isGivenTheSame(old, pod)) return false;
  }
  const options = { usesStatus: true };
  const after = podRequests(pod, options);
  for (const [name, before] of podRequests(old, options)) {
    const now = after.get(name);
    if (now === undefined || milli(name, before) > milli(name, now)) return true;
  }
  return false;
}

function milli(name: string, amount: number): number {
  return roundUp(name === 'cpu' ? amount : amount * 1000);
}

function haveClaimsChanged(old: Pod, pod: Pod): boolean {
  return !(
    deepEqual(old.status?.resourceClaimStatuses ?? [], pod.status?.resourceClaimStatuses ?? []) &&
    deepEqual(
      old.status?.extendedResourceClaimStatus ?? {},
      pod.status?.extendedResourceClaimStatus ?? {},
    )
  );
}

function conditionsOf(node: Node): Readonly<Record<string, string>> {
  const conditions = node.status?.conditions ?? [];
  return Object.fromEntries(conditions.map(({ type, status }) => [type, status]));
}
