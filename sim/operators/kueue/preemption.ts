/** Whom a workload would push out. @upstream kueue v0.19.2 pkg/scheduler/preemption (classical) */
import { compareText } from '../../api/go-text.js';
import { keyOf } from '../../api/meta.js';
import { timeMs } from '../../api/time.js';
import type { FlavorAmounts, FlavorResource, QuotaNode } from './quota-node.js';
import type { Holder, QueueSnapshot, Snapshot } from './snapshot.js';
import type { PreemptionPolicy, Workload } from './types.js';
import { conditionOf, isEvicted, priorityOf, queueOrderMs } from './workload-status.js';

/** One that is to be pushed out, and why it may be. */
export interface Target {
  readonly holder: Holder;
  readonly reason: PreemptionReason;
  /** Where its queue lies. */
  readonly path: string;
}

/** The reasons of the condition Preempted. */
export type PreemptionReason =
  'InClusterQueue' | 'InCohortReclamation' | 'InCohortReclaimWhileBorrowing';

/** A workload that looks for room, and what it needs. */
export interface Claim {
  readonly workload: Workload;
  readonly queue: QueueSnapshot;
  readonly snapshot: Snapshot;
  /** All that it would use. */
  readonly usage: FlavorAmounts;
  /** Of what there is too little. */
  readonly scarce: ReadonlySet<FlavorResource>;
  readonly nowMs: number;
}

interface Candidate {
  readonly holder: Holder;
  readonly reason: PreemptionReason;
  /** The lowest cohort that both queues are in; absent for those of the same queue. */
  readonly common?: QuotaNode;
  /** It may only go if the one that comes does not borrow then. */
  readonly isForOwnQuota: boolean;
}

/** The smallest set that must go, as the heuristic finds it; none: nobody may, or it would not help. */
export function preemptionTargets(claim: Claim): readonly Target[] {
  const { snapshot } = claim;
  const own = sameQueueCandidates(claim);
  const { hierarchical, byPriority } = cohortCandidates(claim);
  const sorted = [hierarchical, byPriority, own].map(list => ordered(list, claim));
  const candidates = [
    ...sorted.flatMap(list => list.filter(({ holder }) => isEvicted(holder.workload))),
    ...sorted.flatMap(list => list.filter(({ holder }) => !isEvicted(holder.workload))),
  ];
  const hasOthers = hierarchical.length + byPriority.length > 0;
  for (const mayBorrow of attempts(claim, { hasOthers, hasAdvantage: hierarchical.length > 0 })) {
    const removed: Target[] = [];
    for (const candidate of candidates) {
      if (!isStillValid(candidate, claim, mayBorrow)) continue;
      snapshot.remove(candidate.holder);
      const path = snapshot.queues.get(candidate.holder.queue)?.node.path ?? '';
      removed.push({ holder: candidate.holder, reason: candidate.reason, path });
      if (!fits(claim, mayBorrow)) continue;
      const targets = filledBack(claim, removed, mayBorrow);
      for (const { holder } of targets) snapshot.add(holder);
      return targets;
    }
    for (const { holder } of removed) snapshot.add(holder);
  }
  return [];
}

/** Whether borrowing is tried, in which order. */
function attempts(
  { queue, scarce }: Claim,
  found: { readonly hasOthers: boolean; readonly hasAdvantage: boolean },
): readonly boolean[] {
  const isForbidden = isBorrowingForbidden(queue);
  const isUnder = [...scarce].every(key => queue.node.quotaOf(key).nominal > queue.node.used(key));
  if (!found.hasOthers || (isForbidden && !isUnder)) return [true];
  return isForbidden && !found.hasAdvantage ? [false, true] : [true, false];
}

function isBorrowingForbidden({ spec }: QueueSnapshot): boolean {
  return (spec.preemption?.borrowWithinCohort?.policy ?? 'Never') === 'Never';
}

/** Who turns out to be able to stay, is put back: the last that was taken first. */
function filledBack(claim: Claim, removed: readonly Target[], mayBorrow: boolean): Target[] {
  const targets = [...removed];
  for (let index = targets.length - 2; index >= 0; index--) {
    const target = targets[index];
    const last = targets.at(-1);
    if (target === undefined || last === undefined) continue;
    claim.snapshot.add(target.holder);
    if (fits(claim, mayBorrow)) {
      targets[index] = last;
      targets.pop();
    } else claim.snapshot.remove(target.holder);
  }
  return targets;
}

function fits({ queue, usage }: Claim, mayBorrow: boolean): boolean {
  for (const [key, amount] of usage) {
    if (!mayBorrow && queue.node.borrowsWith(key, amount)) return false;
    if (amount > queue.node.available(key)) return false;
  }
  return true;
}

function sameQueueCandidates(claim: Claim): Candidate[] {
  const { queue } = claim;
  const policy = queue.spec.preemption?.withinClusterQueue ?? 'Never';
  return [...queue.holders.values()]
    .filter(holder => isCandidate(holder, claim, policy))
    .map(holder => ({ holder, reason: 'InClusterQueue', isForOwnQuota: false }));
}

