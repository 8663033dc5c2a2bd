/** The Jobs of a cron job: those that it makes, and those that it keeps no longer. @upstream pkg/controller/cronjob */
import { cronJobs, jobs, type CronJob, type Job } from '../../api/kinds/batch.js';
import type { ObjectReference } from '../../api/kinds/core.js';
import { isConditionTrue, ownerReference } from '../../api/meta.js';
import { apiVersionOf } from '../../api/object.js';
import { timeMs } from '../../api/time.js';
import { rfc3339In } from '../../api/time-zone.js';

const scheduledKey = 'batch.kubernetes.io/cronjob-scheduled-timestamp';

/** The name of the Job of this time: one for each minute. */
export function jobName({ metadata }: CronJob, scheduledMs: number): string {
  return `${metadata.name ?? ''}-${Math.floor(scheduledMs / 60_000)}`;
}

/** The Job of this time. */
export function jobFor(cronJob: CronJob, scheduledMs: number): Job {
  const { jobTemplate, timeZone = '' } = cronJob.spec ?? {};
  const { labels, annotations } = jobTemplate?.metadata ?? {};
  return {
    metadata: {
      name: jobName(cronJob, scheduledMs),
      namespace: cronJob.metadata.namespace,
      ...(labels && { labels }),
      annotations: { ...annotations, [scheduledKey]: rfc3339In(timeZone, scheduledMs) },
      ownerReferences: [ownerReference(cronJob, cronJobs)],
    },
    ...(jobTemplate?.spec && { spec: jobTemplate.spec }),
  };
}

/** The reference to a Job as the status lists it. */
export function referenceTo({ metadata }: Job): ObjectReference {
  const { namespace, name, uid, resourceVersion } = metadata;
  return {
    kind: jobs.kind,
    ...(namespace !== undefined && { namespace }),
    ...(name !== undefined && { name }),
    ...(uid !== undefined && { uid }),
    apiVersion: apiVersionOf(jobs),
    ...(resourceVersion !== undefined && { resourceVersion }),
  };
}

/** How a Job has ended, if it has. */
export function endOf({ status }: Job): 'Complete' | 'Failed' | undefined {
  const first = status?.conditions?.find(
    condition =>
      (condition.type === 'Complete' || condition.type === 'Failed') && condition.status === 'True',
  );
  return first?.type as 'Complete' | 'Failed' | undefined;
}

/** Whether the Job is complete. */
export function hasSucceeded({ status }: Job): boolean {
  return isConditionTrue(status?.conditions, 'Complete');
}

/** The finished Jobs beyond the limits of the history, the oldest first: first complete, then failed ones. */
export function outdatedJobs({ spec }: CronJob, own: readonly Job[]): readonly Job[] {
  const beyond = (end: 'Complete' | 'Failed', limit: number | undefined) => {
    if (limit === undefined) return [];
    const ended = own.filter(job => endOf(job) === end).toSorted(byStart);
    return ended.slice(0, Math.max(0, ended.length - limit));
  };
  return [
    ...beyond('Complete', spec?.successfulJobsHistoryLimit),
    ...beyond('Failed', spec?.failedJobsHistoryLimit),
  ];
}

function byStart(a: Job, b: Job): number {
  const [left, right] = [timeMs(a.status?.startTime), timeMs(b.status?.startTime)];
  if (left !== right) return (left ?? Infinity) - (right ?? Infinity);
  return (a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1;
}
