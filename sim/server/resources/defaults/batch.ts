/** The defaults of jobs. @upstream pkg/apis/batch/v1/defaults.go */
import type { CronJob, Job, JobSpec, PodFailurePolicy } from '../../../api/kinds/batch.js';
import { eachItem, fill, fillEmpty, within } from './fill.js';
import { podTemplateDefaults } from './pod-spec.js';
import { isEmpty } from './workload.js';

/** What backoffLimit is when failures are counted per index: as good as none. */
const unlimited = 2147483647;

const noTemplate = { metadata: {}, spec: { containers: [] } };

/** The defaults of a Job. */
export function jobDefaults(job: Job): Job {
  let result = fill(job, { spec: { template: noTemplate }, status: {} });
  result = within(result, 'spec', jobSpecDefaults);
  const labels = result.spec?.template.metadata?.labels;
  if (labels !== undefined && isEmpty(result.metadata.labels)) {
    result = { ...result, metadata: { ...result.metadata, labels } };
  }
  return result;
}

function jobSpecDefaults(spec: JobSpec): JobSpec {
  let result = sharedSpecDefaults(spec);
  if (result.completions === undefined && result.parallelism === undefined) {
    result = Object.assign({}, result, { completions: 1, parallelism: 1 });
  }
  return fill(result, {
    parallelism: 1,
    backoffLimit: result.backoffLimitPerIndex === undefined ? 6 : unlimited,
    completionMode: 'NonIndexed',
    suspend: false,
    podReplacementPolicy: result.podFailurePolicy === undefined ? 'TerminatingOrFailed' : 'Failed',
    manualSelector: false,
  });
}

/** What the spec of a Job has in a CronJob's template too. */
function sharedSpecDefaults(spec: JobSpec): JobSpec {
  const filled = fill(spec, { template: noTemplate });
  const templated = within(filled, 'template', podTemplateDefaults);
  return within(templated, 'podFailurePolicy', failurePolicyDefaults);
}

function failurePolicyDefaults(policy: PodFailurePolicy): PodFailurePolicy {
  return within(policy, 'rules', rules =>
    eachItem(rules, rule =>
      within(rule, 'onPodConditions', patterns =>
        eachItem(patterns, pattern => fillEmpty(pattern, { status: 'True' })),
      ),
    ),
  );
}

/** The defaults of a CronJob: those of jobs are set on the jobs that it makes. */
export function cronJobDefaults(cronJob: CronJob): CronJob {
  const filled = fill(cronJob, { status: {} });
  return within(filled, 'spec', spec => {
    const typed = fillEmpty(spec, { concurrencyPolicy: 'Allow' });
    const counted = fill(typed, {
      suspend: false,
      successfulJobsHistoryLimit: 3,
      failedJobsHistoryLimit: 1,
      jobTemplate: { metadata: {}, spec: { template: noTemplate } },
    });
    return within(counted, 'jobTemplate', template =>
      within(
        fill(template, { metadata: {}, spec: { template: noTemplate } }),
        'spec',
        sharedSpecDefaults,
      ),
    );
  });
}
