/** Metrics of jobs. @upstream kube-state-metrics v2.20 internal/store/{job,cronjob}.go */
import { parseSchedule, type Schedule } from '../../../api/cron.js';
import type { CronJob, Job } from '../../../api/kinds/batch.js';
import { timeMs, type Parsed } from '../../../api/time.js';
import {
  conditionRows,
  created,
  gauge,
  information,
  owners,
  resourceVersion,
  seconds,
  series,
  type Family,
  type Row,
  type StateResource,
} from '../family.js';

const knownReasons = ['BackoffLimitExceeded', 'DeadlineExceeded', 'Evicted'];

function failedRows({ status }: Job): Row[] {
  const failed = status?.failed ?? 0;
  if (failed === 0) return [{ value: 0 }];
  const conditions = (status?.conditions ?? []).filter(({ type }) => type === 'Failed');
  const rows = conditions.flatMap(({ reason: told }) =>
    knownReasons.map(reason => ({ labels: { reason }, value: told === reason ? 1 : 0 })),
  );
  const isKnown = rows.some(({ value }) => value === 1);
  return isKnown ? rows : [...rows, { labels: { reason: '' }, value: failed }];
}

const conditionOf = (name: string, help: string, type: string): Family<Job> =>
  series(name, help, ({ status }) =>
    (status?.conditions ?? [])
      .filter(condition => condition.type === type)
      .flatMap(condition => conditionRows(condition.status, 'condition')),
  );

/** Jobs. */
export const jobs: StateResource<Job> = {
  name: 'jobs',
  api: '/apis/batch/v1',
  isNamespaced: true,
  prefix: 'kube_job',
  identity: ({ metadata }) => ({
    namespace: metadata.namespace ?? '',
    job_name: metadata.name ?? '',
  }),
  families: [
    information('kube_job_info', 'Information about job.', () => [{}]),
    created('kube_job'),
    gauge(
      'kube_job_spec_parallelism',
      'The maximum desired number of pods the job should run at any given time.',
      ({ spec }) => spec?.parallelism,
    ),
    gauge(
      'kube_job_spec_completions',
      'The desired number of successfully finished pods the job should be run with.',
      ({ spec }) => spec?.completions,
    ),
    gauge(
      'kube_job_spec_active_deadline_seconds',
      'The duration in seconds relative to the startTime that the job may be active before the system tries to terminate it.',
      ({ spec }) => spec?.activeDeadlineSeconds,
    ),
    gauge(
      'kube_job_status_succeeded',
      'The number of pods which reached Phase Succeeded.',
      ({ status }) => status?.succeeded ?? 0,
    ),
    series(
      'kube_job_status_failed',
      'The number of pods which reached Phase Failed and the reason for failure.',
      failedRows,
    ),
    gauge(
      'kube_job_status_active',
      'The number of actively running pods.',
      ({ status }) => status?.active ?? 0,
    ),
    gauge(
      'kube_job_status_ready',
      'The number of ready pods that belong to this Job.',
      ({ status }) => status?.ready ?? 0,
    ),
    conditionOf('kube_job_complete', 'The job has completed its execution.', 'Complete'),
    conditionOf('kube_job_failed', 'The job has failed its execution.', 'Failed'),
    gauge(
      'kube_job_status_start_time',
      'StartTime represents time when the job was acknowledged by the Job Manager.',
      ({ status }) => seconds(status?.startTime),
    ),
    gauge(
      'kube_job_status_completion_time',
      'CompletionTime represents time when the job was completed.',
      ({ status }) => seconds(status?.completionTime),
    ),
    series(
      'kube_job_status_suspended',
      'The number of pods which reached Phase Suspended.',
      ({ status }) =>
        (status?.conditions ?? [])
          .filter(({ type }) => type === 'Suspended')
          .map(condition => ({ value: condition.status === 'True' ? 1 : 0 })),
    ),
    owners('kube_job', 'Job'),
  ],
};

function scheduleOf({ spec }: CronJob): Parsed<Schedule> {
  const zone = spec?.timeZone;
  const schedule = spec?.schedule ?? '';
  return parseSchedule(zone === undefined ? schedule : `CRON_TZ=${zone} ${schedule}`);
}

function nextTime(cronJob: CronJob): number | undefined {
  const { metadata, spec, status } = cronJob;
  const schedule = scheduleOf(cronJob);
  const fromMs = timeMs(status?.lastScheduleTime ?? metadata.creationTimestamp);
  if (spec?.suspend === true || !schedule.isOk || fromMs === undefined) return undefined;
  const ms = schedule.value.next(fromMs);
  return ms === undefined ? undefined : Math.floor(ms / 1000);
}

/** Cron jobs. */
export const cronJobs: StateResource<CronJob> = {
  name: 'cronjobs',
  api: '/apis/batch/v1',
  isNamespaced: true,
  prefix: 'kube_cronjob',
  identity: ({ metadata }) => ({
    namespace: metadata.namespace ?? '',
    cronjob: metadata.name ?? '',
  }),
  families: [
    information('kube_cronjob_info', 'Info about cronjob.', ({ spec }) => [
      {
        schedule: spec?.schedule ?? '',
        concurrency_policy: spec?.concurrencyPolicy ?? '',
        timezone: spec?.timeZone ?? 'local',
      },
    ]),
    created('kube_cronjob'),
    gauge(
      'kube_cronjob_status_active',
      'Active holds pointers to currently running jobs.',
      ({ status }) => status?.active?.length ?? 0,
    ),
    gauge(
      'kube_cronjob_status_last_schedule_time',
      'LastScheduleTime keeps information of when was the last time the job was successfully scheduled.',
      ({ status }) => seconds(status?.lastScheduleTime),
    ),
    gauge(
      'kube_cronjob_status_last_successful_time',
      'LastSuccessfulTime keeps information of when was the last time the job was completed successfully.',
      ({ status }) => seconds(status?.lastSuccessfulTime),
    ),
    gauge(
      'kube_cronjob_spec_suspend',
      'Suspend flag tells the controller to suspend subsequent executions.',
      ({ spec }) => (spec?.suspend === true ? 1 : 0),
    ),
    gauge(
      'kube_cronjob_spec_starting_deadline_seconds',
      'Deadline in seconds for starting the job if it misses scheduled time for any reason.',
      ({ spec }) => spec?.startingDeadlineSeconds,
    ),
    gauge(
      'kube_cronjob_next_schedule_time',
      "Next time the cronjob should be scheduled. The time after lastScheduleTime, or after the cron job's creation time if it's never been scheduled. Use this to determine if the job is delayed.",
      nextTime,
    ),
    information(
      'kube_cronjob_schedule_invalid',
      'Emitted with value 1 for cronjobs whose schedule, in its configured timezone, cannot be parsed.',
      cronJob => (scheduleOf(cronJob).isOk ? [] : [{}]),
    ),
    resourceVersion('kube_cronjob', 'cronjob'),
    gauge(
      'kube_cronjob_spec_successful_job_history_limit',
      'Successful job history limit tells the controller how many completed jobs should be preserved.',
      ({ spec }) => spec?.successfulJobsHistoryLimit,
    ),
    gauge(
      'kube_cronjob_spec_failed_job_history_limit',
      'Failed job history limit tells the controller how many failed jobs should be preserved.',
      ({ spec }) => spec?.failedJobsHistoryLimit,
    ),
  ],
};
