/** How many pods each set of a deployment may have. @upstream pkg/controller/deployment/util/deployment_util.go */
import { scaledOr0 } from '../../api/int-or-string.js';
import type { Deployment, ReplicaSet } from '../../api/kinds/apps.js';
import { sizesOf } from './replica-sets.js';

/** The replicas that the deployment wants. */
export function wantedReplicas(deployment: Deployment): number {
  return deployment.spec?.replicas ?? 1;
}

/** Whether the pods are replaced little by little. */
export function isRolling(deployment: Deployment): boolean {
  return deployment.spec?.strategy?.type === 'RollingUpdate';
}

/** How far the roll-out may go above and below the wanted replicas. @upstream ResolveFenceposts */
function fenceposts(deployment: Deployment): {
  readonly surge: number;
  readonly unavailable: number;
} {
  const { maxSurge, maxUnavailable } = deployment.spec?.strategy?.rollingUpdate ?? {};
  const replicas = wantedReplicas(deployment);
  const surge = scaledOr0(maxSurge, replicas, 'up');
  const unavailable = scaledOr0(maxUnavailable, replicas, 'down');
  return { surge, unavailable: surge === 0 && unavailable === 0 ? 1 : unavailable };
}

/** How many pods may be missing during a roll-out. */
export function maxUnavailable(deployment: Deployment): number {
  const replicas = wantedReplicas(deployment);
  if (!isRolling(deployment) || replicas === 0) return 0;
  return Math.min(fenceposts(deployment).unavailable, replicas);
}

/** How many pods there may be in excess during a roll-out. */
export function maxSurge(deployment: Deployment): number {
  return isRolling(deployment) ? fenceposts(deployment).surge : 0;
}

/** The size that the new set may have now. @upstream NewRSNewReplicas */
export function newSetSize(
  deployment: Deployment,
  sets: readonly ReplicaSet[],
  newSize: number,
): number {
  const replicas = wantedReplicas(deployment);
  if (!isRolling(deployment)) return replicas;
  const surge = deployment.spec?.strategy?.rollingUpdate?.maxSurge;
  const podsMax = replicas + scaledOr0(surge, replicas, 'up');
  const free = podsMax - sizesOf(sets);
  return free <= 0 ? newSize : newSize + Math.min(free, replicas - newSize);
}
