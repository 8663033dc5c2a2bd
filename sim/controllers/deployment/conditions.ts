/** The conditions of a deployment. @upstream pkg/controller/deployment/util/deployment_util.go */
import type { Deployment, DeploymentCondition, ReplicaSet } from '../../api/kinds/apps.js';
import { findCondition, withoutCondition } from '../../api/meta.js';
import { rfc3339 } from '../../api/time.js';

/** A condition that came about now. */
export function condition(
  type: string,
  status: string,
  told: { readonly reason: string; readonly message: string },
  nowMs: number,
): DeploymentCondition {
  const now = rfc3339(nowMs);
  return { type, status, lastUpdateTime: now, lastTransitionTime: now, ...told };
}

/** The conditions with this one, at the end; unchanged when status and reason are the same. @upstream SetDeploymentCondition */
export function withCondition(
  conditions: readonly DeploymentCondition[],
  next: DeploymentCondition,
): readonly DeploymentCondition[] {
  const old = findCondition(conditions, next.type);
  if (old?.status === next.status && old.reason === next.reason) return conditions;
  const others = withoutCondition(conditions, next.type);
  if (old?.status !== next.status) return [...others, next];
  const { lastTransitionTime } = old;
  return [...others, { ...next, ...(lastTransitionTime && { lastTransitionTime }) }];
}

/** Whether the deployment has to make progress in a given time. */
export function hasDeadline({ spec }: Deployment): boolean {
  const seconds = spec?.progressDeadlineSeconds;
  return seconds !== undefined && seconds !== 2_147_483_647;
}

/** The deployment's Progressing condition. */
export function progressing({ status }: Deployment): DeploymentCondition | undefined {
  return findCondition(status?.conditions, 'Progressing');
}

/** The condition that says that a set cannot make or delete pods, if one cannot; the new set's first. */
export function replicaFailure(
  sets: readonly ReplicaSet[],
  newSet: ReplicaSet | undefined,
): DeploymentCondition | undefined {
  for (const set of newSet === undefined ? sets : [newSet, ...sets]) {
    const failure = findCondition(set.status?.conditions, 'ReplicaFailure');
    if (failure === undefined) continue;
    const { lastTransitionTime } = failure;
    if (!lastTransitionTime) return failure;
    return Object.assign({}, failure, { lastUpdateTime: lastTransitionTime });
  }
  return undefined;
}
