/** One pass over a daemon set. @upstream pkg/controller/daemon/daemon_controller.go syncDaemonSet */
import { daemonSets, type DaemonSet } from '../../api/kinds/apps.js';
import { nodes, pods, type Node, type Pod } from '../../api/kinds/core.js';
import type { HasMetadata, Kind } from '../../api/object.js';
import { selectorOf } from '../../api/selectors.js';
import type { ControllerContext, Reconciliation } from '../../client/contract.js';
import { call, get, update } from '../../client/requests.js';
import { claim } from '../control/claim.js';
import type { Expectations } from '../control/expectations.js';
import { Refused } from '../control/must.js';
import { ownedAndOrphans } from '../control/owner.js';
import type { OwnWrites } from '../control/own-writes.js';
import { createExpected, deletePod } from '../control/pod-control.js';
import { isTerminal } from '../control/pod-state.js';
import { slowCreations } from '../control/slow-start.js';
import type { FailedPodBackOff } from './back-off.js';
import { constructHistory, hashOf, truncateHistory, type History } from './history.js';
import { basePlan, rollingPlan, type Plan, type PodsByNode, type Seen } from './plan.js';
import { isNews, statusOf } from './status.js';
import { daemonPod, targetNode } from './template.js';

/** How many pods one pass makes or deletes at most. */
const burstMax = 250;

/** What the controller keeps between passes. */
export interface DaemonTools {
  readonly context: ControllerContext;
  readonly expectations: Expectations;
  readonly ownWrites: OwnWrites;
  readonly backOff: FailedPodBackOff;
}

/** A daemon set in one pass. */
export class DaemonSetSync {
  private readonly nodes: readonly Node[];

  constructor(
    private readonly key: string,
    private readonly set: DaemonSet,
    private readonly tools: DaemonTools,
  ) {
    this.nodes = tools.context.view.list(nodes);
  }

  *run(): Reconciliation {
    const { set, key } = this;
    const history = yield* constructHistory(set, this.tools.context.view);
    const hash = hashOf(history.current);
    if (!this.tools.expectations.areMet(key)) {
      return yield* this.tellStatus(hash, { isObserved: false });
    }
    let error: Refused | undefined;
    try {
      yield* this.update(history, hash);
    } catch (thrown) {
      if (!(thrown instanceof Refused)) throw thrown;
      error = thrown;
    }
    const outcome = yield* this.tellStatus(hash, { isObserved: true });
    if (error !== undefined) throw error;
    return outcome;
  }

  private *update(history: History, hash: string): Reconciliation<void> {
    const { set, key, tools } = this;
    const running = yield* this.podsByNode();
    const seen = this.seen(hash);
    const onEnded = (pod: Pod, node: string) => this.mayDelete(pod, node, seen.nowMs);
    yield* this.carryOut(basePlan(seen, this.nodes, running, onEnded), hash);
    const isRolling = set.spec?.updateStrategy?.type === 'RollingUpdate';
    if (isRolling && tools.expectations.areMet(key)) {
      const now = yield* this.podsByNode();
      yield* this.carryOut(rollingPlan(this.seen(hash), this.nodes, now), hash);
    }
    const all = yield* this.claimPods();
    yield* truncateHistory(set, history.old, all);
  }

  private note<T extends HasMetadata>(kind: Kind<T>, object: HasMetadata): void {
    this.tools.ownWrites.note(this.key, this.set, kind, object);
  }

  private seen(hash: string): Seen {
    return { set: this.set, hash, nowMs: this.tools.context.clock.now() };
  }

  private *claimPods(): Reconciliation<readonly Pod[]> {
    const { set } = this;
    const { view } = this.tools.context;
    const selector = selectorOf(set.spec?.selector);
    const { objects, error } = yield* claim({
      owner: set,
      ownerKind: daemonSets,
      kind: pods,
      candidates: ownedAndOrphans(view, pods, set),
      matches: pod => selector.matches(pod.metadata.labels),
      adopted: pod => this.note(pods, pod),
    });
    if (error !== undefined) throw new Refused(error);
    return objects;
  }

