/** Which changes may make a pod fit its spread constraints. @upstream pkg/scheduler/framework/plugins/podtopologyspread/plugin.go */
import type { Node, Pod } from '../../../api/kinds/core.js';
import { deepEqual } from '../../../api/equality.js';
import { NodeInfo } from '../../node-info.js';
import { PodInfo } from '../../pod-info.js';
import { action, type ClusterEventWithHint } from '../../queue/cluster-event.js';
import { isNowhere, isSamePod } from '../../queue/pod-change.js';
import type { SpreadConstraint, SpreadConstraints } from './constraints.js';

/** The events of PodTopologySpread. */
export function topologySpreadEvents(
  constraints: SpreadConstraints,
): readonly ClusterEventWithHint[] {
  return [
    {
      event: {
        resource: 'Pod',
        actions: action.add | action.delete | action.updatePodLabel | action.updatePodToleration,
      },
      hint(pod, { old, object }) {
        const change = { old: old as Pod | undefined, now: object as Pod | undefined };
        const isWorthIt = afterPodChange(constraints, pod, change);
        return isWorthIt ? 'Queue' : 'QueueSkip';
      },
    },
    {
      event: {
        resource: 'Node',
        actions: action.add | action.delete | action.updateNodeLabel | action.updateNodeTaint,
      },
      hint(pod, { old, object }) {
        const hard = constraints.of(new PodInfo(pod), 'DoNotSchedule');
        const change = { old: old as Node | undefined, now: object as Node | undefined };
        return afterNodeChange(constraints, hard, change) ? 'Queue' : 'QueueSkip';
      },
    },
  ];
}

function afterPodChange(
  constraints: SpreadConstraints,
  pod: Pod,
  change: { readonly old: Pod | undefined; readonly now: Pod | undefined },
): boolean {
  const { old, now } = change;
  if (now !== undefined && !isInvolved(now, pod)) return false;
  if (old !== undefined && !isInvolved(old, pod)) return false;
  const hard = constraints.of(new PodInfo(pod), 'DoNotSchedule');
  const matches = (constraint: SpreadConstraint, { metadata }: Pod) =>
    constraint.selector.matches(metadata.labels);
  if (old !== undefined && now !== undefined) {
    const toleratesMore =
      isSamePod(pod, now) && !deepEqual(old.spec?.tolerations, now.spec?.tolerations);
    if (toleratesMore && hard.some(({ honorsTaints }) => honorsTaints)) return true;
    return hard.some(constraint => matches(constraint, old) !== matches(constraint, now));
  }
  const changed = now ?? old;
  return changed !== undefined && hard.some(constraint => matches(constraint, changed));
}

function isInvolved(changed: Pod, pod: Pod): boolean {
  if (isSamePod(pod, changed)) return true;
  return !isNowhere(changed) && changed.metadata.namespace === pod.metadata.namespace;
}

function afterNodeChange(
  all: SpreadConstraints,
  constraints: readonly SpreadConstraint[],
  change: { readonly old: Node | undefined; readonly now: Node | undefined },
): boolean {
  const { old, now } = change;
  const has = (node: Node) => all.haveAllLabels(constraints, new NodeInfo(node));
  if (old !== undefined && now !== undefined) {
    if (has(old) !== has(now)) return true;
    if (!has(now)) return false;
    const isMoved = constraints.some(
      ({ topologyKey }) =>
        (old.metadata.labels?.[topologyKey] ?? '') !== (now.metadata.labels?.[topologyKey] ?? ''),
    );
    return isMoved || !deepEqual(old.spec?.taints, now.spec?.taints);
  }
  const changed = now ?? old;
  return changed !== undefined && has(changed);
}
