/** Conditions that say that a Rollout was paused, goes on or is tried again: they are written before all else. @upstream argo-rollouts rollout/sync.go checkPausedConditions */
import { conditionIn, conditionOf, isCompleted } from './conditions.js';
import { statusOf } from './defaults.js';
import type { RolloutState } from './state.js';
import type { RolloutCondition } from './types.js';

const paused = ['RolloutPaused', 'Rollout is paused'] as const;
const resumed = ['RolloutResumed', 'Rollout is resumed'] as const;

/** Those that are new. */
export function pausedConditions({ rollout, now }: RolloutState): readonly RolloutCondition[] {
  const status = statusOf(rollout);
  const { conditions, pauseConditions = [], observedGeneration, abort } = status;
  if (observedGeneration !== String(rollout.metadata.generation ?? 0)) return [];
  const progressing = conditionIn(conditions, 'Progressing');
  const isPaused = pauseConditions.length > 0 || rollout.spec.paused === true;
  const isAborted = progressing?.reason === 'RolloutAborted';
  const told: RolloutCondition[] = [];
  const wasPaused = progressing?.reason === 'RolloutPaused';
  if (isPaused !== wasPaused && !isAborted && !isCompleted(status)) {
    const [reason, message] = isPaused ? paused : resumed;
    told.push(conditionOf(['Progressing', 'Unknown'], reason, message, now));
  }
  if (abort !== true && isAborted) {
    const message = 'Retrying Rollout after abort';
    told.push(conditionOf(['Progressing', 'Unknown'], 'RolloutRetry', message, now));
  }
  const isTold = conditionIn(conditions, 'Paused')?.status === 'True';
  if (isPaused !== isTold && !isAborted) {
    told.push(conditionOf(['Paused', isPaused ? 'True' : 'False'], ...paused, now));
  }
  return told;
}
