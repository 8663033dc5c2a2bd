/** The status of a set. @upstream lws v0.10.0 pkg/controllers/leaderworkerset_controller.go updateStatus, updateConditions */
import type { StatefulSet } from '../../api/kinds/apps.js';
import type { Pod } from '../../api/kinds/core.js';
import { keys, revisionKeyOf } from './keys.js';
import { leaderLabels } from './objects.js';
import { isRunningAndReady, isSetReady } from './rollout.js';
import {
  filledOf,
  type LeaderWorkerSet,
  type LeaderWorkerSetStatus,
  type SetCondition,
} from './types.js';

/** What is seen of a set. */
export interface Seen {
  readonly leaderSet: StatefulSet;
  readonly leaders: readonly Pod[];
  readonly revisionKey: string;
  readonly now: string;
  /** The workers of the leader of this name. */
  workersOf(leader: string): StatefulSet | undefined;
}

/** The status, what is told of it where a condition has changed, and whether all groups are new and ready. */
export interface Judged {
  readonly status: LeaderWorkerSetStatus;
  readonly event?: { readonly reason: string; readonly message: string };
  readonly isUpdateDone: boolean;
}

const told = {
  Available: { reason: 'AllGroupsReady', message: 'All replicas are ready' },
  UpdateInProgress: { reason: 'GroupsUpdating', message: 'Rolling Upgrade is in progress' },
  Progressing: { reason: 'GroupsProgressing', message: 'Replicas are progressing' },
} as const;

type ConditionType = keyof typeof told;

/** Judges. */
export function judge(set: LeaderWorkerSet, seen: Seen): Judged {
  const counts = countsOf(set, seen);
  const { replicas, partition } = filledOf(set);
  const types = conditionTypes(counts, replicas);
  const before = set.status?.conditions ?? [];
  const conditions = withConditions(before, types, {
    generation: set.metadata.generation ?? 0,
    now: seen.now,
  });
  const { reason, message } = told[types[0]];
  const ready = `with ${counts.ready} groups ready of total ${replicas} groups`;
  return {
    status: statusOf(set, seen, { ...counts, conditions }),
    isUpdateDone: partition === 0 && counts.updatedAndReady === replicas,
    ...(conditions !== before && { event: { reason, message: `${message}, ${ready}` } }),
  };
}

function statusOf(
  set: LeaderWorkerSet,
  { leaderSet }: Seen,
  all: Counts & { readonly conditions: readonly SetCondition[] },
): LeaderWorkerSetStatus {
  const selector = Object.entries(leaderLabels(set)).map(([key, value]) => `${key}=${value}`);
  const replicas = leaderSet.status?.replicas ?? 0;
  const { generation } = set.metadata;
  return {
    ...(all.conditions.length > 0 && { conditions: all.conditions }),
    ...(all.ready > 0 && { readyReplicas: all.ready }),
    ...(all.updated > 0 && { updatedReplicas: all.updated }),
    ...(replicas > 0 && { replicas }),
    hpaPodSelector: set.status?.hpaPodSelector || selector.join(','),
    ...(generation !== undefined && { observedGeneration: generation }),
  };
}

interface Counts {
  readonly ready: number;
  readonly updated: number;
  /** Of the groups that are wanted, not of those that surge. */
  readonly wantedAndReady: number;
  /** Of the wanted groups that the partition lets be updated. */
  readonly free: number;
  readonly freeAndUpdated: number;
  readonly updatedAndReady: number;
}

function countsOf(set: LeaderWorkerSet, seen: Seen): Counts {
  const { replicas, partition } = filledOf(set);
  const groups = seen.leaders.flatMap(leader => groupOf(set, leader, seen));
  const count = (fits: (group: Group) => boolean): number => groups.filter(fits).length;
  const isWanted = ({ index }: Group): boolean => index < replicas;
  const isFree = ({ index }: Group): boolean => index < replicas && index >= partition;
  return {
    ready: count(({ isReady }) => isReady),
    updated: count(({ isUpdated }) => isUpdated),
    wantedAndReady: count(group => isWanted(group) && group.isReady),
    free: count(isFree),
    freeAndUpdated: count(group => isFree(group) && group.isUpdated),
    updatedAndReady: count(group => isFree(group) && group.isReady && group.isUpdated),
  };
}

interface Group {
  readonly index: number;
  readonly isReady: boolean;
  readonly isUpdated: boolean;
}

/** A leader without its workers is no group yet. */
function groupOf(set: LeaderWorkerSet, leader: Pod, seen: Seen): readonly Group[] {
  const hasWorkers = filledOf(set).size !== 1;
  const workers = hasWorkers ? seen.workersOf(leader.metadata.name ?? '') : undefined;
  if (hasWorkers && workers === undefined) return [];
  const isOfRevision = (object: Pod | StatefulSet): boolean =>
    revisionKeyOf(object) === seen.revisionKey;
  return [
    {
      index: Number(leader.metadata.labels?.[keys.groupIndex]),
      isReady: (workers === undefined || isSetReady(workers)) && isRunningAndReady(leader),
      isUpdated: (workers === undefined || isOfRevision(workers)) && isOfRevision(leader),
    },
  ];
}

function conditionTypes(
  { free, freeAndUpdated, wantedAndReady, updatedAndReady }: Counts,
  replicas: number,
): readonly [ConditionType, ...ConditionType[]] {
  if (freeAndUpdated < free) return ['UpdateInProgress', 'Progressing'];
  const isAvailable = wantedAndReady === replicas && updatedAndReady === free;
  return [isAvailable ? 'Available' : 'Progressing'];
}

/** The conditions after these became true; the same list where nothing changes. */
export function withConditions(
  before: readonly SetCondition[],
  types: readonly ConditionType[],
  at: { readonly generation: number; readonly now: string },
): readonly SetCondition[] {
  let after = before;
  // Upstream looks at no further type once one has changed anything: its next pass does.
  for (const type of types) if (after === before) after = withCondition(before, type, at);
  if (after.every(({ observedGeneration }) => observedGeneration === at.generation)) return after;
  return after.map(condition => ({ ...condition, observedGeneration: at.generation }));
}

function withCondition(
  before: readonly SetCondition[],
  type: ConditionType,
  { generation, now }: { readonly generation: number; readonly now: string },
): readonly SetCondition[] {
  const times = { lastTransitionTime: now, observedGeneration: generation };
  const wanted = { type, status: 'True', ...times, ...told[type] };
  const after = before.map(one => {
    if (one.type !== type) {
      return one.status === 'True' && areExclusive(one.type, type)
        ? { ...one, status: 'False', ...times }
        : one;
    }
    return one.status === 'True' && one.observedGeneration === generation ? one : wanted;
  });
  if (!before.some(one => one.type === type)) return [...after, wanted];
  return after.every((one, index) => one === before[index]) ? before : after;
}

/** A set that is available neither progresses nor is updated. */
function areExclusive(one: string, other: string): boolean {
  return one !== other && (one === 'Available' || other === 'Available');
}
