/** Admits workloads, as far as quota goes. @upstream kueue v0.19.2 pkg/scheduler, pkg/cache */
import { namespaces } from '../../api/kinds/core.js';
import { keyOf } from '../../api/meta.js';
import type {
  Change,
  Controller,
  ControllerContext,
  ControllerDefinition,
  Reconciliation,
  View,
} from '../../client/contract.js';
import { watch } from '../../client/requests.js';
import { Admissions } from './admissions.js';
import { hasUntriedFlavors } from './assignment.js';
import { decide, nominate, type Decision, type Entry } from './cycle.js';
import type { LastTried } from './flavor-assigner.js';
import {
  isSelected,
  isStrict,
  PendingQueues,
  shapeOf,
  treeOf,
  type Head,
} from './pending-queues.js';
import { isHolding, Snapshot } from './snapshot.js';
import {
  admissionChecks,
  clusterQueues,
  cohorts,
  localQueues,
  resourceFlavors,
  workloads,
  type ClusterQueue,
  type Workload,
} from './types.js';
import { deepEqual } from '../../api/equality.js';

/** What frees quota is gathered for so long before it is told to those that wait. */
const retryAfterMs = 1_000;
/** A cycle that got nowhere is followed by a short rest. */
const restMs = 10;
const cycleKey = 'cycle';
const retryPrefix = 'retry ';

/** The scheduler. It is no controller upstream, but a loop; a cycle is run when something has changed. */
export function schedulerController(): ControllerDefinition {
  return {
    name: 'kueue-admission',
    eventApi: 'events.k8s.io',
    create: context => new Scheduler(context),
  };
}

/** Where the look at a workload stopped, and when that was. */
interface Progress {
  readonly tried: LastTried;
  readonly shape: string;
  readonly cycle: number;
  readonly generation: number;
}

class Scheduler implements Controller {
  readonly watches;
  private readonly pending = new PendingQueues();
  private readonly admissions: Admissions;
  private readonly progress = new Map<string, Progress>();
  private cycle = 0;
  /** Grows when there may be more room than before. */
  private generation = 0;

  constructor(private readonly context: ControllerContext) {
    this.admissions = new Admissions(context);
    const wakes = { on: () => this.wake() };
    this.watches = [
      watch(workloads, { on: change => this.hearWorkload(change) }),
      watch(clusterQueues, { on: change => this.hearQueue(change) }),
      watch(cohorts, { on: () => this.retryAll() }),
      watch(resourceFlavors, { on: () => this.retryAll() }),
      watch(admissionChecks, { on: () => this.retryAll() }),
      watch(namespaces, { on: change => this.hearNamespace(change) }),
      watch(localQueues, wakes),
    ];
  }

  *reconcile(key: string, view: View): Reconciliation {
    if (key.startsWith(retryPrefix)) {
      const tree = key.slice(retryPrefix.length);
      if (this.pending.retry(tree, view, this.context.clock.now())) this.wake();
      return undefined;
    }
    yield* this.runCycle(view);
    return undefined;
  }

  private wake(): void {
    this.context.queue.add(cycleKey);
  }

  private hearWorkload({ type, object, old }: Change<Workload>): void {
    const key = keyOf(object);
    this.admissions.hear(object, type === 'deleted');
    const held = type === 'deleted' ? object : old;
    const isFreed =
      held !== undefined && isHolding(held) && (old === undefined || !isHolding(object));
    if (isFreed) this.retryTreeOf(held.status?.admission?.clusterQueue ?? '');
    if (type === 'deleted' || isHolding(object)) {
      this.pending.forget(key);
      this.progress.delete(key);
    } else this.pending.hears(object);
    this.wake();
  }

  private hearQueue({ object, old }: Change<ClusterQueue>): void {
    if (old === undefined || !deepEqual(old.spec, object.spec)) {
      this.retryTreeOf(object.metadata.name ?? '');
    }
    this.wake();
  }

  private hearNamespace({
    object,
    old,
  }: Change<{ readonly metadata: { readonly labels?: object } }>): void {
    if (old !== undefined && !deepEqual(old.metadata.labels, object.metadata.labels)) {
      this.retryAll();
    }
  }

