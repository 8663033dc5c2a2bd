/** Restarts pods that are older than a time. @upstream argo-rollouts rollout/restart.go */
import { pods, type Pod } from '../../api/kinds/core.js';
import { isConditionTrue, isDeleting, findCondition } from '../../api/meta.js';
import { timeMs } from '../../api/time.js';
import type { Reconciliation } from '../../client/contract.js';
import { call, createSubresource } from '../../client/requests.js';
import { maxUnavailableOf, replicasOf } from './defaults.js';
import { byAge, isSame, sizesOf } from './replica-sets.js';
import type { RolloutState } from './state.js';

const checkMs = 30_000;

/** How many were evicted, or why one could not be. */
export function* restartPods(state: RolloutState): Reconciliation<number | string> {
  const { rollout, nowMs, draft } = state;
  const { restartAt } = rollout.spec;
  const atMs = timeMs(restartAt);
  if (atMs === undefined || restartAt === undefined) return 0;
  // Upstream looks within its resync of 15 minutes only, and again then.
  if (nowMs < atMs) state.again(atMs - nowMs);
  if (atMs === timeMs(rollout.status?.restartedAt) || nowMs < atMs) return 0;
  const old = podsOf(state).filter(
    ({ metadata }) => (timeMs(metadata.creationTimestamp) ?? 0) < atMs,
  );
  let free = freeOf(state);
  let restarted = 0;
  for (const pod of old) {
    if (free <= 0 || isDeleting(pod)) continue;
    const { namespace = '', name = '' } = pod.metadata;
    const body = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { namespace, name } };
    const of = { namespace, name, subresource: 'eviction' };
    const answer = yield* call(createSubresource(pods, of, body));
    // A disruption budget forbids it for now.
    if (!answer.isOk && answer.status === 429) continue;
    if (!answer.isOk) return answer.message;
    free--;
    restarted++;
  }
  if (old.length > restarted) state.again(checkMs);
  else draft.restartedAt = restartAt;
  return restarted;
}

/** Those of the stable set first, then of the new one, then of the others. */
function podsOf({ allSets, stableSet, newSet, view }: RolloutState): readonly Pod[] {
  const rank = (set: (typeof allSets)[number]): number =>
    isSame(set, stableSet) ? 0 : isSame(set, newSet) ? 1 : 2;
  return allSets
    .toSorted((one, other) => rank(one) - rank(other) || byAge(one, other))
    .flatMap(set => view.byIndex(pods, 'owner', set.metadata.uid ?? ''));
}

/** How many may go at once: as many as may be unavailable, but one at least. */
function freeOf(state: RolloutState): number {
  const { rollout, allSets, nowMs } = state;
  const waitMs = (rollout.spec.minReadySeconds ?? 0) * 1000;
  const available = podsOf(state).filter(pod => {
    const { conditions } = pod.status ?? {};
    if (isDeleting(pod) || !isConditionTrue(conditions, 'Ready')) return false;
    const sinceMs = timeMs(findCondition(conditions, 'Ready')?.lastTransitionTime) ?? 0;
    return waitMs === 0 || sinceMs + waitMs <= nowMs;
  });
  const whole = Math.max(replicasOf(rollout), sizesOf(allSets));
  return available.length - (whole - Math.max(maxUnavailableOf(rollout), 1));
}
