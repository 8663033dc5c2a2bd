/** The status of a deployment, and how its roll-out gets on. @upstream pkg/controller/deployment/{sync,progress}.go */
import type {
  Deployment,
  DeploymentCondition,
  DeploymentStatus,
  ReplicaSet,
} from '../../api/kinds/apps.js';
import { withoutCondition } from '../../api/meta.js';
import { timeMs } from '../../api/time.js';
import { maxUnavailable, wantedReplicas } from './arithmetic.js';
import {
  condition,
  hasDeadline,
  progressing,
  replicaFailure,
  withCondition,
} from './conditions.js';
import { sizesOf, statusSum } from './replica-sets.js';

/** The sets that a status tells of. */
export interface Sets {
  readonly newSet: ReplicaSet | undefined;
  readonly oldSets: readonly ReplicaSet[];
}

const available = {
  reason: 'MinimumReplicasAvailable',
  message: 'Deployment has minimum availability.',
};
const unavailable = {
  reason: 'MinimumReplicasUnavailable',
  message: 'Deployment does not have minimum availability.',
};

/** All sets, the new one last. */
export function allOf({ newSet, oldSets }: Sets): readonly ReplicaSet[] {
  return newSet === undefined ? oldSets : [...oldSets, newSet];
}

/** The status from the sets' statuses. @upstream calculateStatus */
export function statusOf(deployment: Deployment, sets: Sets, nowMs: number): DeploymentStatus {
  const all = allOf(sets);
  const availableReplicas = statusSum(all, 'availableReplicas');
  const isAvailable = availableReplicas >= wantedReplicas(deployment) - maxUnavailable(deployment);
  const conditions = withCondition(
    deployment.status?.conditions ?? [],
    isAvailable
      ? condition('Available', 'True', available, nowMs)
      : condition('Available', 'False', unavailable, nowMs),
  );
  const terminatingReplicas = terminatingOf(all);
  const { collisionCount } = deployment.status ?? {};
  return compact({
    observedGeneration: deployment.metadata.generation ?? 0,
    replicas: statusSum(all, 'replicas'),
    updatedReplicas: statusSum(sets.newSet === undefined ? [] : [sets.newSet], 'replicas'),
    readyReplicas: statusSum(all, 'readyReplicas'),
    availableReplicas,
    unavailableReplicas: Math.max(0, sizesOf(all) - availableReplicas),
    ...(terminatingReplicas !== undefined && { terminatingReplicas }),
    conditions,
    ...(collisionCount !== undefined && { collisionCount }),
  });
}

/** The same with what is to be said of the roll-out's progress. @upstream syncRolloutStatus */
export function rolloutStatusOf(
  deployment: Deployment,
  sets: Sets,
  nowMs: number,
): DeploymentStatus {
  const status = statusOf(deployment, sets, nowMs);
  const conditions = withFailure(progressOf(deployment, sets, status, nowMs), sets);
  return { ...status, conditions };
}

/** All wanted replicas are of the new template and available, and no others are there. */
export function isComplete(deployment: Deployment, status: DeploymentStatus | undefined): boolean {
  const replicas = wantedReplicas(deployment);
  return (
    (status?.updatedReplicas ?? 0) === replicas &&
    (status?.replicas ?? 0) === replicas &&
    (status?.availableReplicas ?? 0) === replicas &&
    (status?.observedGeneration ?? 0) >= (deployment.metadata.generation ?? 0)
  );
}

/** When to look whether the roll-out is stuck; 'now' when that is about due. @upstream requeueStuckDeployment */
export function nextCheck(
  deployment: Deployment,
  status: DeploymentStatus,
  nowMs: number,
): { readonly afterMs: number | 'now'; readonly deadlineMs: number } | undefined {
  const current = progressing(deployment);
  if (!hasDeadline(deployment) || current === undefined) return undefined;
  if (isComplete(deployment, status) || current.reason === timedOut) return undefined;
  const atMs = deadlineMs(deployment, current);
  const afterMs = atMs - nowMs;
  return { afterMs: afterMs < 1000 ? 'now' : afterMs + 1000, deadlineMs: atMs };
}

