/** Checks of CronJobs. @upstream pkg/apis/batch/validation/validation.go validateCronJobSpec */
import { parseSchedule } from '../../../api/cron.js';
import type { CronJob, CronJobSpec, JobTemplateSpec } from '../../../api/kinds/batch.js';
import { isTimeZone } from '../../../api/time-zone.js';
import { invalid, notSupported, required, type FieldError } from '../field-error.js';
import type { StrategyContext } from '../strategy.js';
import { checkNonNegative, type Errors } from './checks.js';
import { checkJobBase } from './job-spec.js';

const nameMax = 52;

/** What is wrong with a new CronJob. */
export function validateCronJob(job: CronJob, context: StrategyContext): readonly FieldError[] {
  const errors: Errors = [];
  if (job.spec !== undefined) checkSpec(job.spec, undefined, context, errors);
  const { name = '' } = job.metadata;
  if (name.length > nameMax) {
    errors.push(invalid('metadata.name', name, `must be no more than ${nameMax} characters`));
  }
  return errors;
}

/** What is wrong with an update of a CronJob. */
export function validateCronJobUpdate(
  job: CronJob,
  old: CronJob,
  context: StrategyContext,
): readonly FieldError[] {
  const errors: Errors = [];
  if (job.spec !== undefined) checkSpec(job.spec, old.spec, context, errors);
  return errors;
}

const policies = ['Allow', 'Forbid', 'Replace'];

function checkSpec(
  spec: CronJobSpec,
  old: CronJobSpec | undefined,
  context: StrategyContext,
  errors: Errors,
): void {
  const { schedule = '', timeZone, concurrencyPolicy: policy = '' } = spec;
  if (schedule === '') errors.push(required('spec.schedule'));
  else checkSchedule(spec, old?.schedule.includes('TZ') === true, errors);
  checkNonNegative(spec.startingDeadlineSeconds, 'spec.startingDeadlineSeconds', errors);
  if (old === undefined || old.timeZone !== timeZone) checkTimeZone(timeZone, errors);
  if (policy === '') errors.push(required('spec.concurrencyPolicy'));
  else if (!policies.includes(policy)) {
    errors.push(notSupported('spec.concurrencyPolicy', policy, policies));
  }
  checkJobTemplate(spec.jobTemplate, old?.jobTemplate, context, errors);
  checkNonNegative(spec.successfulJobsHistoryLimit, 'spec.successfulJobsHistoryLimit', errors);
  checkNonNegative(spec.failedJobsHistoryLimit, 'spec.failedJobsHistoryLimit', errors);
}

function checkSchedule(
  { schedule, timeZone }: CronJobSpec,
  hadZone: boolean,
  errors: Errors,
): void {
  const path = 'spec.schedule';
  const parsed = parseSchedule(schedule);
  if (!parsed.isOk) errors.push(invalid(path, schedule, parsed.error));
  if (!schedule.includes('TZ')) return;
  if (!hadZone) {
    const text = 'cannot use TZ or CRON_TZ in schedule, use timeZone field instead';
    errors.push(invalid(path, schedule, text));
  } else if (timeZone !== undefined) {
    const text = 'cannot use both timeZone field and TZ or CRON_TZ in schedule';
    errors.push(invalid(path, schedule, text));
  }
}

const zonePart = /^[A-Za-z.\-_0-9+]{1,14}$/;

function checkTimeZone(zone: string | undefined, errors: Errors): void {
  if (zone === undefined) return;
  const path = 'spec.timeZone';
  if (zone === '') {
    errors.push(invalid(path, zone, 'timeZone must be nil or non-empty string'));
    return;
  }
  const isPart = (part: string) =>
    part !== '.' && part !== '..' && !part.startsWith('-') && zonePart.test(part);
  const unknown = `unknown time zone ${zone}`;
  if (!zone.split('/').every(isPart)) {
    errors.push(invalid(path, zone, unknown));
    return;
  }
  if (zone.toLowerCase() === 'local') {
    const text =
      'timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones';
    errors.push(invalid(path, zone, text));
  }
  if (zone !== 'Local' && !isTimeZone(zone)) errors.push(invalid(path, zone, unknown));
}

function checkJobTemplate(
  { spec }: JobTemplateSpec,
  old: JobTemplateSpec | undefined,
  context: StrategyContext,
  errors: Errors,
): void {
  if (spec === undefined) return;
  const path = 'spec.jobTemplate.spec';
  checkJobBase(spec, old?.spec?.template, path, context, errors);
  if (spec.selector) {
    const text = '`selector` will be auto-generated';
    errors.push(invalid(`${path}.selector`, spec.selector, text));
  }
  if (spec.manualSelector === true) {
    errors.push(notSupported(`${path}.manualSelector`, true, ['nil', 'false']));
  }
}
