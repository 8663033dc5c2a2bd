/** When a CronWorkflow makes a Workflow, and which. @upstream workflow/cron/operator.go, workflow/common/convert.go */
import { parseSchedule, type Schedule } from '../../api/cron.js';
import { ownerReference } from '../../api/meta.js';
import { isTimeZone } from '../../api/time-zone.js';
import { rfc3339, timeMs } from '../../api/time.js';
import { cronWorkflows, type CronWorkflow, type CronWorkflowSpec } from './cron-types.js';
import { attempt } from './fault.js';
import { keys } from './keys.js';
import { isOver } from './phases.js';
import { fieldsOf, holds, substituted } from './substitution.js';
import type { FindBase } from './templates.js';
import type { Workflow, WorkflowSpec } from './types.js';
import { workflowProblem } from './validation.js';
import { shouldRun } from './when.js';

const nameMax = 52;

/** The schedules as they are followed, each in the zone. */
export function schedulesOf(spec: CronWorkflowSpec): readonly string[] {
  const { timezone = '' } = spec;
  return writtenSchedules(spec).map(one => (timezone === '' ? one : `CRON_TZ=${timezone} ${one}`));
}

function writtenSchedules({ schedule = '', schedules = [] }: CronWorkflowSpec): readonly string[] {
  return schedule === '' ? schedules : [schedule];
}

/** Those that make sense. */
export function parsedSchedules(spec: CronWorkflowSpec): readonly Schedule[] {
  return schedulesOf(spec).flatMap(text => {
    const parsed = parseSchedule(text);
    return parsed.isOk ? [parsed.value] : [];
  });
}

/** What is wrong with it; undefined: nothing. @upstream ValidateCronWorkflow */
export function cronProblem(
  cron: CronWorkflow,
  find: FindBase,
  referred?: WorkflowSpec,
): string | undefined {
  const { spec, metadata } = cron;
  const { name = '' } = metadata;
  const { schedule = '', schedules = [], timezone = '', concurrencyPolicy = '' } = spec;
  if (schedules.length > 0 && schedule !== '') {
    return 'cron workflow cant be configured with both Spec.Schedule and Spec.Schedules';
  }
  if (name.length > nameMax) {
    return `cron workflow name "${name}" must not be more than 52 characters long (currently ${name.length})`;
  }
  for (const one of writtenSchedules(spec)) {
    const parsed = parseSchedule(one);
    if (!parsed.isOk) return `cron schedule ${one} is malformed: ${parsed.error}`;
  }
  if (timezone !== '' && !isTimeZone(timezone)) {
    return `invalid timezone "${timezone}": unknown time zone ${timezone}`;
  }
  if (!['', 'Allow', 'Forbid', 'Replace'].includes(concurrencyPolicy)) {
    return `'${concurrencyPolicy}' is not a valid concurrencyPolicy`;
  }
  if ((spec.startingDeadlineSeconds ?? 0) < 0) return 'startingDeadlineSeconds must be positive';
  const workflow: Workflow = { metadata: { generateName: `${name}-` }, spec: spec.workflowSpec };
  const problem = workflowProblem(workflow, find, { ...(referred && { referred }) });
  return problem === undefined ? undefined : `cannot validate Workflow: ${problem}`;
}

/** The last time that was missed and may still be made up for. @upstream shouldOutstandingWorkflowsBeRun */
export function missedMs({ spec, status }: CronWorkflow, nowMs: number): number | undefined {
  const lastMs = timeMs(status?.lastScheduledTime);
  const { startingDeadlineSeconds } = spec;
  if (lastMs === undefined || startingDeadlineSeconds === undefined) return undefined;
  for (const schedule of parsedSchedules(spec)) {
    let missed: number | undefined;
    let next = schedule.next(lastMs);
    for (let count = 0; next !== undefined && next < nowMs && count < missedMax; count++) {
      missed = next;
      next = schedule.next(next);
    }
    if (missed !== undefined && nowMs < missed + startingDeadlineSeconds * 1000) return missed;
  }
  return undefined;
}

/** How many times are counted through; upstream has no bound. */
const missedMax = 1_000_000;

/** What the CronWorkflow makes for this time. */
export function workflowFor(cron: CronWorkflow, scheduledMs: number): Workflow {
  const { metadata, spec } = cron;
  const { name = '', namespace = '', labels = {} } = metadata;
  const creators = Object.entries(labels).filter(([key]) => /\.io\/creator(?:-|$)/.test(key));
  const { workflowMetadata: more } = spec;
  return {
    metadata: {
      name: `${name}-${Math.floor(scheduledMs / 1000)}`,
      namespace,
      labels: { ...Object.fromEntries(creators), ...more?.labels, [keys.cronWorkflow]: name },
      annotations: { [keys.scheduledTime]: rfc3339(scheduledMs), ...more?.annotations },
      ...(more?.finalizers && { finalizers: more.finalizers }),
      ownerReferences: [ownerReference(cron, cronWorkflows)],
    },
    spec: spec.workflowSpec,
  };
}

function namesOf({ metadata, status }: CronWorkflow): ReadonlyMap<string, string> {
  return new Map([
    ['cronworkflow.name', metadata.name ?? ''],
    ['cronworkflow.namespace', metadata.namespace ?? ''],
    ['cronworkflow.failed', String(status?.failed ?? 0)],
    ['cronworkflow.succeeded', String(status?.succeeded ?? 0)],
    ['cronworkflow.lastScheduledTime', status?.lastScheduledTime ?? ''],
  ]);
}

/** Whether its own condition lets it run; a text: it makes no sense. @upstream evalWhen */
export function isWanted(cron: CronWorkflow): boolean | string {
  const found = attempt(() => shouldRun(substituted(cron.spec.when ?? '', namesOf(cron), 'all')));
  return 'value' in found ? found.value : found.fault.message;
}

/** Whether it is to make no more; a text: it cannot be told. @upstream checkStopingCondition */
export function isAtEnd(cron: CronWorkflow): boolean | string {
  const { expression = '' } = cron.spec.stopStrategy ?? {};
  if (expression === '') return false;
  const { failed = 0, succeeded = 0 } = cron.status ?? {};
  const fields = fieldsOf(namesOf(cron));
  const own = { ...(fields['cronworkflow'] as object), failed, succeeded };
  const found = attempt(() => holds(expression, { ...fields, cronworkflow: own }));
  if ('value' in found) return found.value;
  return `failed to evaluate stop expression: ${found.fault.message}`;
}

/** Workflows that are over and too many: the oldest. @upstream enforceHistoryLimit */
export function excessWorkflows(
  { spec }: CronWorkflow,
  all: readonly Workflow[],
): readonly Workflow[] {
  const over = all.filter(({ status }) => isOver(status?.phase));
  const good = over.filter(({ status }) => status?.phase === 'Succeeded');
  const bad = over.filter(({ status }) => status?.phase !== 'Succeeded');
  return [
    ...oldest(good, limitOr(spec.successfulJobsHistoryLimit, 3)),
    ...oldest(bad, limitOr(spec.failedJobsHistoryLimit, 1)),
  ];
}

function limitOr(limit: number | undefined, byDefault: number): number {
  return limit === undefined || limit < 0 ? byDefault : limit;
}

function oldest(all: readonly Workflow[], kept: number): readonly Workflow[] {
  const endOf = ({ status }: Workflow) => timeMs(status?.finishedAt) ?? 0;
  return all.toSorted((one, other) => endOf(other) - endOf(one)).slice(kept);
}
