/** Child Jobs that are stopped, and that go on. @upstream jobset pkg/controllers/jobset_controller.go */
import { deepEqual } from '../../api/equality.js';
import type { Job } from '../../api/kinds/batch.js';
import type { ReplicatedJob } from './types.js';

/** The Job, to be stopped. */
export function suspended(job: Job): Job {
  return job.spec === undefined ? job : { ...job, spec: { ...job.spec, suspend: true } };
}

/** The Job, to go on where the JobSet's template now says: a queue may have written it there. */
export function resumed(job: Job, { template: wanted }: ReplicatedJob): Job {
  if (job.spec === undefined) return job;
  const { template } = job.spec;
  const given = wanted.spec?.template;
  const pod = template.spec ?? { containers: [] };
  const nodeSelector = { ...pod.nodeSelector, ...given?.spec?.nodeSelector };
  const tolerations = merged(pod.tolerations, given?.spec?.tolerations);
  const gates = merged(pod.schedulingGates, given?.spec?.schedulingGates);
  return {
    ...job,
    spec: {
      ...job.spec,
      suspend: false,
      template: {
        ...template,
        metadata: {
          ...template.metadata,
          labels: { ...template.metadata?.labels, ...given?.metadata?.labels },
          annotations: { ...template.metadata?.annotations, ...given?.metadata?.annotations },
        },
        spec: {
          ...pod,
          ...(Object.keys(nodeSelector).length > 0 && { nodeSelector }),
          ...(tolerations.length > 0 && { tolerations }),
          ...(gates.length > 0 && { schedulingGates: gates }),
        },
      },
    },
  };
}

function merged<T>(old: readonly T[] = [], more: readonly T[] = []): readonly T[] {
  return [...old, ...more.filter(item => !old.some(one => deepEqual(one, item)))];
}
