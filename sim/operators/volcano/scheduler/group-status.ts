/** What a session says of a group when it ends. @upstream volcano v1.15.1 pkg/scheduler/framework/job_updater.go, plugins/gang OnSessionClose */
import { deepEqual } from '../../../api/equality.js';
import { rfc3339 } from '../../../api/time.js';
import type { PodGroupCondition, PodGroupPhase, PodGroupStatus } from '../types.js';
import type { JobInfo } from './job-info.js';
import type { Session } from './session.js';
import { isAllocated, isEnded, isScheduled } from './task-info.js';

/** The group's status. */
export function statusOf(job: JobInfo, session: Session): PodGroupStatus {
  const conditions = conditionsOf(job, session);
  const isUnschedulable = conditions.some(
    ({ type, status, transitionID }) =>
      type === 'Unschedulable' && status === 'True' && transitionID === session.uid,
  );
  const counts = {
    running: job.count('Running'),
    failed: job.count('Failed'),
    succeeded: job.count('Succeeded'),
  };
  return {
    phase: phaseOf(job, isUnschedulable),
    ...(conditions.length > 0 && { conditions }),
    ...Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0)),
  };
}

function phaseOf(job: JobInfo, isUnschedulable: boolean): PodGroupPhase {
  if (isUnschedulable && job.count('Running') > 0) return 'Unknown';
  const scheduled = job.tasks.filter(({ status }) => isScheduled(status)).length;
  const ended = job.tasks.filter(({ status }) => isEnded(status)).length;
  if (scheduled >= job.minAvailable) return scheduled === ended ? 'Completed' : 'Running';
  return job.phase === 'Inqueue' ? 'Inqueue' : 'Pending';
}

function conditionsOf(job: JobInfo, session: Session): readonly PodGroupCondition[] {
  if (job.tasks.length === 0) return job.conditions;
  const about = {
    status: 'True',
    lastTransitionTime: rfc3339(session.means.nowMs),
    transitionID: session.uid,
  };
  if (job.isReady) {
    const reason = 'tasks in gang are ready to be scheduled';
    return replaced(job.conditions, { type: 'Scheduled', ...about, reason });
  }
  const possible = job.tasks.filter(
    ({ status, last }) => status === 'Pending' && last !== undefined && isAllocated(last.status),
  ).length;
  const short = job.minAvailable - possible - job.readyCount;
  const message = `${short}/${job.tasks.length} tasks in gang unschedulable: ${job.fitError()}`;
  const reason = 'NotEnoughResources';
  return replaced(job.conditions, { type: 'Unschedulable', ...about, reason, message });
}

function replaced(
  all: readonly PodGroupCondition[],
  condition: PodGroupCondition,
): readonly PodGroupCondition[] {
  const isThere = all.some(({ type }) => type === condition.type);
  if (!isThere) return [...all, condition];
  return all.map(one => (one.type === condition.type ? condition : one));
}

/** Whether the status is worth writing: not for a time or a session alone. */
export function hasNews(status: PodGroupStatus, old: PodGroupStatus | undefined): boolean {
  return !deepEqual(timeless(status), timeless(old ?? {}));
}

function timeless({ conditions = [], ...rest }: PodGroupStatus): object {
  return {
    ...rest,
    conditions: conditions.map(({ lastTransitionTime: _time, transitionID: _id, ...one }) => one),
  };
}
