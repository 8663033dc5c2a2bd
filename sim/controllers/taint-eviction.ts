/**
 * Deletes pods from nodes with NoExecute taints that they do not tolerate, or not for ever.
 * @upstream pkg/controller/tainteviction/taint_eviction.go
 */
import { nodes, pods, type Node, type Pod, type Taint } from '../api/kinds/core.js';
import { deepEqual } from '../api/equality.js';
import { keyOf } from '../api/meta.js';
import { rfc3339 } from '../api/time.js';
import {
  serviceAccount,
  type Change,
  type Controller,
  type ControllerContext,
  type ControllerDefinition,
  type Reconciliation,
} from '../client/contract.js';
import { call, get, pause, remove, splitKey, watch } from '../client/requests.js';
import type { Timer } from '../engine/clock.js';
import { patchPodStatus, withPodCondition } from './control/pod-status.js';
import { tolerationMs } from './control/toleration-time.js';

/** The controller that evicts pods by taints. */
export const taintEvictionController: ControllerDefinition = {
  name: 'taint-eviction-controller',
  identity: serviceAccount('kube-system', 'node-controller'),
  create: context => new TaintEvictionController(context),
};

const nodeIndex = 'taint-eviction/node';
const attemptsMax = 5;
const retryMs = 10;

/** A deletion that waits; `done` when it has been started. */
interface Eviction {
  readonly createdMs: number;
  readonly timer: Timer;
}

class TaintEvictionController implements Controller {
  readonly workers = 8;
  private readonly taintsByNode = new Map<string, readonly Taint[]>();
  private readonly evictions = new Map<string, Eviction | 'done'>();

  constructor(private readonly context: ControllerContext) {}

  readonly watches = [
    watch(nodes, { on: change => this.onNode(change) }),
    watch(pods, {
      on: change => this.onPod(change),
      indexes: { [nodeIndex]: pod => (pod.spec?.nodeName ? [pod.spec.nodeName] : []) },
    }),
  ];

  stop(): void {
    for (const eviction of this.evictions.values()) {
      if (eviction !== 'done') eviction.timer.cancel();
    }
  }

  /** The key is that of a pod whose time has come. */
  *reconcile(key: string): Reconciliation {
    const message = `Marking for deletion Pod ${key}`;
    this.tell(key, message);
    for (let attempt = 1; ; attempt++) {
      if (yield* evict(key, rfc3339(this.context.clock.now()))) return undefined;
      if (attempt === attemptsMax) break;
      yield* pause(retryMs);
    }
    this.evictions.delete(key);
    return undefined;
  }

  private onNode({ type, object: node, old }: Change<Node>): void {
    const name = node.metadata.name ?? '';
    if (type === 'deleted') {
      this.taintsByNode.delete(name);
      return;
    }
    const taints = noExecuteTaints(node);
    if (old !== undefined && deepEqual(taints, noExecuteTaints(old))) return;
    if (taints.length === 0) this.taintsByNode.delete(name);
    else this.taintsByNode.set(name, taints);
    for (const pod of this.context.view.byIndex(pods, nodeIndex, name)) {
      if (taints.length === 0) this.cancel(keyOf(pod));
      else this.consider(pod, taints);
    }
  }

  private onPod({ type, object: pod, old }: Change<Pod>): void {
    if (type === 'deleted') return this.cancel(keyOf(pod));
    const isSame =
      old !== undefined &&
      old.spec?.nodeName === pod.spec?.nodeName &&
      deepEqual(old.spec?.tolerations, pod.spec?.tolerations);
    if (isSame) return;
    const taints = this.taintsByNode.get(pod.spec?.nodeName ?? '');
    if (taints !== undefined) this.consider(pod, taints);
  }

  private consider(pod: Pod, taints: readonly Taint[]): void {
    const key = keyOf(pod);
    const delayMs = tolerationMs(taints, pod.spec?.tolerations ?? []);
    const nowMs = this.context.clock.now();
    if (delayMs === undefined || delayMs === 'for ever') {
      this.cancel(key);
      if (delayMs === undefined) this.schedule(key, nowMs, nowMs);
      return;
    }
    let startMs = nowMs;
    const waiting = this.evictions.get(key);
    if (waiting !== undefined && waiting !== 'done') {
      startMs = waiting.createdMs;
      if (startMs + delayMs < nowMs + delayMs) return;
      this.cancel(key);
    }
    this.schedule(key, startMs, startMs + delayMs);
  }

  private schedule(key: string, createdMs: number, fireMs: number): void {
    if (this.evictions.has(key)) return;
    const { clock, queue } = this.context;
    const delayMs = Math.max(0, fireMs - clock.now());
    if (delayMs === 0) {
      this.evictions.set(key, 'done');
      queue.add(key);
      return;
    }
    const timer = clock.after(delayMs, `taint-eviction ${key}`, () => {
      this.evictions.set(key, 'done');
      queue.add(key);
    });
    this.evictions.set(key, { createdMs, timer });
  }

  private cancel(key: string): void {
    const eviction = this.evictions.get(key);
    this.evictions.delete(key);
    if (eviction === undefined || eviction === 'done') return;
    eviction.timer.cancel();
    this.tell(key, `Cancelling deletion of Pod ${key}`);
  }

  private tell(key: string, message: string): void {
    const regarding = { apiVersion: 'v1', kind: 'Pod', metadata: splitKey(key) };
    const reason = 'TaintManagerEviction';
    this.context.events.record({ regarding, type: 'Normal', reason, message });
  }
}

/** Says why, then deletes; returns whether that was done. */
function* evict(key: string, now: string): Reconciliation<boolean> {
  const { namespace, name } = splitKey(key);
  const read = yield* call(get(pods, namespace, name));
  if (!read.isOk) return false;
  const pod = read.object;
  const wanted = {
    type: 'DisruptionTarget',
    status: 'True',
    reason: 'DeletionByTaintManager',
    message: 'Taint manager: deleting due to NoExecute taint',
  };
  const condition = withPodCondition(pod, wanted, now);
  if (condition !== undefined) {
    const answer = yield* call(patchPodStatus(pod, { conditions: [condition] }));
    if (!answer.isOk) return false;
  }
  const answer = yield* call(remove(pods, namespace, name));
  return answer.isOk;
}

function noExecuteTaints({ spec }: Node): readonly Taint[] {
  return (spec?.taints ?? []).filter(({ effect }) => effect === 'NoExecute');
}
