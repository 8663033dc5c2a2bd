/** What the conditions of a Rollout tell at the end of a pass. @upstream argo-rollouts rollout/sync.go calculateRolloutConditions */
import type { ReplicaSetCondition } from '../../api/kinds/apps.js';
import {
  conditionIn,
  conditionOf,
  hasProgressed,
  hasTimedOut,
  isCompleted,
  isHealthy,
  withCondition,
  without,
} from './conditions.js';
import { canaryOf, replicasOf, statusOf } from './defaults.js';
import { mayLast, subjectOf, waitsForOldSets } from './progress.js';
import { findByHash, isSaturated, revisionOf, sumOf } from './replica-sets.js';
import type { RolloutState } from './state.js';
import type { RolloutCondition, RolloutStatus } from './types.js';

type Conditions = readonly RolloutCondition[];

const notAvailable = 'Rollout does not have minimum availability';

/** The conditions; a change of some of them is an event. */
export function toldConditions(state: RolloutState, status: RolloutStatus): Conditions {
  const before = status.conditions ?? [];
  const healthy = withHealth(state, status, before);
  const hasSickened =
    conditionIn(before, 'Healthy')?.status === 'True' &&
    conditionIn(healthy, 'Healthy')?.status === 'False';
  const aborted = withAbort(state, healthy);
  const progressing = state.pause.isAborted
    ? aborted
    : withProgress(state, status, aborted, hasSickened);
  const available = withAvailability(state, status, progressing);
  return withCompletion(state, status, withFailures(state, available));
}

function withHealth(state: RolloutState, status: RolloutStatus, conditions: Conditions) {
  const isPaused = (status.pauseConditions ?? []).length > 0 || state.rollout.spec.paused === true;
  const tell = (value: 'True' | 'False', message: string) =>
    withCondition(
      conditions,
      conditionOf(['Healthy', value], 'RolloutHealthy', message, state.now),
    );
  if (!isPaused && isHealthy(state.rollout, status)) return tell('True', 'Rollout is healthy');
  const known = conditionIn(statusOf(state.rollout).conditions, 'Healthy');
  return known === undefined ? conditions : tell('False', 'Rollout is not healthy');
}

function withAbort(state: RolloutState, conditions: Conditions): Conditions {
  const { pause, rollout, now } = state;
  if (!pause.isAborted) return conditions;
  const update = `Rollout aborted update to revision ${revisionOf(rollout)}`;
  const message = pause.abortMessage === '' ? update : `${update}: ${pause.abortMessage}`;
  const condition = conditionOf(['Progressing', 'False'], 'RolloutAborted', message, now);
  const next = withCondition(conditions, condition);
  if (next !== conditions) state.tell('RolloutAborted', message, 'Warning');
  return next;
}

function withProgress(
  state: RolloutState,
  status: RolloutStatus,
  conditions: Conditions,
  hasSickened: boolean,
): Conditions {
  const { rollout, newSet, now } = state;
  const subject = subjectOf(state);
  if (isHealthy(rollout, status)) {
    const message = `ReplicaSet "${newSet?.metadata.name ?? ''}" has successfully progressed.`;
    const done = conditionOf(['Progressing', 'True'], 'NewReplicaSetAvailable', message, now);
    return withCondition(conditions, done);
  }
  if (hasProgressed(rollout, status) || hasSickened) {
    const isSick = hasSickened && isCompleted(status);
    const condition = conditionOf(
      ['Progressing', 'True'],
      isSick ? 'ReplicaSetNotAvailable' : 'ReplicaSetUpdated',
      isSick ? notAvailable : `${subject} is progressing.`,
      now,
    );
    const current = conditionIn(statusOf(rollout).conditions, 'Progressing');
    if (current === undefined) return withCondition(conditions, condition);
    const { lastTransitionTime } = current.status === 'True' ? current : condition;
    return [...without(conditions, 'Progressing'), { ...condition, lastTransitionTime }];
  }
  if (mayLast(state) || waitsForOldSets(state)) return conditions;
  if (!hasTimedOut(rollout, conditions, state.nowMs)) return conditions;
  const message = `${subject} has timed out progressing.`;
  return withCondition(
    conditions,
    conditionOf(['Progressing', 'False'], 'ProgressDeadlineExceeded', message, now),
  );
}

function withAvailability(
  { rollout, allSets, now }: RolloutState,
  status: RolloutStatus,
  conditions: Conditions,
): Conditions {
  const active = findByHash(allSets, status.blueGreen?.activeSelector ?? '');
  const isAvailable =
    canaryOf(rollout) !== undefined
      ? sumOf(allSets, 'availableReplicas') >= replicasOf(rollout)
      : isSaturated(rollout, active);
  const message = isAvailable ? 'Rollout has minimum availability' : notAvailable;
  const value = isAvailable ? 'True' : 'False';
  return withCondition(
    conditions,
    conditionOf(['Available', value], 'AvailableReason', message, now),
  );
}

/** Failures of the sets to make pods. */
function withFailures({ newSet, allSets }: RolloutState, conditions: Conditions): Conditions {
  const failures = [newSet, ...allSets].flatMap(set =>
    (set?.status?.conditions ?? []).filter(({ type }) => type === 'ReplicaFailure'),
  );
  const [first] = failures;
  return first === undefined
    ? without(conditions, 'ReplicaFailure')
    : withCondition(conditions, ofSet(first));
}

function ofSet(condition: ReplicaSetCondition): RolloutCondition {
  const { type, status, lastTransitionTime: time = '', reason = '', message = '' } = condition;
  return { type, status, lastUpdateTime: time, lastTransitionTime: time, reason, message };
}

function withCompletion(state: RolloutState, status: RolloutStatus, conditions: Conditions) {
  const reason = 'RolloutCompleted';
  const tell = (value: 'True' | 'False') =>
    withCondition(conditions, conditionOf(['Completed', value], reason, reason, state.now));
  if (isCompleted(status)) return tell('True');
  const next = tell('False');
  if (next !== conditions) {
    const revision = revisionOf(state.rollout);
    const hash = status.currentPodHash ?? '';
    state.tell(
      'RolloutNotCompleted',
      `Rollout not completed, started update to revision ${revision} (${hash})`,
    );
  }
  return next;
}