const timedOut = 'ProgressDeadlineExceeded';
const succeeded = 'NewReplicaSetAvailable';

function progressOf(
  deployment: Deployment,
  { newSet }: Sets,
  status: DeploymentStatus,
  nowMs: number,
): readonly DeploymentCondition[] {
  const conditions = status.conditions ?? [];
  if (!hasDeadline(deployment)) return withoutCondition(conditions, 'Progressing');
  const current = progressing(deployment);
  const isOnlyNew = (status.replicas ?? 0) === (status.updatedReplicas ?? 0);
  if (isOnlyNew && current?.reason === succeeded) return conditions;
  const name = newSet?.metadata.name ?? deployment.metadata.name ?? '';
  const subject = `${newSet === undefined ? 'Deployment' : 'ReplicaSet'} "${name}"`;
  const tell = (state: string, reason: string, text: string) =>
    condition('Progressing', state, { reason, message: `${subject} ${text}` }, nowMs);
  if (isComplete(deployment, status)) {
    return withCondition(conditions, tell('True', succeeded, 'has successfully progressed.'));
  }
  if (hasProgressed(deployment.status, status)) {
    const next = tell('True', 'ReplicaSetUpdated', 'is progressing.');
    const since = current?.status === 'True' ? current.lastTransitionTime : undefined;
    const others = withoutCondition(conditions, 'Progressing');
    return [...others, { ...next, ...(since !== undefined && { lastTransitionTime: since }) }];
  }
  if (!hasTimedOut(deployment, conditions, nowMs)) return conditions;
  return withCondition(conditions, tell('False', timedOut, 'has timed out progressing.'));
}

function hasProgressed(old: DeploymentStatus | undefined, status: DeploymentStatus): boolean {
  const of = (value: DeploymentStatus | undefined) => {
    const { replicas = 0, updatedReplicas = 0, readyReplicas = 0 } = value ?? {};
    const availableReplicas = value?.availableReplicas ?? 0;
    return { updatedReplicas, old: replicas - updatedReplicas, readyReplicas, availableReplicas };
  };
  const [was, is] = [of(old), of(status)];
  return (
    is.updatedReplicas > was.updatedReplicas ||
    is.old < was.old ||
    is.readyReplicas > was.readyReplicas ||
    is.availableReplicas > was.availableReplicas
  );
}

function hasTimedOut(
  deployment: Deployment,
  conditions: readonly DeploymentCondition[],
  nowMs: number,
): boolean {
  const current = conditions.find(({ type }) => type === 'Progressing');
  if (current === undefined || current.reason === succeeded) return false;
  return current.reason === timedOut || deadlineMs(deployment, current) < nowMs;
}

function deadlineMs(deployment: Deployment, { lastUpdateTime }: DeploymentCondition): number {
  const seconds = deployment.spec?.progressDeadlineSeconds ?? 0;
  return (timeMs(lastUpdateTime) ?? 0) + seconds * 1000;
}

function withFailure(
  conditions: readonly DeploymentCondition[],
  sets: Sets,
): readonly DeploymentCondition[] {
  const failure = replicaFailure(allOf(sets), sets.newSet);
  if (failure !== undefined) return withCondition(conditions, failure);
  return withoutCondition(conditions, 'ReplicaFailure');
}

function terminatingOf(sets: readonly ReplicaSet[]): number | undefined {
  let sum = 0;
  for (const { status } of sets) {
    const count = status?.terminatingReplicas;
    if (count === undefined && (status?.observedGeneration ?? 0) > 0) return undefined;
    sum += count ?? 0;
  }
  return sum;
}

/** Without the zeros that Go leaves out. */
function compact(status: DeploymentStatus): DeploymentStatus {
  const kept: Record<string, unknown> = {};
  for (const key in status) {
    const value = status[key as keyof DeploymentStatus];
    if (value !== 0 || key === 'terminatingReplicas' || key === 'collisionCount') kept[key] = value;
  }
  return kept;
}
