/** The pods that a new node of a group would have from the start. @upstream simulator/node_info_utils.go podsExpectedOnFreshNode */
import type { DaemonSet } from '../../api/kinds/apps.js';
import type { Node, Pod } from '../../api/kinds/core.js';
import { controllerOf, isDeleting } from '../../api/meta.js';
import { fitOf } from '../../controllers/daemon-set/nodes.js';
import { daemonPod } from '../../controllers/daemon-set/template.js';
import { isDaemonSetPod, isMirrorPod } from '../pods.js';

/** What an example of the group is known to have. */
export interface Example {
  readonly node: Node;
  readonly pods: readonly Pod[];
  readonly daemonSets: readonly DaemonSet[];
  /** Whether all daemon sets are believed to get their pods on; else only those that would preempt others. */
  readonly expectsAllDaemons: boolean;
}

/** The example's mirror and daemon set pods, and those of daemon sets that have none there yet. */
export function expectedPods({ node, pods, daemonSets, expectsAllDaemons }: Example): Pod[] {
  const alive = pods.filter(pod => !isDeleting(pod));
  const running = new Set(
    alive.map(controllerOf).map(owner => (owner?.kind === 'DaemonSet' ? owner.uid : '')),
  );
  const pending = daemonSets
    .filter(({ metadata }) => !running.has(metadata.uid ?? ''))
    .filter(set => fitOf(set, node).shouldRun)
    .map(set => podOf(set, node.metadata.name ?? ''));
  return [
    ...alive.filter(pod => isMirrorPod(pod) || isDaemonSetPod(pod)),
    ...pending.filter(pod => expectsAllDaemons || isNodeCritical(pod)),
  ];
}

function podOf(set: DaemonSet, node: string): Pod {
  const pod = daemonPod(set, node, '');
  const { generateName: _, ...metadata } = pod.metadata;
  const name = `${set.metadata.name ?? ''}-pod`;
  const uid = `${set.metadata.uid ?? name}-${node}`;
  const spec = { containers: [], ...pod.spec, nodeName: node };
  return { ...pod, metadata: { ...metadata, name, uid }, spec };
}

function isNodeCritical({ spec }: Pod): boolean {
  if (spec?.priorityClassName !== 'system-node-critical') return false;
  return (spec.preemptionPolicy ?? 'PreemptLowerPriority') === 'PreemptLowerPriority';
}