function isCandidate(holder: Holder, claim: Claim, policy: PreemptionPolicy): boolean {
  const usesScarce = holder.requests.some(({ flavors = {} }) =>
    Object.entries(flavors).some(([name, flavor]) => claim.scarce.has(`${flavor}\n${name}`)),
  );
  return usesScarce && isAllowed(claim.workload, holder.workload, policy);
}

function isAllowed(comer: Workload, other: Workload, policy: PreemptionPolicy): boolean {
  const [own, its] = [priorityOf(comer), priorityOf(other)];
  switch (policy) {
    case 'Never':
      return false;
    case 'Any':
      return true;
    case 'LowerPriority':
      return own > its;
    case 'LowerOrNewerEqualPriority':
      return own > its || (own === its && queueOrderMs(comer) < queueOrderMs(other));
  }
}

/**
 * Those of other queues that use more than their own: over some the one that comes has an advantage,
 * because a subtree that they are not in holds it.
 */
function cohortCandidates(claim: Claim): {
  readonly hierarchical: Candidate[];
  readonly byPriority: Candidate[];
} {
  const hierarchical: Candidate[] = [];
  const byPriority: Candidate[] = [];
  const { queue, usage } = claim;
  const policy = queue.spec.preemption?.reclaimWithinCohort ?? 'Never';
  if (policy === 'Never') return { hierarchical, byPriority };
  let { isWhole: hasAdvantage, remaining } = queue.node.fit(usage);
  let below: QuotaNode = queue.node;
  for (const cohort of queue.node.ancestors) {
    for (const holder of borrowersIn(cohort, below, claim)) {
      if (!isCandidate(holder, claim, policy)) continue;
      const candidate = cohortCandidate(holder, cohort, claim, hasAdvantage);
      (hasAdvantage ? hierarchical : byPriority).push(candidate);
    }
    const fit = cohort.fit(remaining);
    remaining = fit.remaining;
    hasAdvantage ||= fit.isWhole;
    below = cohort;
  }
  return { hierarchical, byPriority };
}

function cohortCandidate(
  holder: Holder,
  common: QuotaNode,
  { workload, queue }: Claim,
  hasAdvantage: boolean,
): Candidate {
  const found = { holder, common } as const;
  if (hasAdvantage) return { ...found, reason: 'InCohortReclamation', isForOwnQuota: false };
  const threshold = queue.spec.preemption?.borrowWithinCohort?.maxPriorityThreshold;
  const its = priorityOf(holder.workload);
  const isAbove = its >= priorityOf(workload) || (threshold !== undefined && its > threshold);
  return isBorrowingForbidden(queue) || isAbove
    ? { ...found, reason: 'InCohortReclamation', isForOwnQuota: true }
    : { ...found, reason: 'InCohortReclaimWhileBorrowing', isForOwnQuota: false };
}

/** The workloads of the queues below the node that borrow, but for those of one subtree. */
function borrowersIn(node: QuotaNode, skipped: QuotaNode, claim: Claim): readonly Holder[] {
  return node.children.flatMap(child => {
    if (child === skipped || child.isWithinNominal(claim.scarce)) return [];
    const queue = claim.snapshot.queues.get(child.name);
    if (queue?.node === child) return [...queue.holders.values()];
    return borrowersIn(child, skipped, claim);
  });
}

/** Whether its queue still borrows, after those that went before. */
function isStillValid(candidate: Candidate, claim: Claim, mayBorrow: boolean): boolean {
  const { holder, common, isForOwnQuota } = candidate;
  if (holder.queue === claim.queue.name) return true;
  if (mayBorrow && isForOwnQuota) return false;
  const node = claim.snapshot.queues.get(holder.queue)?.node;
  if (node === undefined || node.isWithinNominal(claim.scarce)) return false;
  for (const above of node.ancestors) {
    if (above === common) break;
    if (above.isWithinNominal(claim.scarce)) return false;
  }
  return true;
}

/** Evicted ones first, then lower priorities, then those that came in last. */
function ordered(candidates: readonly Candidate[], { nowMs }: Claim): readonly Candidate[] {
  return [...candidates].sort((a, b) => {
    const [one, other] = [a.holder.workload, b.holder.workload];
    return (
      Number(isEvicted(other)) - Number(isEvicted(one)) ||
      priorityOf(one) - priorityOf(other) ||
      reservedMs(other, nowMs) - reservedMs(one, nowMs) ||
      compareText(one.metadata.uid ?? keyOf(one), other.metadata.uid ?? keyOf(other))
    );
  });
}

function reservedMs(workload: Workload, nowMs: number): number {
  const condition = conditionOf(workload, 'QuotaReserved');
  return condition?.status === 'True' ? (timeMs(condition.lastTransitionTime) ?? nowMs) : nowMs;
}
