/** Takes a node away: nothing new comes on it, its pods are evicted, then its machine goes. @upstream core/scaledown/actuation */
import { nodes, pods, type Node, type Pod } from '../../api/kinds/core.js';
import type { EventRecorder } from '../../client/event-recorder.js';
import type { Reconciliation, View } from '../../client/contract.js';
import { call, createSubresource, pause, remove, update } from '../../client/requests.js';
import type { AutoscalerOptions } from '../options.js';
import { isDaemonSetPod, isMirrorPod, podKey } from '../pods.js';
import { toBeDeletedTaint } from '../taints.js';
import type { CloudProvider } from './cloud-provider.js';

/** What a deletion works with. */
export interface DeletionTools {
  readonly view: View;
  readonly events: EventRecorder;
  readonly provider: CloudProvider;
  readonly options: AutoscalerOptions;
  readonly now: () => number;
}

const afterTaintMs = 5000;
const evictionRetryMs = 10_000;
const pollMs = 5000;
const conflictRetryMs = 750;
const triesMax = 7;

/** Deletes the node; false: its pods could not be moved, and it stays. */
export function* deleteNode(name: string, tools: DeletionTools): Reconciliation<boolean> {
  const { view, events, provider, now } = tools;
  const marked = yield* setTaint(name, view, String(Math.floor(now() / 1000)));
  if (marked === undefined) return false;
  yield* pause(afterTaintMs);
  if (!(yield* drain(name, tools))) {
    yield* setTaint(name, view, undefined);
    const message = 'failed to drain the node, aborting ScaleDown';
    events.record({ regarding: marked, type: 'Warning', reason: 'ScaleDownFailed', message });
    return false;
  }
  provider.remove(name);
  const message = 'nodes removed by cluster autoscaler';
  events.record({ regarding: marked, type: 'Normal', reason: 'ScaleDown', message });
  // What a cloud controller manager does once the machine is gone.
  return yield* removed(name);
}

function* removed(name: string): Reconciliation<boolean> {
  for (let tries = 0; tries < triesMax; tries++) {
    const answer = yield* call(remove(nodes, '', name));
    if (answer.isOk || answer.status === 404) return true;
    yield* pause(pollMs);
  }
  return false;
}

/** Sets or takes the taint, and returns the node as it is then; undefined: it is gone, or keeps changing. */
function* setTaint(
  name: string,
  view: View,
  value: string | undefined,
): Reconciliation<Node | undefined> {
  for (let tries = 0; tries < triesMax; tries++) {
    const node = view.get(nodes, '', name);
    if (node === undefined) return undefined;
    const others = node.spec?.taints?.filter(({ key }) => key !== toBeDeletedTaint) ?? [];
    const taint = { key: toBeDeletedTaint, effect: 'NoSchedule' };
    const taints = value === undefined ? others : [...others, { ...taint, value }];
    const answer = yield* call(update(nodes, { ...node, spec: { ...node.spec, taints } }));
    if (answer.isOk) return answer.object;
    yield* pause(conflictRetryMs);
  }
  return undefined;
}

/** Evicts the pods and waits until they are gone. */
function* drain(
  name: string,
  { view, events, now, options }: DeletionTools,
): Reconciliation<boolean> {
  const toMove = movable(name, view);
  const untilMs = now() + options.maxPodEvictionTimeMs;
  for (const pod of toMove) {
    const message = 'deleting pod for node scale down';
    events.record({ regarding: pod, type: 'Normal', reason: 'ScaleDown', message });
    while (!(yield* evict(pod))) {
      if (now() + evictionRetryMs > untilMs) return false;
      yield* pause(evictionRetryMs);
    }
  }
  const goneMs = now() + options.maxGracefulTerminationMs;
  const uids = new Set(toMove.map(({ metadata }) => metadata.uid));
  while (movable(name, view).some(({ metadata }) => uids.has(metadata.uid))) {
    if (now() > goneMs) return false;
    yield* pause(pollMs);
  }
  return true;
}

function* evict(pod: Pod): Reconciliation<boolean> {
  const { namespace = '', name = '' } = pod.metadata;
  const body = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { namespace, name } };
  const of = { namespace, name, subresource: 'eviction' };
  const answer = yield* call(createSubresource(pods, of, body));
  return answer.isOk || answer.status === 404;
}

/** Pods that have ended are none that the autoscaler sees: they go with their node. @upstream kube_util.NewAllPodLister */
function movable(node: string, view: View): readonly Pod[] {
  return view
    .list(pods)
    .filter(({ spec }) => spec?.nodeName === node)
    .filter(pod => !isDaemonSetPod(pod) && !isMirrorPod(pod) && !hasEnded(pod))
    .sort((a, b) => (podKey(a) < podKey(b) ? -1 : 1));
}

function hasEnded({ status }: Pod): boolean {
  return status?.phase === 'Succeeded' || status?.phase === 'Failed';
}
