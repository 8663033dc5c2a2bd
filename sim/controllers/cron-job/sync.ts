/** One pass over a cron job. @upstream pkg/controller/cronjob/cronjob_controllerv2.go */
import { parseSchedule, type Schedule } from '../../api/cron.js';
import {
  cronJobs,
  jobs,
  type CronJob,
  type CronJobStatus,
  type Job,
} from '../../api/kinds/batch.js';
import { controllerOf, isDeleting } from '../../api/meta.js';
import { rfc3339, timeMs } from '../../api/time.js';
import { isTimeZone } from '../../api/time-zone.js';
import type { ControllerContext, Outcome, Reconciliation } from '../../client/contract.js';
import { call, create, get, remove, update } from '../../client/requests.js';
import { must, Refused } from '../control/must.js';
import { isNamespaceTerminating } from '../control/pod-control.js';
import { endOf, hasSucceeded, jobFor, jobName, outdatedJobs, referenceTo } from './jobs.js';
import { dueTime, untilNextMs } from './missed.js';

/** The text of the schedule with its zone. */
export function scheduleText({ spec }: CronJob): string {
  const schedule = spec?.schedule ?? '';
  const timeZone = spec?.timeZone;
  if (schedule.includes('TZ') || timeZone === undefined || !isTimeZone(timeZone)) return schedule;
  return `TZ=${timeZone} ${schedule}`;
}

/** A cron job in one pass. */
export class CronJobSync {
  private readonly nowMs: number;
  private readonly jobs: readonly Job[];
  private isChanged = false;
  /** What the API server itself had, when the cache had forgotten a Job that it lists. */
  private fresh: CronJob | undefined;

  constructor(
    /** With the status as this pass changes it. */
    private cronJob: CronJob,
    private readonly context: ControllerContext,
  ) {
    const { name = '', namespace = '' } = cronJob.metadata;
    this.nowMs = context.clock.now();
    this.jobs = context.view.list(jobs, namespace).filter(job => controllerOf(job)?.name === name);
  }

  *run(): Reconciliation<Outcome> {
    for (const job of outdatedJobs(this.cronJob, this.jobs)) yield* this.deleteJob(job);
    let outcome: Outcome;
    let error: Refused | undefined;
    try {
      outcome = yield* this.sync();
    } catch (thrown) {
      if (!(thrown instanceof Refused)) throw thrown;
      error = thrown;
    }
    if (this.isChanged) yield* must(update(cronJobs, this.cronJob, 'status'));
    if (error !== undefined) throw error;
    return outcome;
  }

  private *sync(): Reconciliation<Outcome> {
    yield* this.lookAtJobs();
    if (isDeleting(this.cronJob)) return undefined;
    const schedule = this.readSchedule();
    if (schedule === undefined) return undefined;
    const scheduledMs = this.dueMs(schedule);
    if (scheduledMs === 'nonsense') return undefined;
    if (scheduledMs === undefined || !this.mayRun(scheduledMs)) return this.later(schedule);
    const { concurrencyPolicy } = this.seen.spec ?? {};
    if (concurrencyPolicy === 'Replace') yield* this.deleteActive();
    yield* this.createJob(scheduledMs);
    return this.later(schedule);
  }

  /** The cron job as decisions see it. */
  private get seen(): CronJob {
    return this.fresh ?? this.cronJob;
  }

  private get status(): CronJobStatus {
    return this.seen.status ?? {};
  }

  private setStatus(status: CronJobStatus): void {
    this.isChanged = true;
    const { active = [], ...others } = status;
    const next = { ...others, ...(active.length > 0 && { active }) };
    // As upstream: once the pass has read the cron job anew, what it changes is lost.
    if (this.fresh !== undefined) this.fresh = { ...this.fresh, status: next };
    else this.cronJob = { ...this.cronJob, status: next };
  }

  private isListed(uid: string | undefined, { status }: CronJob = this.seen): boolean {
    return (status?.active ?? []).some(reference => reference.uid === uid);
  }

  private unlist(uid: string | undefined): void {
    const active = (this.status.active ?? []).filter(reference => reference.uid !== uid);
    this.setStatus({ ...this.status, active });
  }

  /** Brings the list of active Jobs up to date. */
  private *lookAtJobs(): Reconciliation<void> {
    for (const job of this.jobs) {
      const { name = '', uid } = job.metadata;
      const end = endOf(job);
      if (end === undefined) {
        if (!this.isListed(uid)) yield* this.lookAtForgotten(job);
        continue;
      }
      if (this.isListed(uid)) {
        this.unlist(uid);
        const message = `Saw completed job: ${name}, condition: ${end}`;
        this.tell('Normal', 'SawCompletedJob', message);
      }
      if (hasSucceeded(job)) this.noteSuccess(job.status?.completionTime);
    }
    const known = new Set(this.jobs.map(({ metadata }) => metadata.uid));
    for (const { uid, name = '', namespace = '' } of this.status.active ?? []) {
      if (known.has(uid)) continue;
      const answer = yield* call(get(jobs, namespace, name));
      if (answer.isOk) continue;
      if (answer.status !== 404) throw new Refused(answer.message);
      this.tell('Normal', 'MissingJob', `Active job went missing: ${name}`);
      this.unlist(uid);
    }
  }

  private *lookAtForgotten({ metadata }: Job): Reconciliation<void> {
    const { name = '', namespace = '' } = this.cronJob.metadata;
    const fresh = yield* must(get(cronJobs, namespace, name));
    if (this.isListed(metadata.uid, fresh)) {
      this.fresh = fresh;
      return;
    }
    const text = 'Saw a job that the controller did not create or forgot';
    this.tell('Warning', 'UnexpectedJob', `${text}: ${metadata.name ?? ''}`);
  }

