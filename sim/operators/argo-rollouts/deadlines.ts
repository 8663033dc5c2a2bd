/** Until when a set stays scaled up. @upstream argo-rollouts rollout/replicaset.go */
import { replicaSets, type ReplicaSet } from '../../api/kinds/apps.js';
import { rfc3339 } from '../../api/time.js';
import type { Reconciliation } from '../../client/contract.js';
import { call, patch } from '../../client/requests.js';
import { abortDelayOf, canaryOf, hasAbortDelay } from './defaults.js';
import { keys } from './keys.js';
import { hasDeadline, isSame } from './replica-sets.js';
import type { Failure, RolloutState } from './state.js';

const path = `/metadata/annotations/${keys.deadline}`;

function* patchSet(set: ReplicaSet, operation: object): Reconciliation<Failure> {
  const { namespace = '', name = '' } = set.metadata;
  const answer = yield* call(
    patch(replicaSets, { namespace, name }, { type: 'json' }, [operation]),
  );
  return answer.isOk ? undefined : answer.message;
}

/** It stays so long, or for ever where that is not said. */
export function* addDeadline(
  state: RolloutState,
  set: ReplicaSet,
  seconds: number,
): Reconciliation<Failure> {
  if (seconds === 0) return hasDeadline(set) ? yield* removeDeadline(set) : undefined;
  const value = rfc3339(state.nowMs + seconds * 1000);
  const failure = yield* patchSet(set, { op: 'add', path, value });
  return failure === undefined
    ? undefined
    : `error adding scale-down-deadline annotation to RS '${set.metadata.name ?? ''}': ${failure}`;
}

function* removeDeadline(set: ReplicaSet): Reconciliation<Failure> {
  if (!hasDeadline(set)) return undefined;
  const failure = yield* patchSet(set, { op: 'remove', path });
  return failure === undefined
    ? undefined
    : `error removing scale-down-deadline annotation from RS '${set.metadata.name ?? ''}': ${failure}`;
}

/** New and stable set are in use: neither is to go. @upstream removeScaleDownDeadlines */
export function* removeDeadlines(state: RolloutState): Reconciliation<Failure> {
  const { newSet, stableSet } = state;
  if (newSet !== undefined && !delaysOnAbort(state)) {
    const failure = yield* removeDeadline(newSet);
    if (failure !== undefined) return failure;
    state.newSet = withoutDeadline(newSet);
    if (isSame(stableSet, newSet)) state.stableSet = state.newSet;
  }
  const { stableSet: stable } = state;
  if (stable === undefined || isSame(stable, state.newSet)) return undefined;
  const failure = yield* removeDeadline(stable);
  state.stableSet = withoutDeadline(stable);
  return failure;
}

function withoutDeadline(set: ReplicaSet): ReplicaSet {
  if (!hasDeadline(set)) return set;
  const { [keys.deadline]: _, ...annotations } = set.metadata.annotations ?? {};
  return { ...set, metadata: { ...set.metadata, annotations } };
}

/** Whether the pods of an aborted template stay for a time. @upstream shouldDelayScaleDownOnAbort */
export function delaysOnAbort({ pause, stableSet, rollout }: RolloutState): boolean {
  const canary = canaryOf(rollout);
  if (!pause.isAborted || stableSet === undefined) return false;
  if (canary !== undefined && canary.trafficRouting === undefined) return false;
  if (abortDelayOf(rollout) === undefined) return false;
  return canary?.dynamicStableScale !== true || hasAbortDelay(rollout);
}
