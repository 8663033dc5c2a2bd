/** When a JobSet is complete. @upstream jobset pkg/controllers/success_policy.go */
import type { Job } from '../../api/kinds/batch.js';
import { keys } from './keys.js';
import type { JobSet } from './types.js';

/** Whether enough of the Jobs that matter have succeeded. */
export function isSuccess({ spec }: JobSet, successful: readonly Job[]): boolean {
  const { operator = 'All', targetReplicatedJobs: targets = [] } = spec.successPolicy ?? {};
  const isTarget = (name: string): boolean => targets.length === 0 || targets.includes(name);
  const wanted = (spec.replicatedJobs ?? [])
    .filter(({ name }) => isTarget(name))
    .reduce((sum, { replicas = 0 }) => sum + replicas, 0);
  const got = successful.filter(({ metadata }) =>
    isTarget(metadata.labels?.[keys.replicatedJob] ?? ''),
  ).length;
  return got >= (operator === 'Any' ? 1 : wanted);
}
