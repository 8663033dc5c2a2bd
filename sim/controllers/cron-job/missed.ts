/** Which of a cron job's times are due. @upstream pkg/controller/cronjob/utils.go */
import type { Schedule } from '../../api/cron.js';
import type { CronJob } from '../../api/kinds/batch.js';
import { timeMs } from '../../api/time.js';

/** The next sync comes a little after the schedule's time. */
const deltaMs = 100;
/** More than so many missed times are told. */
const missedMax = 100;

/** The latest time that has come; or that none has, or that the schedule makes no sense. */
export type Due =
  | { readonly kind: 'none'; readonly hasMissed: boolean }
  | { readonly kind: 'due'; readonly ms: number; readonly isTooMany: boolean }
  | { readonly kind: 'nonsense' };

/** The latest time since the last run, or the deadline. @upstream mostRecentScheduleTime */
export function dueTime(
  cronJob: CronJob,
  schedule: Schedule,
  nowMs: number,
  { usesDeadline }: { readonly usesDeadline: boolean },
): Due {
  const from = earliestMs(cronJob, nowMs, { usesDeadline });
  const first = schedule.next(from);
  if (first === undefined) return { kind: 'nonsense' };
  if (nowMs < first) return { kind: 'none', hasMissed: false };
  const second = schedule.next(first);
  if (second === undefined) return { kind: 'nonsense' };
  if (nowMs < second) return { kind: 'due', ms: first, isTooMany: false };
  const between = Math.round((second - first) / 1000);
  if (between < 1) return { kind: 'nonsense' };
  const missed = Math.floor(Math.trunc((nowMs - first) / 1000) / between) + 1;
  let latest: number | undefined;
  let next = schedule.next(first + (missed - 2) * between * 1000);
  while (next !== undefined && next <= nowMs) {
    latest = next;
    next = schedule.next(next);
  }
  if (latest === undefined) return { kind: 'none', hasMissed: true };
  return { kind: 'due', ms: latest, isTooMany: missed > missedMax };
}

function earliestMs(
  { metadata, spec, status }: CronJob,
  nowMs: number,
  { usesDeadline }: { readonly usesDeadline: boolean },
): number {
  const since = timeMs(status?.lastScheduleTime) ?? timeMs(metadata.creationTimestamp) ?? 0;
  const seconds = spec?.startingDeadlineSeconds;
  if (!usesDeadline || seconds === undefined) return since;
  return Math.max(since, nowMs - seconds * 1000);
}

/** How long until the next time. @upstream nextScheduleTimeDuration */
export function untilNextMs(cronJob: CronJob, schedule: Schedule, nowMs: number): number {
  const due = dueTime(cronJob, schedule, nowMs, { usesDeadline: false });
  const isWaiting = due.kind === 'none' && !due.hasMissed;
  const since = isWaiting ? earliestMs(cronJob, nowMs, { usesDeadline: false }) : nowMs;
  const next = schedule.next(due.kind === 'due' ? due.ms : since);
  return (next ?? nowMs) + deltaMs - nowMs;
}
