/** When a Rollout analyses. @upstream argo-rollouts rollout/analysis.go */
import type { ReplicaSet } from '../../api/kinds/apps.js';
import type { AnalysisRun } from './analysis-types.js';
import { blueGreenOf, statusOf } from './defaults.js';
import { pauseConditionOf } from './pause.js';
import { availableOf, hashOfSet, isSaturated, sizeOf } from './replica-sets.js';
import type { Rollout } from './types.js';

/** Whether there is nothing to analyse before the promotion. @upstream skipPrePromotionAnalysisRun */
export function skipsPre(
  rollout: Rollout,
  newSet: ReplicaSet | undefined,
  run: AnalysisRun | undefined,
): boolean {
  const hash = hashOfSet(newSet);
  const { stableRS, blueGreen } = statusOf(rollout);
  const { activeSelector = '' } = blueGreen ?? {};
  if (stableRS === hash || activeSelector === '' || activeSelector === hash || hash === '') {
    return true;
  }
  if (run !== undefined) return false;
  const { previewReplicaCount: count } = blueGreenOf(rollout) ?? {};
  if (count !== undefined) return sizeOf(newSet) !== count || availableOf(newSet) !== count;
  return !isSaturated(rollout, newSet);
}

/** Whether there is nothing to analyse after the promotion. @upstream skipPostPromotionAnalysisRun */
export function skipsPost(
  rollout: Rollout,
  newSet: ReplicaSet | undefined,
  run: AnalysisRun | undefined,
): boolean {
  const hash = hashOfSet(newSet);
  const { stableRS, blueGreen } = statusOf(rollout);
  if (stableRS === hash || blueGreen?.activeSelector !== hash || hash === '') return true;
  return run === undefined && !isSaturated(rollout, newSet);
}

/** Whether another analysis is needed. @upstream needsNewAnalysisRun */
export function needsRun(run: AnalysisRun | undefined, rollout: Rollout): boolean {
  if (run === undefined) return true;
  const { controllerPause, abortedAt } = statusOf(rollout);
  const waits =
    pauseConditionOf(rollout, 'CanaryPauseStep') !== undefined ||
    pauseConditionOf(rollout, 'BlueGreenPause') !== undefined;
  if (controllerPause === true && !waits) return run.status?.phase === 'Inconclusive';
  return abortedAt !== undefined;
}

/** Whether the analysis before the promotion is no hindrance. */
export function hasPassedPre(rollout: Rollout, run: AnalysisRun | undefined): boolean {
  return (
    blueGreenOf(rollout)?.prePromotionAnalysis === undefined || run?.status?.phase === 'Successful'
  );
}
