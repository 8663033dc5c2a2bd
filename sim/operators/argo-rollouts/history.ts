/** Removes what is too old. @upstream argo-rollouts rollout/sync.go reconcileRevisionHistoryLimit */
import { replicaSets } from '../../api/kinds/apps.js';
import { isDeleting } from '../../api/meta.js';
import type { Reconciliation } from '../../client/contract.js';
import { call, remove } from '../../client/requests.js';
import { analysisRuns, type AnalysisRun } from './analysis-types.js';
import { historyLimitOf } from './defaults.js';
import { keys } from './keys.js';
import { byAge, hashOfSet, sizeOf } from './replica-sets.js';
import type { Failure, RolloutState } from './state.js';

/** All but the last old sets, and the analyses of those that go. */
export function* trimHistory(state: RolloutState): Reconciliation<Failure> {
  const { rollout, others, otherRuns } = state;
  const kept = others.filter(set => !isDeleting(set));
  const excess = kept.length - historyLimitOf(rollout);
  if (excess <= 0) return undefined;
  for (const set of kept.toSorted(byAge).slice(0, excess)) {
    const { generation = 0, namespace = '', name = '' } = set.metadata;
    const { replicas = 0, observedGeneration = 0 } = set.status ?? {};
    if (replicas !== 0 || sizeOf(set) !== 0 || generation > observedGeneration) continue;
    const answer = yield* call(remove(replicaSets, namespace, name));
    if (!answer.isOk && answer.status !== 404) return answer.message;
    const hash = hashOfSet(set);
    const runs = otherRuns.filter(({ metadata }) => metadata.labels?.[keys.hash] === hash);
    const failure = hash === '' ? undefined : yield* removeRuns(runs);
    if (failure !== undefined) return failure;
  }
  return undefined;
}

/** Removes analyses. */
export function* removeRuns(runs: readonly AnalysisRun[]): Reconciliation<Failure> {
  for (const run of runs) {
    if (isDeleting(run)) continue;
    const { namespace = '', name = '' } = run.metadata;
    const answer = yield* call(remove(analysisRuns, namespace, name));
    if (!answer.isOk && answer.status !== 404) return answer.message;
  }
  return undefined;
}
