/** Jobs of batch/v1. @upstream kueue v0.19.2 pkg/controller/jobs/job */
import { jobs, type Job } from '../../../api/kinds/batch.js';
import { findCondition } from '../../../api/meta.js';
import type { JobIntegration } from '../job-integration.js';
import { keys } from '../keys.js';
import { merged, restored } from '../pod-set-info.js';
import type { PodSet } from '../types.js';

const setName = 'main';
const ownLabels = [
  'job-name',
  'controller-uid',
  'batch.kubernetes.io/job-name',
  'batch.kubernetes.io/controller-uid',
];
const jobNameLabel = 'batch.kubernetes.io/job-name';
const indexLabel = 'batch.kubernetes.io/job-completion-index';

/** The integration of Jobs. */
export const batchJob: JobIntegration<Job> = {
  kind: jobs,

  isSuspended: ({ metadata, spec }) =>
    spec?.suspend === true && metadata.annotations?.[keys.stopping] !== 'true',

  withSuspend: (job, suspend) => withSpec(job, { suspend }),

  podSets: job => [podSetOf(job)],

  started(job, [info]) {
    if (info === undefined || job.spec === undefined) {
      return 'invalid podset infos: expecting 1 podset, got 0';
    }
    const template = merged(job.spec.template, info);
    if (typeof template === 'string') return template;
    return withSpec(withCount(job, info.count), { template, suspend: false });
  },

  restored(job, [set]) {
    if (set === undefined || job.spec === undefined) return job;
    const labels = job.spec.template.metadata?.labels ?? {};
    const kept = Object.entries(labels).filter(([key]) => ownLabels.includes(key));
    const template = restored(job.spec.template, set, Object.fromEntries(kept));
    return withSpec(withCount(job, set.count), { template });
  },

  isActive: ({ status }) => (status?.active ?? 0) !== 0,

  arePodsReady({ status, spec }) {
    const uncounted = status?.uncountedTerminatedPods?.succeeded?.length ?? 0;
    return (status?.succeeded ?? 0) + (status?.ready ?? 0) + uncounted >= podsCount(spec);
  },

  end({ status }) {
    for (const type of ['Complete', 'Failed']) {
      const condition = findCondition(status?.conditions, type);
      if (condition?.status !== 'True') continue;
      return { message: condition.message ?? '', isSuccess: type === 'Complete' };
    }
    return undefined;
  },

  priorityClass: ({ spec }) => spec?.template.spec?.priorityClassName ?? '',

  reclaimablePods({ spec, status }) {
    const parallelism = spec?.parallelism ?? 1;
    const completions = spec?.completions ?? parallelism;
    const isIndexed = spec?.completionMode === 'Indexed';
    const done = isIndexed
      ? indexesIn([status?.completedIndexes, status?.failedIndexes], completions)
      : (status?.succeeded ?? 0);
    const left = Math.max(0, completions - done);
    if (parallelism <= 1 || done === 0 || left >= parallelism) return [];
    return [{ name: setName, count: parallelism - left }];
  },

  stopsInSteps: {
    marked: job => withAnnotation(withSpec(job, { suspend: true }), 'true'),
    unmarked: job => withAnnotation(job, undefined),
    withoutStart(job) {
      if (job.status?.startTime === undefined) return undefined;
      const { startTime: _, ...status } = job.status;
      return { ...job, status };
    },
  },

  refusals: job => minParallelismErrors(job),
};

function podSetOf({ metadata, spec }: Job): PodSet {
  const template = spec?.template ?? {};
  const { labels, ...rest } = template.metadata ?? {};
  const kept = Object.entries(labels ?? {}).filter(
    ([key]) => key === jobNameLabel || !ownLabels.includes(key),
  );
  const minCount = minPods(metadata.annotations?.[keys.minParallelism]);
  return {
    name: setName,
    count: podsCount(spec),
    ...(minCount !== undefined && { minCount }),
    template: {
      ...template,
      metadata: { ...rest, ...(kept.length > 0 && { labels: Object.fromEntries(kept) }) },
    },
    topologyRequest: { podIndexLabel: indexLabel },
  };
}

function podsCount(spec: Job['spec']): number {
  const parallelism = spec?.parallelism ?? 1;
  return Math.min(parallelism, spec?.completions ?? parallelism);
}

function minPods(text: string | undefined): number | undefined {
  return text !== undefined && /^[+-]?\d+$/.test(text) ? Number(text) : undefined;
}

/** With partial admission the job runs with as many pods as it got. */
function withCount(job: Job, parallelism: number): Job {
  const { annotations = {} } = job.metadata;
  if (minPods(annotations[keys.minParallelism]) === undefined) return job;
  const isSynced = ['1', 't', 'T', 'true', 'TRUE', 'True'].includes(
    annotations[keys.completionsEqualParallelism] ?? '',
  );
  return withSpec(job, { parallelism, ...(isSynced && { completions: parallelism }) });
}

function minParallelismErrors({ metadata, spec }: Job): readonly string[] {
  const text = metadata.annotations?.[keys.minParallelism];
  if (text === undefined) return [];
  const path = `metadata.annotations[${keys.minParallelism}]`;
  const count = minPods(text);
  if (count === undefined) {
    const why = `strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`;
    return [`${path}: Invalid value: ${JSON.stringify(text)}: ${why}`];
  }
  const most = podsCount(spec);
  if (count > 0 && count < most) return [];
  return [`${path}: Invalid value: ${count}: should be between 0 and ${most - 1}`];
}

function withSpec(job: Job, fields: Partial<NonNullable<Job['spec']>>): Job {
  return job.spec === undefined ? job : { ...job, spec: { ...job.spec, ...fields } };
}

function withAnnotation(job: Job, value: string | undefined): Job {
  const { [keys.stopping]: _, ...rest } = job.metadata.annotations ?? {};
  const annotations = value === undefined ? rest : { ...rest, [keys.stopping]: value };
  return { ...job, metadata: { ...job.metadata, annotations } };
}

/** How many indexes the texts `0,3-5` name, those below the bound, each once. */
function indexesIn(texts: readonly (string | undefined)[], below: number): number {
  const ranges = texts
    .flatMap(text => (text === undefined || text === '' ? [] : text.split(',')))
    .map(range => range.split('-').map(Number))
    .map(([first = 0, last = first]) => [first, Math.min(last, below - 1)] as const)
    .sort(([a], [b]) => a - b);
  let count = 0;
  let counted = -1;
  for (const [first, last] of ranges) {
    const from = Math.max(first, counted + 1);
    if (from > last) continue;
    count += last - from + 1;
    counted = last;
  }
  return count;
}
