/** How many leaders there are to be, and from which on they are to be new. @upstream lws v0.10.0 pkg/controllers/leaderworkerset_controller.go rollingUpdateParameters */
import { scaledOr0 } from '../../api/int-or-string.js';
import type { StatefulSet } from '../../api/kinds/apps.js';
import type { Pod } from '../../api/kinds/core.js';
import { isConditionTrue } from '../../api/meta.js';
import { keys, revisionKeyOf } from './keys.js';
import { filledOf, type LeaderWorkerSet } from './types.js';

/** Whether a group is ready, and of the latest revision: its leader and its workers. */
export interface GroupState {
  readonly isReady: boolean;
  readonly isUpdated: boolean;
}

/** What the stateful set of the leaders is told. */
export interface Rollout {
  readonly partition: number;
  readonly replicas: number;
  /** The number of leaders that there would have been: an event tells of those that go. */
  readonly surgeGoesTo?: number;
}

/** Whether a stateful set has what it asks for. */
export function isSetReady({ spec, status }: StatefulSet): boolean {
  return (
    (spec?.replicas ?? 1) === (status?.availableReplicas ?? 0) &&
    (status?.currentRevision ?? '') === (status?.updateRevision ?? '')
  );
}

/** Whether a pod runs and is ready. */
export function isRunningAndReady({ status }: Pod): boolean {
  return status?.phase === 'Running' && isConditionTrue(status.conditions, 'Ready');
}

/** The states of the first groups: `members` are all leaders and all stateful sets of the set. */
export function groupStates(
  set: LeaderWorkerSet,
  count: number,
  members: {
    readonly leaders: readonly Pod[];
    readonly sets: readonly StatefulSet[];
    readonly revisionKey: string;
  },
): readonly GroupState[] {
  const { leaders, sets, revisionKey } = members;
  const hasWorkers = filledOf(set).size !== 1;
  return Array.from({ length: count }, (_, index) => {
    const name = `${set.metadata.name ?? ''}-${index}`;
    const isIt = ({ metadata }: Pod | StatefulSet): boolean =>
      metadata.name === name && metadata.labels?.[keys.groupIndex] === String(index);
    const leader = leaders.find(isIt);
    const workers = hasWorkers ? sets.find(isIt) : undefined;
    if (leader === undefined || (hasWorkers && workers === undefined)) {
      return { isReady: false, isUpdated: false };
    }
    return {
      isReady: isRunningAndReady(leader) && (workers === undefined || isSetReady(workers)),
      isUpdated: [leader, workers].every(
        one => one === undefined || revisionKeyOf(one) === revisionKey,
      ),
    };
  });
}

/** Decides; `isNew` tells that the set has just got another revision. */
export function rolloutOf(
  set: LeaderWorkerSet,
  leaderSet: StatefulSet | undefined,
  parts: { readonly isNew: boolean; states(count: number): readonly GroupState[] },
): Rollout {
  const decided = decide(set, leaderSet, parts);
  return { ...decided, partition: Math.max(decided.partition, filledOf(set).partition) };
}

function decide(
  set: LeaderWorkerSet,
  leaderSet: StatefulSet | undefined,
  { isNew, states: statesOf }: Parameters<typeof rolloutOf>[2],
): Rollout {
  const limits = limitsOf(set);
  const { replicas, surge, unavailable } = limits;
  if (leaderSet === undefined) return { partition: 0, replicas };
  const present = leaderSet.spec?.replicas ?? 0;
  if (isNew) {
    const partition = Math.min(replicas, present);
    if (present < replicas) return { partition, replicas };
    return { partition, ...wanted(limits, present, replicas) };
  }
  const current = leaderSet.spec?.updateStrategy?.rollingUpdate?.partition ?? 0;
  if (current === 0 && present === replicas) return { partition: 0, replicas };
  if (present < replicas) return { partition: current, replicas };
  const states = statesOf(present);
  const unready = unreadyCount(states, replicas);
  const before = Number(leaderSet.metadata.annotations?.[keys.replicas]);
  if (before !== replicas) {
    const partition = Math.min(current, replicas + surge);
    return { partition, ...wanted(limits, present, unready) };
  }
  // What is reclaimed of the surge is unavailable, too.
  const step = unavailable + surge - (replicas + surge - present);
  return {
    partition: nextPartition(states, step, current),
    ...wanted(limits, present, unready),
  };
}

interface Limits {
  readonly replicas: number;
  readonly surge: number;
  readonly unavailable: number;
}

function limitsOf(set: LeaderWorkerSet): Limits {
  const { replicas, maxSurge, maxUnavailable } = filledOf(set);
  return {
    replicas,
    surge: Math.min(scaledOr0(maxSurge, replicas, 'up'), replicas),
    unavailable: scaledOr0(maxUnavailable, replicas, 'down'),
  };
}

/** The surge is kept while more groups are not ready than may be, and goes one by one after that. */
function wanted(
  { replicas, surge, unavailable }: Limits,
  present: number,
  unready: number,
): Pick<Rollout, 'replicas' | 'surgeGoesTo'> {
  const kept = unready <= surge ? Math.max(0, unready - unavailable) : surge;
  const all = replicas + kept;
  return { replicas: all, ...(all < present && { surgeGoesTo: all }) };
}

function unreadyCount(states: readonly GroupState[], replicas: number): number {
  return Array.from({ length: replicas }, (_, index) => states[index]).filter(
    state => state?.isReady !== true || !state.isUpdated,
  ).length;
}

/** The partition goes down by as many groups as may be unavailable, and never up. */
export function nextPartition(
  states: readonly GroupState[],
  step: number,
  current: number,
): number {
  const isDone = (state: GroupState | undefined): boolean =>
    state?.isReady === true && state.isUpdated;
  const lastUndone = states.findLastIndex(state => !isDone(state));
  const done = states.length - 1 - lastUndone;
  const least = Math.max(0, states.length - done - step);
  const lost = states.slice(0, least).filter(({ isReady }) => !isReady).length;
  let partition = least + lost;
  // Groups that are not ready anyway may be updated without harm.
  for (let index = Math.min(partition, states.length - 1); index >= least; index--) {
    const state = states[index];
    if (state?.isReady === true && !state.isUpdated) break;
    partition = index;
  }
  return Math.min(partition, current);
}
