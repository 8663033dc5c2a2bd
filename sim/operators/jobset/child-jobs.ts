/** The Jobs that a JobSet has, and what they amount to. @upstream jobset pkg/controllers/jobset_controller.go */
import type { Job } from '../../api/kinds/batch.js';
import { isConditionTrue } from '../../api/meta.js';
import { keys } from './keys.js';
import type { JobSet, ReplicatedJob, ReplicatedJobStatus } from './types.js';

/** The Jobs by what became of them; `previous` are those from before the last restart. */
export interface ChildJobs {
  readonly active: readonly Job[];
  readonly successful: readonly Job[];
  readonly failed: readonly Job[];
  readonly previous: readonly Job[];
}

/** Sorts the Jobs of a JobSet. */
export function sortedJobs(jobSet: JobSet, jobs: readonly Job[]): ChildJobs {
  const restarts = jobSet.status?.restarts ?? 0;
  const isPrevious = ({ metadata }: Job): boolean =>
    Number(metadata.labels?.[keys.restarts] ?? 0) < restarts;
  const present = jobs.filter(job => !isPrevious(job));
  const isFailed = ({ status }: Job): boolean => isConditionTrue(status?.conditions, 'Failed');
  const isComplete = ({ status }: Job): boolean => isConditionTrue(status?.conditions, 'Complete');
  return {
    previous: jobs.filter(isPrevious),
    failed: present.filter(isFailed),
    successful: present.filter(job => isComplete(job) && !isFailed(job)),
    active: present.filter(job => !isFailed(job) && !isComplete(job)),
  };
}

/** How many Jobs are in which state, by replicated job, sorted as the controller sorts them. */
export function statusesOf(jobSet: JobSet, children: ChildJobs): readonly ReplicatedJobStatus[] {
  return (jobSet.spec.replicatedJobs ?? [])
    .map(replicated => statusOf(replicated, children))
    .sort((a, b) => (a.name > b.name ? -1 : 1));
}

function statusOf({ name }: ReplicatedJob, children: ChildJobs): ReplicatedJobStatus {
  const own = (jobs: readonly Job[]) =>
    jobs.filter(({ metadata }) => metadata.labels?.[keys.replicatedJob] === name);
  const active = own(children.active);
  return {
    active: active.filter(({ status }) => (status?.active ?? 0) > 0).length,
    failed: own(children.failed).length,
    name,
    ready: active.filter(isReady).length,
    succeeded: own(children.successful).length,
    suspended: active.filter(({ spec }) => spec?.suspend === true).length,
  };
}

function isReady({ spec, status }: Job): boolean {
  const { parallelism = 1, completions = parallelism } = spec ?? {};
  const pods = Math.min(parallelism, completions);
  return (status?.succeeded ?? 0) + (status?.ready ?? 0) >= pods;
}

/** Whether all that a replicated job depends on has come to pass; only those above it count. */
export function isReached(
  { dependsOn = [] }: ReplicatedJob,
  above: readonly ReplicatedJob[],
  statuses: readonly ReplicatedJobStatus[],
): boolean {
  return dependsOn.every(({ name, status }) => {
    const reached = statuses.find(one => one.name === name);
    if (reached === undefined) return false;
    const { replicas = 0 } = above.find(one => one.name === name) ?? {};
    if (status === 'Complete') return reached.succeeded === replicas;
    return hasStarted(replicas, reached);
  });
}

/** Whether all Jobs are ready, or past it. */
export function hasStarted(replicas: number, status: ReplicatedJobStatus | undefined): boolean {
  const { failed = 0, ready = 0, succeeded = 0 } = status ?? {};
  return failed + ready + succeeded === replicas;
}