  /** Pods that have ended and are being deleted count no more. */
  private *podsByNode(): Reconciliation<PodsByNode> {
    const byNode = new Map<string, Pod[]>();
    for (const pod of yield* this.claimPods()) {
      if (isTerminal(pod) && pod.metadata.deletionTimestamp !== undefined) continue;
      const node = targetNode(pod);
      if (node === undefined) continue;
      const known = byNode.get(node);
      if (known === undefined) byNode.set(node, [pod]);
      else known.push(pod);
    }
    return new Map([...byNode].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  /** Tells of a pod that has ended; whether it may be deleted now. Failed ones have a back-off by node. */
  private mayDelete({ metadata, status }: Pod, node: string, nowMs: number): boolean {
    const { set, tools, key } = this;
    const { events, queue } = tools.context;
    const pod = `daemon pod ${metadata.namespace ?? ''}/${metadata.name ?? ''} on node ${node}`;
    if (status?.phase === 'Succeeded') {
      const message = `Found succeeded ${pod}, will try to delete it`;
      events.record({ regarding: set, type: 'Normal', reason: 'SucceededDaemonPod', message });
      return true;
    }
    const { observedGeneration = 0 } = set.status ?? {};
    const backOffKey = `${set.metadata.uid ?? ''}/${observedGeneration}/${node}`;
    const waitMs = tools.backOff.waiting(backOffKey, nowMs);
    if (waitMs !== undefined) {
      queue.addAfter(key, waitMs);
      return false;
    }
    tools.backOff.next(backOffKey, nowMs);
    const message = `Found failed ${pod}, will try to kill it`;
    events.record({ regarding: set, type: 'Warning', reason: 'FailedDaemonPod', message });
    return true;
  }

  /** Makes and deletes pods. @upstream syncNodes */
  private *carryOut(plan: Plan, hash: string): Reconciliation<void> {
    const { set, key } = this;
    const { context, expectations } = this.tools;
    const create = plan.create.slice(0, burstMax);
    const remove = plan.remove.slice(0, burstMax);
    const owner = { key, object: set, kind: daemonSets };
    expectations.expect(key, create.length, remove.length);
    const { error } = yield* slowCreations({ expectations, key }, create.length, index =>
      createExpected(context.events, this.tools, owner, daemonPod(set, create[index] ?? '', hash)),
    );
    let failure = error;
    for (const pod of remove) {
      const answer = yield* deletePod(context.events, owner, pod);
      if (answer.isOk) continue;
      expectations.deletionSeen(key);
      if (answer.status !== 404) failure ??= `unable to delete pods: ${answer.message}`;
    }
    if (failure !== undefined) throw new Refused(failure);
  }

  private *tellStatus(hash: string, how: { readonly isObserved: boolean }): Reconciliation {
    const { set, nodes: all } = this;
    const status = statusOf(this.seen(hash), all, yield* this.podsByNode());
    if (isNews(status, set)) {
      const { generation } = set.metadata;
      const isTold = how.isObserved && generation !== undefined;
      const next = { ...status, ...(isTold && { observedGeneration: generation }) };
      yield* this.writeStatus(next);
    }
    const seconds = set.spec?.minReadySeconds ?? 0;
    const hasAll = status.numberReady === (status.numberAvailable ?? 0);
    return seconds > 0 && !hasAll ? { requeueAfterMs: seconds * 1000 } : undefined;
  }

  /** Once more on the latest version when it fails. */
  private *writeStatus(status: NonNullable<DaemonSet['status']>): Reconciliation<void> {
    const { namespace = '', name = '' } = this.set.metadata;
    const first = yield* call(update(daemonSets, { ...this.set, status }, 'status'));
    if (first.isOk) return this.note(daemonSets, first.object);
    const fresh = yield* call(get(daemonSets, namespace, name));
    if (!fresh.isOk) throw new Refused(fresh.message);
    const second = yield* call(update(daemonSets, { ...fresh.object, status }, 'status'));
    if (!second.isOk) throw new Refused(second.message);
    this.note(daemonSets, second.object);
  }
}
