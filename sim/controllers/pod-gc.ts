/**
 * Removes pods that nobody else will: on nodes that are gone, terminating without a node, or too many
 * that have ended.
 * @upstream pkg/controller/podgc/gc_controller.go
 */
import { compareText } from '../api/go-text.js';
import { nodes, pods, type Node, type Pod, type PodCondition } from '../api/kinds/core.js';
import { isConditionTrue, isDeleting, keyOf } from '../api/meta.js';
import { rfc3339, timeMs } from '../api/time.js';
import {
  serviceAccount,
  type Controller,
  type ControllerContext,
  type ControllerDefinition,
  type Reconciliation,
  type View,
} from '../client/contract.js';
import { call, get, remove, watch } from '../client/requests.js';
import type { Clock } from '../engine/clock.js';
import { patchPodStatus, withPodCondition } from './control/pod-status.js';
import { isTerminal } from './control/pod-state.js';

/** The pod garbage collector. */
export const podGarbageCollectorController: ControllerDefinition = {
  name: 'pod-garbage-collector-controller',
  identity: serviceAccount('kube-system', 'pod-garbage-collector'),
  create: createController,
};

const periodMs = 20_000;
/** A node that is missing is given so long to come. */
const quarantineMs = 40_000;
/** --terminated-pod-gc-threshold. */
const endedPodsMax = 12_500;
const roundKey = 'round';
const outOfService = 'node.kubernetes.io/out-of-service';

function createController({ clock, queue }: ControllerContext): Controller {
  const memory: Memory = { missing: new Map(), quiet: undefined };
  return {
    watches: [watch(nodes), watch(pods)],
    start() {
      queue.add(roundKey);
    },
    reconcile: (_key, view) => collect(view, clock, memory),
  };
}

/** What is kept from round to round. */
interface Memory {
  /** Nodes that were missing, and when they are believed to be gone. */
  readonly missing: Map<string, number>;
  /** What the last round looked at, if it found nothing to do: the same lists mean that nothing changed. */
  quiet: Quiet | undefined;
}

function* collect(view: View, clock: Clock, memory: Memory): Reconciliation {
  const { missing, quiet } = memory;
  const all = view.list(pods);
  const around = view.list(nodes);
  if (quiet?.pods === all && isStillQuiet(quiet, around)) return { requeueAfterMs: periodMs };
  const round = new Round(view, rfc3339(clock.now()));
  yield* round.removeEnded(all);
  yield* round.removeOutOfService(all);
  yield* round.removeOrphans(all, yield* goneNodes(all, view, missing, clock.now()));
  yield* round.removeUnbound(all);
  const isQuiet = round.hasRemovedNothing && missing.size === 0;
  memory.quiet = isQuiet
    ? { pods: all, nodes: around, looksAtNodes: all.some(isDeleting) }
    : undefined;
  return { requeueAfterMs: periodMs };
}

/** What a round looked at that found nothing to do. */
interface Quiet {
  readonly pods: readonly Pod[];
  readonly nodes: readonly Node[];
  /** Whether what the nodes say of themselves matters, and not only which there are. */
  readonly looksAtNodes: boolean;
}

/** Nodes tell all the time that they are there. */
function isStillQuiet({ nodes: before, looksAtNodes }: Quiet, now: readonly Node[]): boolean {
  if (now === before) return true;
  if (looksAtNodes || now.length !== before.length) return false;
  return now.every(({ metadata }, place) => metadata.name === before[place]?.metadata.name);
}

/** The nodes whose quarantine is over, and which the API server does not know either. */
function* goneNodes(
  all: readonly Pod[],
  view: View,
  missing: Map<string, number>,
  nowMs: number,
): Reconciliation<ReadonlySet<string>> {
  const due = [...missing].filter(([, dueMs]) => dueMs <= nowMs).map(([name]) => name);
  for (const name of due) missing.delete(name);
  for (const { spec } of all) {
    const name = spec?.nodeName;
    if (!name || missing.has(name) || view.get(nodes, '', name) !== undefined) continue;
    missing.set(name, nowMs + quarantineMs);
  }
  const gone = new Set<string>();
  for (const name of due) {
    if (view.get(nodes, '', name) !== undefined) continue;
    const answer = yield* call(get(nodes, '', name));
    if (!answer.isOk && answer.status === 404) gone.add(name);
  }
  return gone;
}

/** One round over all pods. */
class Round {
  private readonly removed = new Set<string>();

  constructor(
    private readonly view: View,
    private readonly now: string,
  ) {}

  get hasRemovedNothing(): boolean {
    return this.removed.size === 0;
  }

  *removeEnded(all: readonly Pod[]): Reconciliation<void> {
    const ended = all.filter(isTerminal);
    const surplus = ended.length - endedPodsMax;
    if (surplus <= 0) return;
    const oldest = ended.toSorted(byEvictionAndAge).slice(0, surplus);
    for (const pod of oldest) yield* this.remove(pod);
  }

  *removeOutOfService(all: readonly Pod[]): Reconciliation<void> {
    for (const pod of all) {
      const node = isDeleting(pod) && this.view.get(nodes, '', pod.spec?.nodeName ?? '');
      if (!node || isConditionTrue(node.status?.conditions, 'Ready')) continue;
      const isOut = (node.spec?.taints ?? []).some(({ key }) => key === outOfService);
      if (isOut) yield* this.remove(pod);
    }
  }

  *removeOrphans(all: readonly Pod[], gone: ReadonlySet<string>): Reconciliation<void> {
    for (const pod of all) {
      if (!gone.has(pod.spec?.nodeName ?? '')) continue;
      const condition = {
        type: 'DisruptionTarget',
        status: 'True',
        reason: 'DeletionByPodGC',
        message: 'PodGC: node no longer exists',
      };
      yield* this.remove(pod, withPodCondition(pod, condition, this.now));
    }
  }

  *removeUnbound(all: readonly Pod[]): Reconciliation<void> {
    for (const pod of all) {
      if (isDeleting(pod) && !pod.spec?.nodeName) yield* this.remove(pod);
    }
  }

  /** Marks the pod as failed, then deletes it at once. What fails is tried again in the next round. */
  private *remove(pod: Pod, condition?: PodCondition): Reconciliation<void> {
    if (this.removed.has(keyOf(pod))) return;
    this.removed.add(keyOf(pod));
    const { namespace = '', name = '', generation } = pod.metadata;
    if (!isTerminal(pod)) {
      const status = {
        phase: 'Failed',
        ...(generation !== undefined && { observedGeneration: generation }),
        ...(condition && { conditions: [condition] }),
      };
      const answer = yield* call(patchPodStatus(pod, status));
      if (!answer.isOk) return;
    }
    yield* call(remove(pods, namespace, name, { gracePeriodSeconds: 0 }));
  }
}

function byEvictionAndAge(a: Pod, b: Pod): number {
  const isEvicted = (pod: Pod) => pod.status?.phase === 'Failed' && pod.status.reason === 'Evicted';
  if (isEvicted(a) !== isEvicted(b)) return isEvicted(a) ? -1 : 1;
  const createdMs = (pod: Pod) => timeMs(pod.metadata.creationTimestamp) ?? 0;
  return createdMs(a) - createdMs(b) || compareText(a.metadata.name ?? '', b.metadata.name ?? '');
}
