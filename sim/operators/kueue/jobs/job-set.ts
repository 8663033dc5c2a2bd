/** JobSets. @upstream kueue v0.19.2 pkg/controller/jobs/jobset */
import { findCondition } from '../../../api/meta.js';
import type { PodTemplateSpec } from '../../../api/kinds/core.js';
import { jobSets, type JobSet, type ReplicatedJob } from '../../jobset/types.js';
import type { JobIntegration } from '../job-integration.js';
import { merged, restored } from '../pod-set-info.js';

const indexLabel = 'batch.kubernetes.io/job-completion-index';
const jobIndexLabel = 'jobset.sigs.k8s.io/job-index';

/** The integration of JobSets. */
export const jobSet: JobIntegration<JobSet> = {
  kind: jobSets,

  isSuspended: ({ spec }) => spec.suspend === true,

  withSuspend: (set, suspend) => ({ ...set, spec: { ...set.spec, suspend } }),

  podSets: ({ spec }) =>
    (spec.replicatedJobs ?? []).map(one => ({
      name: one.name,
      count: replicasOf(one) * podsOfEach(one),
      template: templateOf(one),
      topologyRequest: {
        podIndexLabel: indexLabel,
        subGroupCount: replicasOf(one),
        subGroupIndexLabel: jobIndexLabel,
      },
    })),

  started(set, infos) {
    const jobs = set.spec.replicatedJobs ?? [];
    if (infos.length !== jobs.length) {
      return `invalid podset infos: expecting ${jobs.length} podset, got ${infos.length}`;
    }
    return changed(jobSet.withSuspend(set, false), (template, index) => {
      const info = infos[index];
      return info === undefined ? template : merged(template, info);
    });
  },

  restored(set, podSets) {
    if (podSets.length !== (set.spec.replicatedJobs ?? []).length) return set;
    const next = changed(set, (template, index) => {
      const podSet = podSets[index];
      return podSet === undefined ? template : restored(template, podSet);
    });
    return typeof next === 'string' ? set : next;
  },

  isActive: ({ status }) => (status?.replicatedJobsStatus ?? []).some(({ active }) => active > 0),

  arePodsReady({ spec, status }) {
    const wanted = (spec.replicatedJobs ?? []).reduce((sum, one) => sum + replicasOf(one), 0);
    const there = (status?.replicatedJobsStatus ?? []).reduce(
      (sum, { ready, succeeded }) => sum + ready + succeeded,
      0,
    );
    return wanted === there;
  },

  end({ status }) {
    for (const type of ['Completed', 'Failed']) {
      const condition = findCondition(status?.conditions, type);
      if (condition?.status !== 'True') continue;
      return { message: condition.message ?? '', isSuccess: type === 'Completed' };
    }
    return undefined;
  },

  priorityClass: ({ spec }) =>
    (spec.replicatedJobs ?? [])
      .map(one => templateOf(one).spec?.priorityClassName ?? '')
      .find(name => name !== '') ?? '',

  reclaimablePods: ({ spec, status }) =>
    (spec.replicatedJobs ?? []).flatMap(one => {
      const found = status?.replicatedJobsStatus?.find(({ name }) => name === one.name);
      const succeeded = found?.succeeded ?? 0;
      const isKnown = succeeded > 0 && succeeded <= replicasOf(one);
      return isKnown ? [{ name: one.name, count: succeeded * podsOfEach(one) }] : [];
    }),
};

function replicasOf({ replicas }: ReplicatedJob): number {
  return replicas ?? 1;
}

function podsOfEach({ template }: ReplicatedJob): number {
  const parallelism = template.spec?.parallelism ?? 1;
  return Math.min(parallelism, template.spec?.completions ?? parallelism);
}

function templateOf({ template }: ReplicatedJob): PodTemplateSpec {
  return template.spec?.template ?? {};
}

/** The set with each of its templates changed, or the first text on why one cannot be. */
function changed(
  set: JobSet,
  change: (template: PodTemplateSpec, index: number) => PodTemplateSpec | string,
): JobSet | string {
  const replicatedJobs: ReplicatedJob[] = [];
  for (const [index, job] of (set.spec.replicatedJobs ?? []).entries()) {
    const { spec } = job.template;
    const template = change(templateOf(job), index);
    if (typeof template === 'string') return template;
    if (spec === undefined) replicatedJobs.push(job);
    else
      replicatedJobs.push({ ...job, template: { ...job.template, spec: { ...spec, template } } });
  }
  return { ...set, spec: { ...set.spec, replicatedJobs } };
}