  private noteSuccess(completionTime: string | undefined): void {
    const { lastSuccessfulTime } = this.status;
    const isLater = (timeMs(completionTime) ?? 0) > (timeMs(lastSuccessfulTime) ?? 0);
    if (completionTime === undefined || (lastSuccessfulTime !== undefined && !isLater)) return;
    this.setStatus({ ...this.status, lastSuccessfulTime: completionTime });
  }

  private readSchedule(): Schedule | undefined {
    const { spec } = this.seen;
    const schedule = spec?.schedule ?? '';
    const timeZone = spec?.timeZone;
    if (timeZone !== undefined && !isTimeZone(timeZone)) {
      const message = `invalid timeZone: "${timeZone}": unknown time zone ${timeZone}`;
      this.tell('Warning', 'UnknownTimeZone', message);
      return undefined;
    }
    if (spec?.suspend === true) return undefined;
    if (schedule.includes('TZ')) {
      const message = `CRON_TZ or TZ used in schedule "${schedule}" is not officially supported, see https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/ for more details`;
      this.tell('Warning', 'UnsupportedSchedule', message);
    }
    const parsed = parseSchedule(scheduleText(this.seen));
    if (parsed.isOk) return parsed.value;
    const message = `unparseable schedule: "${schedule}" : ${parsed.error}`;
    this.tell('Warning', 'UnparseableSchedule', message);
    return undefined;
  }

  /** The latest time that has come. */
  private dueMs(schedule: Schedule): number | 'nonsense' | undefined {
    const due = dueTime(this.seen, schedule, this.nowMs, { usesDeadline: true });
    if (due.kind === 'none') return undefined;
    if (due.kind === 'nonsense') {
      const text = 'time difference between two schedules is less than 1 second';
      const message = `invalid schedule: ${this.seen.spec?.schedule ?? ''} : ${text}`;
      this.tell('Warning', 'InvalidSchedule', message);
      return 'nonsense';
    }
    if (due.isTooMany) {
      const message =
        'too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew';
      this.tell('Warning', 'TooManyMissedTimes', message);
    }
    return due.ms;
  }

  /** Whether the Job of this time may be made now. */
  private mayRun(scheduledMs: number): boolean {
    const { spec } = this.seen;
    const { active = [], lastScheduleTime } = this.status;
    const seconds = spec?.startingDeadlineSeconds;
    if (seconds !== undefined && scheduledMs + seconds * 1000 < this.nowMs) {
      const when = new Date(scheduledMs).toUTCString().replace('GMT', '+0000');
      this.tell('Warning', 'MissSchedule', `Missed scheduled time to start a job: ${when}`);
      return false;
    }
    const name = jobName(this.seen, scheduledMs);
    const { namespace } = this.seen.metadata;
    const isActive = active.some(job => job.name === name && job.namespace === namespace);
    if (isActive || timeMs(lastScheduleTime) === scheduledMs) return false;
    if (spec?.concurrencyPolicy !== 'Forbid' || active.length === 0) return true;
    const message =
      'Not starting job because prior execution is running and concurrency policy is Forbid';
    this.tell('Normal', 'JobAlreadyActive', message);
    return false;
  }

  private *deleteActive(): Reconciliation<void> {
    for (const { namespace = '', name = '' } of this.status.active ?? []) {
      const answer = yield* call(get(jobs, namespace, name));
      if (!answer.isOk) {
        this.tell('Warning', 'FailedGet', `Get job: ${answer.message}`);
        throw new Refused(answer.message);
      }
      if (!(yield* this.deleteJob(answer.object))) {
        throw new Refused(`could not replace job ${namespace}/${name}`);
      }
    }
  }

  private *deleteJob({ metadata }: Job): Reconciliation<boolean> {
    const { namespace = '', name = '', uid } = metadata;
    const answer = yield* call(remove(jobs, namespace, name, { propagationPolicy: 'Background' }));
    if (!answer.isOk) {
      this.tell('Warning', 'FailedDelete', `Deleted job: ${answer.message}`);
      return false;
    }
    this.unlist(uid);
    this.tell('Normal', 'SuccessfulDelete', `Deleted job ${name}`);
    return true;
  }

  /** Makes the Job of this time and lists it. */
  private *createJob(scheduledMs: number): Reconciliation<void> {
    const wanted = jobFor(this.seen, scheduledMs);
    const answer = yield* call(create(jobs, wanted));
    if (!answer.isOk) {
      // Upstream asks for a Job that has the name already without its namespace, and so never finds it:
      // passes fail until another time is due.
      if (answer.reason === 'AlreadyExists') yield* must(get(jobs, '', wanted.metadata.name ?? ''));
      else if (!isNamespaceTerminating(answer)) {
        this.tell('Warning', 'FailedCreate', `Error creating job: ${answer.message}`);
      }
      throw new Refused(answer.message);
    }
    const job = answer.object;
    this.tell('Normal', 'SuccessfulCreate', `Created job ${job.metadata.name ?? ''}`);
    const active = [...(this.status.active ?? []), referenceTo(job)];
    this.setStatus({ ...this.status, active, lastScheduleTime: rfc3339(scheduledMs) });
  }

  private later(schedule: Schedule): Outcome {
    return { requeueAfterMs: Math.max(0, untilNextMs(this.seen, schedule, this.nowMs)) };
  }

  private tell(type: 'Normal' | 'Warning', reason: string, message: string): void {
    this.context.events.record({ regarding: this.cronJob, type, reason, message });
  }
}
