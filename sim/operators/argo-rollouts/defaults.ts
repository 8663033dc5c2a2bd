/** What a Rollout means where it says nothing. @upstream argo-rollouts utils/defaults/defaults.go */
import { scaledValue, type IntOrString } from '../../api/int-or-string.js';
import type { BlueGreenStrategy, CanaryStrategy, Rollout, RolloutStatus } from './types.js';

const delaySecondsDefault = 30;
/** What both bounds are: a quarter. */
export const boundDefault = '25';

/** The canary's strategy. */
export function canaryOf({ spec }: Rollout): CanaryStrategy | undefined {
  return spec.strategy?.canary;
}

/** The blue-green strategy. */
export function blueGreenOf({ spec }: Rollout): BlueGreenStrategy | undefined {
  return spec.strategy?.blueGreen;
}

/** What is known of it. */
export function statusOf({ status }: Rollout): RolloutStatus {
  return status ?? {};
}

/** The replicas that it wants. */
export function replicasOf({ spec }: Rollout): number {
  return spec.replicas ?? 1;
}

/** How many old sets are kept. */
export function historyLimitOf({ spec }: Rollout): number {
  return spec.revisionHistoryLimit ?? 10;
}

/** How long nothing may happen. */
export function deadlineSecondsOf({ spec }: Rollout): number {
  return spec.progressDeadlineSeconds ?? 600;
}

/** The weight that means all of the traffic. */
export function maxWeightOf(rollout: Rollout): number {
  return canaryOf(rollout)?.trafficRouting?.maxTrafficWeight ?? 100;
}

/** How long the pods of the last stable template stay. */
export function scaleDownDelayOf(rollout: Rollout): number {
  const [canary, blueGreen] = [canaryOf(rollout), blueGreenOf(rollout)];
  if (canary !== undefined) {
    if (canary.trafficRouting === undefined) return 0;
    return canary.scaleDownDelaySeconds ?? delaySecondsDefault;
  }
  return blueGreen?.scaleDownDelaySeconds ?? delaySecondsDefault;
}

/** How long the pods of an aborted template stay: undefined, for ever. */
export function abortDelayOf(rollout: Rollout): number | undefined {
  const [canary, blueGreen] = [canaryOf(rollout), blueGreenOf(rollout)];
  const said =
    blueGreen !== undefined
      ? (blueGreen.abortScaleDownDelaySeconds ?? delaySecondsDefault)
      : canary?.trafficRouting !== undefined
        ? (canary.abortScaleDownDelaySeconds ?? delaySecondsDefault)
        : 0;
  const isSaid = blueGreen !== undefined || canary?.trafficRouting !== undefined;
  return isSaid && said === 0 ? undefined : said;
}

/** Whether somebody said how long the pods of an aborted template stay. */
export function hasAbortDelay(rollout: Rollout): boolean {
  const strategy = blueGreenOf(rollout) ?? canaryOf(rollout);
  const isUsed =
    blueGreenOf(rollout) !== undefined || canaryOf(rollout)?.trafficRouting !== undefined;
  return isUsed && (strategy?.abortScaleDownDelaySeconds ?? 0) !== 0;
}

/** How many old sets may stay scaled up. */
export function scaleDownLimitOf(rollout: Rollout): number {
  const { scaleDownDelayRevisionLimit: limit } = blueGreenOf(rollout) ?? canaryOf(rollout) ?? {};
  return limit ?? Number.MAX_SAFE_INTEGER;
}

function boundsOf(rollout: Rollout): { readonly surge: number; readonly unavailable: number } {
  const replicas = replicasOf(rollout);
  const { maxSurge = boundDefault, maxUnavailable = boundDefault } = canaryOf(rollout) ?? {};
  const surge = shareOf(maxSurge, replicas, 'up');
  const unavailable = shareOf(maxUnavailable, replicas, 'down');
  if (surge === undefined || unavailable === undefined) return { surge: 0, unavailable: 0 };
  return { surge, unavailable: surge === 0 && unavailable === 0 ? 1 : unavailable };
}

/** A text is a percentage, with its sign or without. @upstream intstr.GetValueFromIntOrPercent */
function shareOf(value: IntOrString, total: number, rounding: 'up' | 'down'): number | undefined {
  if (typeof value === 'number') return value;
  const scaled = scaledValue(`${value.replaceAll('%', '')}%`, total, rounding);
  return scaled.isOk ? scaled.value : undefined;
}

/** How many pods may be missing. @upstream utils/replicaset/replicaset.go MaxUnavailable */
export function maxUnavailableOf(rollout: Rollout): number {
  const replicas = replicasOf(rollout);
  if (replicas === 0) return 0;
  const canary = canaryOf(rollout);
  const missing =
    canary !== undefined
      ? boundsOf(rollout).unavailable
      : (shareOf(blueGreenOf(rollout)?.maxUnavailable ?? boundDefault, replicas, 'down') ?? 0);
  return Math.min(missing, replicas);
}

/** How many pods there may be in excess. @upstream utils/replicaset/replicaset.go MaxSurge */
export function maxSurgeOf(rollout: Rollout): number {
  return canaryOf(rollout) === undefined ? 0 : boundsOf(rollout).surge;
}