  private retryAll(): void {
    for (const queue of this.context.view.list(clusterQueues)) {
      this.retryTreeOf(queue.metadata.name ?? '');
    }
  }

  private retryTreeOf(name: string): void {
    this.generation++;
    const { view, queue } = this.context;
    const found = view.get(clusterQueues, '', name);
    if (found !== undefined) queue.addAfter(retryPrefix + treeOf(found, view), retryAfterMs);
  }

  private *runCycle(view: View): Reconciliation<void> {
    const nowMs = this.context.clock.now();
    const heads = this.pending.heads(view, nowMs, workload => this.admissions.isTaken(workload));
    if (heads.length === 0) return;
    this.cycle++;
    const snapshot = new Snapshot(view, this.admissions.holders(view));
    const entries: Entry[] = [];
    for (const head of heads) {
      if (!isSelected(head.queue, head.workload.metadata.namespace ?? '', view)) {
        yield* this.refuse(head);
        continue;
      }
      const lastTried = this.lastTriedOf(head.workload);
      const how = lastTried === undefined ? { nowMs } : { nowMs, lastTried };
      const entry = nominate(head, snapshot, how);
      if (entry !== undefined) entries.push(entry);
    }
    const decisions = decide(entries, snapshot);
    let isAny = heads.length > entries.length;
    for (const decision of decisions) isAny = (yield* this.carryOut(decision)) || isAny;
    const hasAdmitted = decisions.some(({ kind }) => kind === 'admit');
    if (isAny) this.context.queue.addAfter(cycleKey, hasAdmitted ? 0 : restMs);
  }

  /** A namespace whose workloads the queue does not take. */
  private *refuse(head: Head): Reconciliation<void> {
    this.pending.park(head, { isVain: false });
    const message = "workload namespace doesn't match ClusterQueue selector";
    yield* this.admissions.tellWait(head.workload, message, []);
  }

  /** Does what was decided. Whether another cycle may come to something else. */
  private *carryOut(decision: Decision): Reconciliation<boolean> {
    const { entry } = decision;
    const { workload, requests } = entry;
    switch (decision.kind) {
      case 'admit':
        this.progress.delete(keyOf(workload));
        return yield* this.admissions.admit(entry);
      case 'preempt': {
        this.progress.delete(keyOf(workload));
        this.pending.preempts(entry);
        const count = yield* this.admissions.preempt(entry);
        const told =
          count > 0
            ? `${decision.message}. Pending the preemption of ${count} workload(s)`
            : `${decision.message}. Preempting ${entry.targets.length} workload(s) failed, will retry.`;
        yield* this.admissions.tellWait(workload, told, requests);
        return count === 0;
      }
      case 'skip':
        this.remember(entry);
        yield* this.admissions.tellWait(workload, decision.message, requests);
        return true;
      case 'wait': {
        this.remember(entry);
        const hasMore = hasUntriedFlavors(entry.assignment);
        const isParked = !hasMore && !isStrict(entry.queue);
        if (isParked) this.pending.park(entry, { isVain: true });
        yield* this.admissions.tellWait(workload, decision.message, requests);
        return hasMore || isParked;
      }
    }
  }

  private remember({ workload, assignment }: Entry): void {
    const tried = assignment.sets.map(
      ({ flavors }) =>
        new Map([...flavors].map(([resource, { triedIndex }]) => [resource, triedIndex])),
    );
    const { cycle, generation } = this;
    this.progress.set(keyOf(workload), { tried, shape: shapeOf(workload), cycle, generation });
  }

  /** Where to go on; undefined: from the first flavour, as what was tried may fit by now. */
  private lastTriedOf(workload: Workload): LastTried | undefined {
    const before = this.progress.get(keyOf(workload));
    if (before === undefined || before.shape !== shapeOf(workload)) return undefined;
    const isRecent = this.cycle - before.cycle <= 1;
    return isRecent || before.generation >= this.generation ? before.tried : undefined;
  }
}
