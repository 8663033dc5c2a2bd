/** Finds flavours for a workload's pods. @upstream kueue v0.19.2 pkg/scheduler/flavorassigner/flavorassigner.go */
import { compareText } from '../../api/go-text.js';
import {
  modeOf,
  preemptionModes,
  type Assignment,
  type Attempt,
  type FlavorChoice,
  type PreemptionMode,
  type SetAssignment,
} from './assignment.js';
import { mismatch } from './flavor-match.js';
import { preemptionTargets } from './preemption.js';
import { flavorResource, lowestFit } from './quota-node.js';
import { quantityText, type PodSetRequests, type Requests } from './requests.js';
import type { QueueSnapshot, Snapshot } from './snapshot.js';
import type { FlavorFungibility, ResourceGroup, Workload } from './types.js';

/** Where the last look at a workload stopped: by set of pods and resource, the flavour tried last. */
export type LastTried = readonly ReadonlyMap<string, number>[];

/** What flavours are sought for, and where. */
export interface Search {
  readonly workload: Workload;
  readonly requests: readonly PodSetRequests[];
  readonly queue: QueueSnapshot;
  readonly snapshot: Snapshot;
  readonly lastTried?: LastTried;
  readonly nowMs: number;
}

/** How good a flavour is. */
interface Grade {
  readonly mode: PreemptionMode;
  readonly borrow: number;
}

interface Found {
  readonly flavors: ReadonlyMap<string, FlavorChoice>;
  readonly reasons: readonly string[];
  readonly attempts: readonly Attempt[];
}

/** Gives each set of pods flavours, as far as that goes: it stops at the first set that finds none. */
export function assignFlavors(search: Search): Assignment {
  const sets: SetAssignment[] = [];
  const usage = new Map<string, number>();
  let borrowing = 0;
  for (const [index, set] of search.requests.entries()) {
    const requests = withPods(set, search.queue);
    const found = findForSet(search, index, requests, usage);
    const { name, count } = set;
    sets.push({ name, count, requests, ...found });
    for (const [resource, { flavor, borrow }] of found.flavors) {
      borrowing = Math.max(borrowing, borrow);
      const key = flavorResource(flavor, resource);
      usage.set(key, (usage.get(key) ?? 0) + (requests.get(resource) ?? 0));
    }
    if (requests.size > 0 && found.flavors.size === 0) break;
  }
  return { sets, usage, borrowing };
}

/** Where quotas count pods, each set asks for so many. */
function withPods({ requests, count }: PodSetRequests, queue: QueueSnapshot): Requests {
  return groupOf(queue, 'pods') === undefined ? requests : new Map([...requests, ['pods', count]]);
}

function groupOf(queue: QueueSnapshot, resource: string): ResourceGroup | undefined {
  return queue.groups.find(({ coveredResources }) => coveredResources.includes(resource));
}

function findForSet(
  search: Search,
  index: number,
  requests: Requests,
  usage: ReadonlyMap<string, number>,
): Found {
  const flavors = new Map<string, FlavorChoice>();
  const reasons: string[] = [];
  const attempts: Attempt[] = [];
  for (const resource of [...requests.keys()].sort(compareText)) {
    if (flavors.has(resource)) continue;
    const group = groupOf(search.queue, resource);
    if (group === undefined) {
      if (requests.get(resource) === 0) continue;
      const reason = `resource ${resource} unavailable in ClusterQueue`;
      return { flavors: new Map(), reasons: [reason], attempts };
    }
    const found = findInGroup(search, { index, resource, group, requests, usage });
    attempts.push(...found.attempts);
    if (found.flavors.size === 0) {
      return { flavors: new Map(), reasons: found.reasons, attempts };
    }
    for (const [name, choice] of found.flavors) flavors.set(name, choice);
    reasons.push(...found.reasons);
  }
  return { flavors, reasons, attempts };
}

interface GroupSearch {
  readonly index: number;
  readonly resource: string;
  readonly group: ResourceGroup;
  readonly requests: Requests;
  readonly usage: ReadonlyMap<string, number>;
}

/** Tries the flavours of a group in order, and takes the first that is good enough, or the best. */
function findInGroup(search: Search, group: GroupSearch): Found {
  const { workload, snapshot, queue, lastTried } = search;
  const fungibility = queue.spec.flavorFungibility ?? {};
  const set = workload.spec.podSets[group.index];
  const reasons: string[] = [];
  const attempts: Attempt[] = [];
  let best: Tried | undefined;
  let tried = -1;
  const first = (lastTried?.[group.index]?.get(group.resource) ?? -1) + 1;
  for (const [index, { name }] of group.group.flavors.entries()) {
    if (index < first) continue;
    tried = index;
    const problem = set && mismatch(name, snapshot.flavors.get(name), set);
    if (problem !== undefined) {
      reasons.push(problem);
      attempts.push({ flavor: name, mode: 'noFit', borrow: 0, reasons: [problem] });
      continue;
    }
    const one = tryFlavor(search, group, name);
    reasons.push(...one.reasons);
    attempts.push(attemptOf(name, one));
    const isLast = !shouldTryNext(one.grade, fungibility);
    if (isLast || isBetter(one.grade, best?.grade, fungibility)) best = one;
    if (isLast) break;
  }
  const triedIndex = tried === group.group.flavors.length - 1 ? -1 : tried;
  const chosen = [...(best?.choices ?? [])].map(([name, choice]) => {
    return [name, { ...choice, triedIndex }] as const;
  });
  const flavors = new Map(chosen);
  return { flavors, attempts, reasons: best?.grade.mode === 'fit' ? [] : reasons };
}

