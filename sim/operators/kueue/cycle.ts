/** One scheduling cycle: what becomes of the heads of the queues. @upstream kueue v0.19.2 pkg/scheduler/scheduler.go */
import { compareText } from '../../api/go-text.js';
import { keyOf } from '../../api/meta.js';
import { messageOf, modeOfAll, scarceOf, type Assignment } from './assignment.js';
import { assignFlavors, type LastTried } from './flavor-assigner.js';
import type { Head } from './pending-queues.js';
import { preemptionTargets, type Target } from './preemption.js';
import type { FlavorAmounts } from './quota-node.js';
import { requestsOf, scaledTo, type PodSetRequests } from './requests.js';
import type { QueueSnapshot, Snapshot } from './snapshot.js';
import type { Workload } from './types.js';
import { priorityOf, queueOrderMs } from './workload-status.js';

/** A head with what was found for it. */
export interface Entry extends Head {
  readonly snapshotQueue: QueueSnapshot;
  readonly requests: readonly PodSetRequests[];
  readonly assignment: Assignment;
  readonly targets: readonly Target[];
}

/** What is to be done about a head. */
export type Decision =
  | { readonly kind: 'admit'; readonly entry: Entry }
  | { readonly kind: 'preempt'; readonly entry: Entry; readonly message: string }
  /** Another was admitted first. */
  | { readonly kind: 'skip'; readonly entry: Entry; readonly message: string }
  | { readonly kind: 'wait'; readonly entry: Entry; readonly message: string };

/** Looks for flavours, and for whom to push out, in the state at the beginning of the cycle. */
export function nominate(
  head: Head,
  snapshot: Snapshot,
  how: { readonly nowMs: number; readonly lastTried?: LastTried },
): Entry | undefined {
  const queue = snapshot.queues.get(head.queue.metadata.name ?? '');
  if (queue === undefined) return undefined;
  const requests = requestsOf(head.workload);
  const search = { workload: head.workload, queue, snapshot, ...how };
  const found = nominated(search, requests);
  const { assignment, targets } = (isGood(found) ? found : reduced(search, requests)) ?? found;
  return { ...head, snapshotQueue: queue, requests, assignment, targets };
}

interface NominationSearch {
  readonly workload: Workload;
  readonly queue: QueueSnapshot;
  readonly snapshot: Snapshot;
  readonly nowMs: number;
  readonly lastTried?: LastTried;
}

interface Nomination {
  readonly assignment: Assignment;
  readonly targets: readonly Target[];
}

function nominated(search: NominationSearch, requests: readonly PodSetRequests[]): Nomination {
  const assignment = assignFlavors({ ...search, requests });
  if (modeOfAll(assignment) !== 'Preempt') return { assignment, targets: [] };
  const scarce = scarceOf(assignment);
  return {
    assignment,
    targets: preemptionTargets({ ...search, scarce, usage: assignment.usage }),
  };
}

function isGood({ assignment, targets }: Nomination): boolean {
  const mode = modeOfAll(assignment);
  return mode === 'Fit' || (mode === 'Preempt' && targets.length > 0);
}

/** Partial admission: the largest count that can be had, by bisection. @upstream podset_reducer.go */
function reduced(
  search: NominationSearch,
  requests: readonly PodSetRequests[],
): Nomination | undefined {
  const index = search.workload.spec.podSets.findIndex(
    ({ minCount, count }) => minCount !== undefined && minCount < count,
  );
  const set = search.workload.spec.podSets[index];
  if (set === undefined) return undefined;
  const most = set.count - (set.minCount ?? set.count);
  let best: Nomination | undefined;
  let [low, high] = [0, most];
  while (low <= high) {
    const less = Math.floor((low + high) / 2);
    const counts = requests.map((one, at) =>
      at === index ? scaledTo(one, set.count - less) : one,
    );
    const found = nominated(search, counts);
    if (isGood(found)) {
      best = found;
      high = less - 1;
    } else low = less + 1;
  }
  return best;
}

/** Who comes first: who borrows least, then by priority, then by time. */
export function inOrder(entries: readonly Entry[]): readonly Entry[] {
  return [...entries].sort(
    (a, b) =>
      a.assignment.borrowing - b.assignment.borrowing ||
      priorityOf(b.workload) - priorityOf(a.workload) ||
      queueOrderMs(a.workload) - queueOrderMs(b.workload) ||
      compareText(keyOf(a.workload), keyOf(b.workload)),
  );
}

/** Decides one entry after the other; what one takes is no longer there for the next. */
export function decide(entries: readonly Entry[], snapshot: Snapshot): readonly Decision[] {
  const preempted = new Map<string, Target>();
  return inOrder(entries).map(entry => decideOne(entry, snapshot, preempted));
}

function decideOne(entry: Entry, snapshot: Snapshot, preempted: Map<string, Target>): Decision {
  const { assignment, targets, snapshotQueue } = entry;
  const mode = modeOfAll(assignment);
  const message = messageOf(assignment);
  if (mode === 'NoFit') return { kind: 'wait', entry, message };
  if (mode === 'Preempt' && targets.length === 0) {
    if (snapshotQueue.spec.preemption?.reclaimWithinCohort !== 'Any') reserve(entry);
    return { kind: 'wait', entry, message };
  }
  if (targets.some(({ holder }) => preempted.has(keyOf(holder.workload)))) {
    const told = 'Workload has overlapping preemption targets with another workload';
    return { kind: 'skip', entry, message: told };
  }
  if (!stillFits(entry, snapshot, preempted)) {
    const told = 'Workload no longer fits after processing another workload';
    return { kind: 'skip', entry, message: told };
  }
  for (const target of targets) preempted.set(keyOf(target.holder.workload), target);
  use(snapshotQueue, assignment.usage);
  if (mode === 'Fit') return { kind: 'admit', entry };
  return { kind: 'preempt', entry, message };
}

function stillFits(
  { assignment, snapshotQueue, targets }: Entry,
  snapshot: Snapshot,
  preempted: ReadonlyMap<string, Target>,
): boolean {
  const gone = new Map(preempted);
  for (const target of targets) gone.set(keyOf(target.holder.workload), target);
  for (const { holder } of gone.values()) snapshot.remove(holder);
  const fits = [...assignment.usage].every(
    ([key, amount]) => snapshotQueue.node.available(key) >= amount,
  );
  for (const { holder } of gone.values()) snapshot.add(holder);
  return fits;
}

function use({ node }: QueueSnapshot, usage: FlavorAmounts): void {
  for (const [key, amount] of usage) node.add(key, amount);
}

/** Room is kept for one that may push nobody out, so that it is not passed by for ever. @upstream quotaResourcesToReserve */
function reserve({ assignment, snapshotQueue }: Entry): void {
  const { node } = snapshotQueue;
  for (const [key, amount] of assignment.usage) {
    const { nominal, borrowingLimit } = node.quotaOf(key);
    if (assignment.borrowing === 0) {
      node.add(key, Math.max(0, Math.min(amount, nominal - node.used(key))));
    } else {
      const most = nominal + (borrowingLimit ?? Infinity) - node.used(key);
      node.add(key, Math.min(amount, most));
    }
  }
}
