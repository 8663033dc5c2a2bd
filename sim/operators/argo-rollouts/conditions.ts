/** The conditions of a Rollout. @upstream argo-rollouts utils/conditions/conditions.go */
import { timeMs } from '../../api/time.js';
import { blueGreenOf, canaryOf, deadlineSecondsOf, replicasOf, statusOf } from './defaults.js';
import type { Rollout, RolloutCondition, RolloutStatus } from './types.js';

type Conditions = readonly RolloutCondition[] | undefined;

/** The condition of a type. */
export function conditionIn(conditions: Conditions, type: string): RolloutCondition | undefined {
  return conditions?.find(condition => condition.type === type);
}

/** A condition that is as of now. */
export function conditionOf(
  [type, status]: readonly [type: string, status: 'True' | 'False' | 'Unknown'],
  reason: string,
  message: string,
  now: string,
): RolloutCondition {
  return { type, status, lastUpdateTime: now, lastTransitionTime: now, reason, message };
}

/** The conditions with this one, last; the same ones where its status and reason are known. */
export function withCondition(
  conditions: Conditions,
  condition: RolloutCondition,
): readonly RolloutCondition[] {
  const known = conditionIn(conditions, condition.type);
  if (known?.status === condition.status && known.reason === condition.reason) {
    return conditions ?? [];
  }
  const { lastTransitionTime } = known?.status === condition.status ? known : condition;
  return [...without(conditions, condition.type), { ...condition, lastTransitionTime }];
}

/** The conditions without one. */
export function without(conditions: Conditions, type: string): readonly RolloutCondition[] {
  return (conditions ?? []).filter(condition => condition.type !== type);
}

/** Whether the new status is further on than the one that is stored. @upstream RolloutProgressing */
export function hasProgressed(rollout: Rollout, status: RolloutStatus): boolean {
  const old = statusOf(rollout);
  const count = (of: RolloutStatus) => {
    const { replicas = 0, updatedReplicas = 0, readyReplicas = 0, availableReplicas = 0 } = of;
    return { updatedReplicas, old: replicas - updatedReplicas, readyReplicas, availableReplicas };
  };
  const [was, is] = [count(old), count(status)];
  return (
    is.updatedReplicas !== was.updatedReplicas ||
    is.old < was.old ||
    is.readyReplicas > was.readyReplicas ||
    is.availableReplicas > was.availableReplicas ||
    hasStrategyProgressed(rollout, old, status)
  );
}

function hasStrategyProgressed(rollout: Rollout, old: RolloutStatus, status: RolloutStatus) {
  const text = (value: string | undefined) => value ?? '';
  if (canaryOf(rollout) !== undefined) {
    const [is, was] = [status.currentStepIndex, old.currentStepIndex];
    return (
      text(status.stableRS) !== text(old.stableRS) ||
      (is !== undefined && was !== undefined && is !== was) ||
      text(status.currentStepHash) !== text(old.currentStepHash)
    );
  }
  const [is, was] = [status.blueGreen, old.blueGreen];
  return (
    text(is?.activeSelector) !== text(was?.activeSelector) ||
    text(is?.previewSelector) !== text(was?.previewSelector)
  );
}

/** Whether all replicas are of the new template, available and in use, and no others are there. @upstream RolloutHealthy */
export function isHealthy(rollout: Rollout, status: RolloutStatus): boolean {
  const replicas = replicasOf(rollout);
  return (
    (status.updatedReplicas ?? 0) === replicas &&
    (status.availableReplicas ?? 0) === replicas &&
    statusOf(rollout).observedGeneration === String(rollout.metadata.generation ?? 0) &&
    isStrategyDone(rollout, status)
  );
}

function isStrategyDone(rollout: Rollout, status: RolloutStatus): boolean {
  const { currentPodHash, currentStepIndex, blueGreen, replicas = 0 } = status;
  const canary = canaryOf(rollout);
  if (canary !== undefined) {
    const count = canary.steps?.length ?? 0;
    const isThrough = count === 0 || currentStepIndex === undefined || count === currentStepIndex;
    return isThrough && isCompleted(status) && replicas === replicasOf(rollout);
  }
  const hasPreview = (blueGreenOf(rollout)?.previewService ?? '') !== '';
  return (
    blueGreen?.activeSelector === currentPodHash &&
    (!hasPreview || blueGreen?.previewSelector === currentPodHash)
  );
}

/** Whether the present template is the stable one. */
export function isCompleted({ stableRS = '', currentPodHash = '' }: RolloutStatus): boolean {
  return stableRS !== '' && stableRS === currentPodHash;
}

/** Whether nothing has happened for too long. @upstream RolloutTimedOut */
export function hasTimedOut(rollout: Rollout, conditions: Conditions, nowMs: number): boolean {
  const condition = conditionIn(conditions, 'Progressing');
  if (condition === undefined) return false;
  const { reason, lastUpdateTime } = condition;
  if (reason === 'RolloutAborted' || reason === 'RolloutPaused') return false;
  if (reason === 'ProgressDeadlineExceeded') return true;
  return (timeMs(lastUpdateTime) ?? 0) + deadlineSecondsOf(rollout) * 1000 < nowMs;
}
