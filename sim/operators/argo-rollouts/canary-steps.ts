/** Where a canary is in its steps. @upstream argo-rollouts utils/replicaset/canary.go, utils/rollout/rolloututil.go */
import { parseDuration } from '../../api/duration.js';
import type { ReplicaSet } from '../../api/kinds/apps.js';
import {
  abortDelayOf,
  canaryOf,
  hasAbortDelay,
  maxWeightOf,
  replicasOf,
  statusOf,
} from './defaults.js';
import { stepHashOf } from './hash.js';
import { availableOf, hasTemplateChanged } from './replica-sets.js';
import type { CanaryScale, CanaryStep, Rollout } from './types.js';

/** The step and its index: no step after the last one, no index where there are none. */
export function currentStep(rollout: Rollout): {
  readonly step?: CanaryStep;
  readonly index?: number;
} {
  const { steps = [] } = canaryOf(rollout) ?? {};
  if (steps.length === 0) return {};
  const { currentStepIndex: index = 0 } = statusOf(rollout);
  const step = steps[index];
  return step === undefined ? { index } : { step, index };
}

/** Whether template or steps are others than those last seen. */
export function hasChanged(rollout: Rollout, newSet: ReplicaSet | undefined): boolean {
  const { currentStepHash = '' } = statusOf(rollout);
  return (
    currentStepHash === '' ||
    currentStepHash !== stepHashOf(rollout) ||
    hasTemplateChanged(rollout, newSet)
  );
}

/** The weight that the steps so far have set. @upstream GetCurrentSetWeight */
export function setWeightOf(rollout: Rollout): number {
  if (statusOf(rollout).abort === true) return 0;
  const { step, index = 0 } = currentStep(rollout);
  if (step === undefined) return maxWeightOf(rollout);
  const { steps = [] } = canaryOf(rollout) ?? {};
  const last = steps.slice(0, index + 1).findLast(one => one.setWeight !== undefined);
  return last?.setWeight ?? 0;
}

/** The replicas of so much of the weight, rounded up. */
export function replicasOfWeight(replicas: number, weight: number, maxWeight: number): number {
  return Math.ceil((weight * replicas) / maxWeight);
}

/**
 * The weight that the canary is to have. An aborted one whose stable set grows again goes back step by
 * step, so that the stable pods need not all come at once.
 */
export function desiredWeight(
  rollout: Rollout,
  newSet: ReplicaSet | undefined,
  stableSet: ReplicaSet | undefined,
): number {
  const { steps = [], dynamicStableScale = false } = canaryOf(rollout) ?? {};
  const isBack = statusOf(rollout).abort === true && dynamicStableScale;
  if (!isBack || newSet === undefined || stableSet === undefined) return setWeightOf(rollout);
  const replicas = replicasOf(rollout);
  const expected = replicas - availableOf(stableSet);
  const canaries = hasAbortDelay(rollout) ? expected : Math.max(expected, availableOf(newSet));
  const maxWeight = maxWeightOf(rollout);
  const back = steps.findLast(
    ({ setWeight }) =>
      setWeight !== undefined && replicasOfWeight(replicas, setWeight, maxWeight) < canaries,
  );
  return back?.setWeight ?? 0;
}

/** The scale that the steps so far have set, where it counts. @upstream UseSetCanaryScale */
export function canaryScale(rollout: Rollout): CanaryScale | undefined {
  const { steps = [], trafficRouting } = canaryOf(rollout) ?? {};
  if (trafficRouting === undefined) return undefined;
  if (statusOf(rollout).abort === true && abortDelayOf(rollout) !== undefined) return undefined;
  const { step, index = 0 } = currentStep(rollout);
  if (step === undefined) return undefined;
  const last = steps.slice(0, index + 1).findLast(one => one.setCanaryScale !== undefined);
  return last?.setCanaryScale?.matchTrafficWeight === true ? undefined : last?.setCanaryScale;
}

/** What the canary is to be: so many replicas, or a weight. @upstream GetCanaryReplicasOrWeight */
export function replicasOrWeight(
  rollout: Rollout,
  newSet: ReplicaSet | undefined,
  stableSet: ReplicaSet | undefined,
): { readonly replicas?: number; readonly weight: number } {
  const { promoteFull, stableRS = '', currentPodHash = '' } = statusOf(rollout);
  if (promoteFull === true || stableRS === '' || currentPodHash === stableRS) {
    return { weight: maxWeightOf(rollout) };
  }
  const { replicas, weight } = canaryScale(rollout) ?? {};
  if (replicas !== undefined) return { replicas, weight: 0 };
  return { weight: weight ?? desiredWeight(rollout, newSet, stableSet) };
}

/** How long a step pauses: undefined, until somebody goes on; -1 where it cannot be read. */
export function pauseSecondsOf({ pause }: CanaryStep): number | undefined {
  const duration = pause?.duration;
  if (typeof duration !== 'string') return duration;
  if (/^[+-]?\d+$/.test(duration)) return Number(duration);
  const parsed = parseDuration(duration);
  return parsed.isOk ? Math.trunc(parsed.value / 1e9) : -1;
}

/** A step as events tell it. @upstream CanaryStepString */
export function stepText(step: CanaryStep): string {
  const { setWeight, pause, setCanaryScale: scale, plugin } = step;
  if (setWeight !== undefined) return `setWeight: ${setWeight}`;
  if (pause !== undefined) {
    return pause.duration === undefined ? 'pause' : `pause: ${pause.duration}`;
  }
  if (step.experiment !== undefined) return 'experiment';
  if (step.analysis !== undefined) return 'analysis';
  if (scale?.weight !== undefined) return `setCanaryScale{weight: ${scale.weight}}`;
  if (scale?.matchTrafficWeight === true) return 'setCanaryScale{matchTrafficWeight: true}';
  if (scale?.replicas !== undefined) return `setCanaryScale{replicas: ${scale.replicas}}`;
  if (plugin !== undefined) return `plugin: ${plugin.name}`;
  if (step.setHeaderRoute !== undefined) return `setHeaderRoute: ${step.setHeaderRoute.name ?? ''}`;
  if (step.setMirrorRoute !== undefined) return `setMirrorRoute: ${step.setMirrorRoute.name}`;
  return 'invalid';
}