interface Tried {
  readonly grade: Grade;
  readonly borrow: number;
  readonly choices: ReadonlyMap<string, FlavorChoice>;
  readonly reasons: readonly string[];
}

function attemptOf(flavor: string, { grade, borrow, reasons }: Tried): Attempt {
  return { flavor, mode: grade.mode, borrow, reasons: [...reasons].sort(compareText) };
}

/** Tries one flavour for all resources of its group: the worst of them is its grade. */
function tryFlavor(search: Search, group: GroupSearch, flavor: string): Tried {
  const fungibility = search.queue.spec.flavorFungibility ?? {};
  const choices = new Map<string, FlavorChoice>();
  const reasons: string[] = [];
  let grade: Grade = { mode: 'fit', borrow: 0 };
  let borrow = 0;
  const covered = new Set(group.group.coveredResources);
  for (const resource of [...group.requests.keys()].sort(compareText)) {
    if (!covered.has(resource)) continue;
    const key = flavorResource(flavor, resource);
    const found = fitOf(search, {
      flavor,
      resource,
      assumed: group.usage.get(key) ?? 0,
      asked: group.requests.get(resource) ?? 0,
    });
    reasons.push(...found.reasons);
    borrow = Math.max(borrow, found.grade.borrow);
    if (isBetter(grade, found.grade, fungibility)) grade = found.grade;
    if (grade.mode === 'noFit') continue;
    const mode = modeOf(found.grade.mode);
    choices.set(resource, { flavor, mode, borrow: found.grade.borrow, triedIndex: -1 });
  }
  return { grade, borrow, choices: grade.mode === 'noFit' ? new Map() : choices, reasons };
}

interface Ask {
  readonly flavor: string;
  readonly resource: string;
  /** What sets that came before take. */
  readonly assumed: number;
  readonly asked: number;
}

/** @upstream fitsResourceQuota */
function fitOf(
  { workload, queue, snapshot, nowMs }: Search,
  { flavor, resource, assumed, asked }: Ask,
): { readonly grade: Grade; readonly reasons: readonly string[] } {
  const key = flavorResource(flavor, resource);
  const { node } = queue;
  const told = (amount: number): string => quantityText(resource, amount);
  const wanted = assumed + asked;
  const most = node.potentialAvailable(key);
  if (wanted > most) {
    const sum = `previously considered podsets requests (${told(assumed)}) + current podset request (${told(asked)})`;
    const reason = `insufficient quota for ${resource} in flavor ${flavor}, ${sum} > maximum capacity (${told(most)})`;
    return { grade: { mode: 'noFit', borrow: 0 }, reasons: [reason] };
  }
  const { height, isSmaller } = lowestFit(node, key, wanted);
  const available = node.available(key);
  if (wanted <= available) return { grade: { mode: 'fit', borrow: height }, reasons: [] };
  const reasons = [
    `insufficient unused quota for ${resource} in flavor ${flavor}, ${told(wanted - available)} more needed`,
  ];
  const borrows = (queue.spec.preemption?.borrowWithinCohort?.policy ?? 'Never') !== 'Never';
  if (node.quotaOf(key).nominal < wanted && !isSmaller && !borrows) {
    return { grade: { mode: 'noFit', borrow: height }, reasons };
  }
  const usage = new Map([[key, wanted]]);
  const targets = preemptionTargets({
    ...{ workload, queue, snapshot, nowMs, usage },
    scarce: new Set([key]),
  });
  if (targets.length === 0) return { grade: { mode: 'NoCandidates', borrow: height }, reasons };
  for (const { holder } of targets) snapshot.remove(holder);
  const { height: borrow } = lowestFit(node, key, wanted);
  for (const { holder } of targets) snapshot.add(holder);
  const isOwn = targets.some(({ holder }) => holder.queue === queue.name);
  return { grade: { mode: isOwn ? 'Preempt' : 'Reclaim', borrow }, reasons };
}

function shouldTryNext({ mode, borrow }: Grade, rules: FlavorFungibility): boolean {
  const { whenCanPreempt = 'TryNextFlavor', whenCanBorrow = 'MayStopSearch' } = rules;
  if (mode === 'noFit' || mode === 'NoCandidates') return true;
  if (mode !== 'fit' && whenCanPreempt === 'TryNextFlavor') return true;
  return borrow > 0 && whenCanBorrow === 'TryNextFlavor';
}

/** @upstream isPreferred */
function isBetter(one: Grade, other: Grade | undefined, rules: FlavorFungibility): boolean {
  if (one.mode === 'noFit') return false;
  if (other === undefined || other.mode === 'noFit') return true;
  const isVain = one.mode === 'NoCandidates';
  if (isVain !== (other.mode === 'NoCandidates')) return !isVain;
  const byMode = rankOf(one.mode) - rankOf(other.mode);
  const byBorrowing = other.borrow - one.borrow;
  return rules.preference === 'PreemptionOverBorrowing'
    ? byBorrowing > 0 || (byBorrowing === 0 && byMode > 0)
    : byMode > 0 || (byMode === 0 && byBorrowing > 0);
}

function rankOf(mode: PreemptionMode): number {
  return preemptionModes.indexOf(mode);
}
