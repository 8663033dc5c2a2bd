/** Which old sets a deployment keeps no longer. @upstream pkg/controller/deployment/sync.go cleanupDeployment */
import type { Deployment, ReplicaSet } from '../../api/kinds/apps.js';
import { isDeleting } from '../../api/meta.js';
import { revisionOf } from './annotations.js';
import { byAge, sizeOf } from './replica-sets.js';

/** The sets beyond the history's limit, oldest revision first, that have no pods. */
export function outdatedSets(
  deployment: Deployment,
  oldSets: readonly ReplicaSet[],
): readonly ReplicaSet[] {
  const limit = deployment.spec?.revisionHistoryLimit;
  if (limit === undefined || limit === 2_147_483_647) return [];
  const alive = oldSets.filter(set => !isDeleting(set));
  if (alive.length <= limit) return [];
  return alive
    .sort(byRevision)
    .slice(0, alive.length - limit)
    .filter(isEmpty);
}

function isEmpty(set: ReplicaSet): boolean {
  const { status, metadata } = set;
  const isSeen = (metadata.generation ?? 0) <= (status?.observedGeneration ?? 0);
  return (status?.replicas ?? 0) === 0 && sizeOf(set) === 0 && isSeen;
}

function byRevision(a: ReplicaSet, b: ReplicaSet): number {
  const [left, right] = [revisionOf(a), revisionOf(b)];
  if (left === undefined || right === undefined || left === right) return byAge(a, b);
  return left < right ? -1 : 1;
}
