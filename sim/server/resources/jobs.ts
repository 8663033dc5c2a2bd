/** Jobs. @upstream pkg/registry/batch/job/strategy.go */
import { jobs, type Job, type JobSpec } from '../../api/kinds/batch.js';
import { humanDuration } from '../../api/duration.js';
import { isConditionTrue } from '../../api/meta.js';
import { timeMs } from '../../api/time.js';
import { ageOf, containerCells } from './columns/cell.js';
import { selectorCell } from './columns/selector-text.js';
import { jobColumns } from './columns/workloads.js';
import { jobDefaults } from './defaults/batch.js';
import { isEmpty } from './defaults/workload.js';
import { keepSpec, keepStatus } from './parts.js';
import { sizeWarnings } from './job-warnings.js';
import { nameWarnings, templateWarnings } from './pod-warnings.js';
import { strategyOf } from './strategy.js';
import { validateJobStatus } from './validation/job-status.js';
import { validateJob, validateJobUpdate } from './validation/job.js';

/** The strategy of Jobs. */
export const job = strategyOf<Job>({
  kind: jobs,
  defaults: jobDefaults,
  hasGeneration: true,
  prepareForCreate: object => withSelector({ ...object, status: {} }),
  prepareForUpdate: keepStatus,
  validate: validateJob,
  validateUpdate: validateJobUpdate,
  warningsOnCreate: object => [
    ...nameWarnings(object.metadata),
    ...sizeWarnings(object.spec, 'spec'),
    ...templateWarnings(object.spec?.template),
  ],
  warningsOnUpdate: (object, old) =>
    object.metadata.generation === old.metadata.generation
      ? []
      : [...sizeWarnings(object.spec, 'spec'), ...templateWarnings(object.spec?.template)],
  status: { prepareForUpdate: keepSpec, validateUpdate: validateJobStatus },
  defaultPropagation: 'Orphan',
  propagationWarning:
    'child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to remove them or set propagationPolicy=Orphan to suppress this warning',
  selectableFields: {
    'status.successful': object => String(object.status?.succeeded ?? 0),
  },
  fieldSelectorError: 'not-supported-for-kind',
  columns: jobColumns,
  cells: (object, nowMs) => [
    object.metadata.name,
    statusText(object),
    completionsText(object),
    durationText(object, nowMs),
    ageOf(object, nowMs),
    ...containerCells(object.spec?.template.spec?.containers),
    selectorCell(object.spec?.selector),
  ],
});

/** Names the job's pods after its uid, unless the user chose the selector. */
function withSelector(job: Job): Job {
  const { spec } = job;
  if (spec === undefined || spec.manualSelector === true) return job;
  const next = generatedSelector(spec, job);
  const labels = next.template.metadata?.labels;
  // A Job without labels of its own has those of its template: by default, when it is read again.
  const own = job.metadata.labels;
  const isOwn = own !== undefined && own !== spec.template.metadata?.labels && !isEmpty(own);
  const metadata = isOwn || labels === undefined ? job.metadata : { ...job.metadata, labels };
  return { ...job, metadata, spec: next };
}

function generatedSelector(spec: JobSpec, job: Job): JobSpec {
  const uid = job.metadata.uid ?? '';
  const name = job.metadata.name ?? '';
  const given = spec.template.metadata?.labels ?? {};
  // Labels that the user set are kept: validation then tells what they should have been.
  const labels = {
    'job-name': name,
    'controller-uid': uid,
    'batch.kubernetes.io/job-name': name,
    'batch.kubernetes.io/controller-uid': uid,
    ...given,
  };
  const uids = { 'batch.kubernetes.io/controller-uid': uid };
  const matchLabels = Object.assign(uids, spec.selector?.matchLabels);
  return Object.assign({}, spec, {
    template: Object.assign({}, spec.template, {
      metadata: Object.assign({}, spec.template.metadata, { labels }),
    }),
    selector: Object.assign({}, spec.selector, { matchLabels }),
  });
}

function statusText(job: Job): string {
  const conditions = job.status?.conditions;
  if (isConditionTrue(conditions, 'Complete')) return 'Complete';
  if (isConditionTrue(conditions, 'Failed')) return 'Failed';
  if (job.metadata.deletionTimestamp !== undefined) return 'Terminating';
  if (isConditionTrue(conditions, 'Suspended')) return 'Suspended';
  if (isConditionTrue(conditions, 'FailureTarget')) return 'FailureTarget';
  if (isConditionTrue(conditions, 'SuccessCriteriaMet')) return 'SuccessCriteriaMet';
  return 'Running';
}

function completionsText(job: Job): string {
  const succeeded = job.status?.succeeded ?? 0;
  const completions = job.spec?.completions;
  if (completions !== undefined) return `${succeeded}/${completions}`;
  const parallelism = job.spec?.parallelism ?? 0;
  return parallelism > 1 ? `${succeeded}/1 of ${parallelism}` : `${succeeded}/1`;
}

function durationText(job: Job, nowMs: number): string {
  const started = timeMs(job.status?.startTime);
  if (started === undefined) return '';
  return humanDuration((timeMs(job.status?.completionTime) ?? nowMs) - started);
}
