/** CronJobs. @upstream pkg/registry/batch/cronjob/strategy.go */
import { cronJobs, type CronJob } from '../../api/kinds/batch.js';
import { ageOf, containerCells, sinceText } from './columns/cell.js';
import { selectorCell } from './columns/selector-text.js';
import { cronJobColumns } from './columns/workloads.js';
import { cronJobDefaults } from './defaults/batch.js';
import { freshStatus, keepSpec, keepStatus } from './parts.js';
import { sizeWarnings } from './job-warnings.js';
import { nameWarnings, templateWarnings } from './pod-warnings.js';
import { strategyOf } from './strategy.js';
import { validateCronJob, validateCronJobUpdate } from './validation/cron-job.js';

/** The strategy of CronJobs. */
export const cronJob = strategyOf<CronJob>({
  kind: cronJobs,
  defaults: cronJobDefaults,
  hasGeneration: true,
  prepareForCreate: freshStatus({}),
  prepareForUpdate: keepStatus,
  validate: validateCronJob,
  validateUpdate: validateCronJobUpdate,
  warningsOnCreate: object => [...nameWarnings(object.metadata), ...jobWarnings(object)],
  warningsOnUpdate: (object, old) => [
    ...(object.metadata.generation === old.metadata.generation ? [] : jobWarnings(object)),
    ...(object.spec?.schedule.includes('TZ') === true ? [zoneText] : []),
  ],
  status: { prepareForUpdate: keepSpec },
  columns: cronJobColumns,
  cells: (object, nowMs) => {
    const { spec, status } = object;
    const last = status?.lastScheduleTime;
    return [
      object.metadata.name,
      spec?.schedule ?? '',
      spec?.timeZone ?? '<none>',
      spec?.suspend === undefined ? '<unset>' : spec.suspend ? 'True' : 'False',
      (status?.active ?? []).length,
      last === undefined ? '<none>' : sinceText(last, nowMs),
      ageOf(object, nowMs),
      ...containerCells(spec?.jobTemplate.spec?.template.spec?.containers),
      selectorCell(spec?.jobTemplate.spec?.selector),
    ];
  },
});

const zoneText =
  'cannot use TZ or CRON_TZ in spec.spec.schedule, use timeZone instead, see ' +
  'https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/ for more details';

function jobWarnings({ spec }: CronJob): readonly string[] {
  const path = 'spec.jobTemplate.spec';
  const job = spec?.jobTemplate.spec;
  return [...sizeWarnings(job, path), ...templateWarnings(job?.template, `${path}.template`)];
}
