/** What is deleted once a RayJob is over, and when. @upstream kuberay v1.7.0 rayjob_controller.go, handleDeletionRules */
import { isDeleting } from '../../api/meta.js';
import type { View } from '../../client/contract.js';
import { rayClusters, type RayJob } from './types.js';

/** The more a policy deletes, the later it stands. */
const order = ['DeleteNone', 'DeleteWorkers', 'DeleteCluster', 'DeleteSelf'];

interface Planned {
  readonly policy: string;
  readonly atMs: number;
}

/** The policies that hold for how the job ended, and when they do. */
function planned({ spec, status = {} }: RayJob): readonly Planned[] {
  const endMs = Date.parse(status.endTime ?? '');
  const after = (policy: string, seconds = 0) => ({ policy, atMs: endMs + seconds * 1000 });
  const { deletionStrategy: strategy, ttlSecondsAfterFinished: ttl } = spec;
  if (strategy?.deletionRules !== undefined) {
    return strategy.deletionRules
      .filter(({ condition: { jobStatus, jobDeploymentStatus } }) =>
        jobStatus === undefined
          ? jobDeploymentStatus === status.jobDeploymentStatus
          : jobStatus === status.jobStatus,
      )
      .map(({ policy, condition }) => after(policy, condition.ttlSeconds));
  }
  if (strategy !== undefined) {
    const { onSuccess, onFailure } = strategy;
    const { jobStatus } = status;
    const chosen =
      jobStatus === 'SUCCEEDED' ? onSuccess : jobStatus === 'FAILED' ? onFailure : undefined;
    return chosen?.policy === undefined || chosen.policy === 'DeleteNone'
      ? []
      : [after(chosen.policy, ttl)];
  }
  return spec.shutdownAfterJobFinishes === true ? [after('DeleteCluster', ttl)] : [];
}

/** When the next of them is due. */
export function deletionTime(job: RayJob, nowMs: number): number | undefined {
  const later = planned(job)
    .map(({ atMs }) => atMs)
    .filter(atMs => nowMs < atMs);
  return later.length === 0 ? undefined : Math.min(...later);
}

/** Of those that are due, and not done, the one that deletes most. */
export function policyAfter(job: RayJob, view: View, nowMs: number): string | undefined {
  const due = planned(job)
    .filter(({ policy, atMs }) => nowMs >= atMs && !isDone(job, view, policy))
    .map(({ policy }) => policy);
  return due.toSorted((a, b) => order.indexOf(b) - order.indexOf(a))[0];
}

function isDone({ metadata, status }: RayJob, view: View, policy: string): boolean {
  if (policy === 'DeleteSelf') return false;
  if (policy === 'DeleteNone') return true;
  const name = status?.rayClusterName ?? '';
  const cluster = view.get(rayClusters, metadata.namespace ?? '', name);
  if (cluster === undefined || isDeleting(cluster)) return true;
  const groups = cluster.spec.workerGroupSpecs ?? [];
  return policy === 'DeleteWorkers' && groups.every(({ suspend }) => suspend === true);
}
