/** A Rollout's phase, in a word and why. @upstream argo-rollouts utils/rollout/rolloututil.go CalculateRolloutPhase */
import { isOver } from './analysis-types.js';
import { timeMs } from '../../api/time.js';
import type { AnalysisPhase } from './analysis-types.js';
import { isCompleted } from './conditions.js';
import type { RolloutSpec, RolloutStatus } from './types.js';

/** What a status comes to. */
export interface Phase {
  readonly phase: 'Healthy' | 'Degraded' | 'Progressing' | 'Paused';
  readonly message: string;
}

/** The phase of a status. */
export function phaseOf(spec: RolloutSpec, status: RolloutStatus): Phase {
  const { conditions = [], pauseConditions: [pause] = [], restartedAt } = status;
  for (const { type, reason, message } of conditions) {
    if (type === 'InvalidSpec') return { phase: 'Degraded', message: `${type}: ${message}` };
    if (reason === 'RolloutAborted' || reason === 'ProgressDeadlineExceeded') {
      return { phase: 'Degraded', message: `${reason}: ${message}` };
    }
  }
  if (spec.paused === true) return { phase: 'Paused', message: 'manually paused' };
  if (pause !== undefined) return { phase: 'Paused', message: pause.reason };
  if (spec.restartAt !== undefined && timeMs(spec.restartAt) !== timeMs(restartedAt)) {
    return { phase: 'Progressing', message: 'rollout is restarting' };
  }
  const { updatedReplicas = 0, availableReplicas = 0 } = status;
  if (updatedReplicas < (spec.replicas ?? 1)) {
    return { phase: 'Progressing', message: 'more replicas need to be updated' };
  }
  if (availableReplicas < updatedReplicas) {
    return { phase: 'Progressing', message: 'updated replicas are still becoming available' };
  }
  const message = waitingFor(spec, status);
  return message === '' ? { phase: 'Healthy', message: '' } : { phase: 'Progressing', message };
}

function waitingFor({ strategy }: RolloutSpec, status: RolloutStatus): string {
  const { replicas = 0, updatedReplicas = 0, currentPodHash = '', blueGreen } = status;
  if (strategy?.blueGreen !== undefined) {
    const { activeSelector = '', postPromotionAnalysisRunStatus: run } = blueGreen ?? {};
    if (activeSelector === '' || activeSelector !== currentPodHash) {
      return 'active service cutover pending';
    }
    if (isCompleted(status)) return '';
    const isAnalysed =
      strategy.blueGreen.postPromotionAnalysis !== undefined &&
      (run === undefined || !isOver(run.status as AnalysisPhase));
    return isAnalysed
      ? 'waiting for analysis to complete'
      : 'waiting for post-promotion verification to complete';
  }
  if (strategy?.canary === undefined) return '';
  if (strategy.canary.trafficRouting === undefined && replicas > updatedReplicas) {
    return 'old replicas are pending termination';
  }
  return isCompleted(status) ? '' : 'waiting for all steps to complete';
}
