/** When a template becomes the stable one. @upstream argo-rollouts rollout/sync.go shouldFullPromote, promoteStable */
import { deployments } from '../../api/kinds/apps.js';
import type { Reconciliation } from '../../client/contract.js';
import { call, get, update } from '../../client/requests.js';
import { isFarEnough } from './canary-counts.js';
import { currentStep } from './canary-steps.js';
import { blueGreenOf, canaryOf, replicasOf, statusOf } from './defaults.js';
import { availableOf, revisionOf } from './replica-sets.js';
import { isFastRollback, isWithinWindow } from './rollback.js';
import type { Failure, RolloutState } from './state.js';
import type { StatusDraft } from './types.js';

/** Why it does; '' while the update goes on. */
export function promotionOf(state: RolloutState, status: StatusDraft): string {
  if (state.stableSet === undefined) return 'Initial deploy';
  if (canaryOf(state.rollout) !== undefined) return ofCanary(state);
  return blueGreenOf(state.rollout) === undefined ? '' : ofBlueGreen(state, status);
}

function ofCanary(state: RolloutState): string {
  const { rollout, newSet, pause } = state;
  const { steps = [], replicaProgressThreshold } = canaryOf(rollout) ?? {};
  if (pause.isAborted || newSet === undefined) return '';
  const replicas = replicasOf(rollout);
  const isThere =
    availableOf(newSet) >= replicas || isFarEnough(replicaProgressThreshold, newSet, replicas);
  if (!isThere) return '';
  const fast = fastReason(state);
  if (fast !== '') return fast;
  const isThrough = steps.length === 0 || currentStep(rollout).index === steps.length;
  return isThrough ? `Completed all ${steps.length} canary steps` : '';
}

function ofBlueGreen(state: RolloutState, status: StatusDraft): string {
  const { activeSelector = '' } = status.blueGreen ?? {};
  if (activeSelector === '') return 'Initial deploy';
  if (activeSelector !== status.currentPodHash) return '';
  const fast = fastReason(state);
  if (fast !== '') return fast;
  if (state.pause.isAborted) return '';
  const isAnalysed = blueGreenOf(state.rollout)?.postPromotionAnalysis !== undefined;
  if (isAnalysed && state.runs.post?.status?.phase !== 'Successful') return '';
  return 'Completed blue-green update';
}

function fastReason(state: RolloutState): string {
  if (statusOf(state.rollout).promoteFull === true) return 'Full promotion requested';
  if (!isFastRollback(state)) return '';
  return isWithinWindow(state) ? 'Rollback within window' : 'Fast rollback';
}

/** Makes the present template the stable one. */
export function* promote(
  state: RolloutState,
  status: StatusDraft,
  reason: string,
): Reconciliation<Failure> {
  const { rollout, pause } = state;
  pause.clear();
  pause.removeAbort();
  status.promoteFull = false;
  const { scaleUpPreviewCheckPoint: _, ...blueGreen } = status.blueGreen ?? {};
  status.blueGreen = blueGreen;
  const canary = canaryOf(rollout);
  if (canary !== undefined) {
    delete status.currentStepIndex;
    const count = canary.steps?.length ?? 0;
    if (count > 0) status.currentStepIndex = count;
  }
  const { currentPodHash: hash = '' } = status;
  if (status.stableRS !== hash) {
    status.stableRS = hash;
    const revision = revisionOf(rollout);
    state.tell(
      'RolloutCompleted',
      `Rollout completed update to revision ${revision} (${hash}): ${reason}`,
    );
  }
  const isFirst = revisionOf(rollout) === 1 && statusOf(rollout).phase === 'Healthy';
  const scalesDown = rollout.spec.workloadRef?.scaleDown === 'onsuccess';
  return isFirst && scalesDown ? yield* scaleWorkload(state, 0) : undefined;
}

/** Scales the Deployment whose template it took over. @upstream rollout/scale_utils.go */
export function* scaleWorkload(state: RolloutState, size: number): Reconciliation<Failure> {
  const { name = '' } = state.rollout.spec.workloadRef ?? {};
  const found = yield* call(get(deployments, state.namespace, name));
  if (!found.isOk) return found.message;
  const replicas = Math.max(0, size);
  const { spec } = found.object;
  if (spec === undefined || spec.replicas === replicas) return undefined;
  const answer = yield* call(update(deployments, { ...found.object, spec: { ...spec, replicas } }));
  return answer.isOk ? undefined : answer.message;
}
