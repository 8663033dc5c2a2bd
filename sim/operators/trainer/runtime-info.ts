/** A runtime made ready for one training: patched, with its resources, and how many pods each part has. @upstream kubeflow/trainer v2.3.0 pkg/runtime/core/trainingruntime.go */
import { shapeOf, type StructShape } from '../../api/facts.js';
import type { Container, ResourceRequirements } from '../../api/kinds/core.js';
import type { PodTemplateSpec } from '../../api/kinds/core.js';
import { applyStrategicMergePatch } from '../../api/patch/strategic-merge-patch.js';
import type { JobSetSpec, ReplicatedJob } from '../jobset/types.js';
import { podOf, stepOf, withContainer, withJobs, withPod } from './containers.js';
import { nodeName, trainerStep } from './names.js';
import type {
  JobSetTemplate,
  MlPolicy,
  PodGroupPolicy,
  TrainingRuntime,
  TrainJob,
} from './types.js';

/** How many pods a replicated job's Jobs have. */
export interface PodSet {
  readonly name: string;
  readonly step: string | undefined;
  readonly count: number;
}

/** What policies change, and JobSets are made from. */
export interface RuntimeInfo {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly policy: MlPolicy | undefined;
  readonly groupPolicy: PodGroupPolicy;
  readonly spec: JobSetSpec;
  readonly podSets: readonly PodSet[];
}

/** The runtime for this training; the text tells why its patches do not fit. */
export function runtimeInfo(job: TrainJob, runtime: TrainingRuntime): RuntimeInfo | string {
  const { template = {}, mlPolicy, podGroupPolicy = {} } = runtime.spec;
  const patched = patchedSpec(job, template.spec ?? {});
  if (typeof patched === 'string') return patched;
  const spec = withResources(job, typedSpec(patched), mlPolicy);
  const metadata = [template, ...patchesOf(job)].map(one => one.metadata ?? {});
  return {
    labels: Object.assign({}, ...metadata.map(({ labels }) => labels)) as RuntimeInfo['labels'],
    annotations: Object.assign(
      {},
      ...metadata.map(({ annotations }) => annotations),
    ) as RuntimeInfo['annotations'],
    policy: mlPolicy,
    groupPolicy: podGroupPolicy,
    spec,
    podSets: (spec.replicatedJobs ?? []).map(replicated => podSetOf(replicated, mlPolicy)),
  };
}

/** The spec as Go's types write it: some parts are there though they are empty. */
export function typedSpec(spec: JobSetSpec): JobSetSpec {
  const sized = (container: Container): Container => ({
    ...container,
    resources: container.resources ?? {},
  });
  return withJobs(spec, replicated => {
    const { template } = replicated;
    const podTemplate = template.spec?.template;
    const pod = podOf(replicated);
    return {
      ...replicated,
      template: {
        ...template,
        metadata: template.metadata ?? {},
        spec: {
          ...template.spec,
          template: {
            ...podTemplate,
            metadata: podTemplate?.metadata ?? {},
            spec: {
              ...pod,
              ...(pod.initContainers !== undefined && {
                initContainers: pod.initContainers.map(sized),
              }),
              containers: pod.containers.map(sized),
            },
          },
        },
      },
    };
  });
}

/** The info with another number of pods in this set. */
export function withCount(
  info: RuntimeInfo,
  isMeant: (set: PodSet) => boolean,
  count: number | undefined,
): RuntimeInfo {
  if (count === undefined) return info;
  const meant = info.podSets.find(isMeant);
  const podSets = info.podSets.map(set => (set === meant ? { ...set, count } : set));
  return { ...info, podSets };
}

/** What a node of the training has: what the training says, or else the runtime. */
export function resourcesOf(job: TrainJob, { spec }: RuntimeInfo): ResourceRequirements {
  const given = job.spec.trainer?.resourcesPerNode;
  if (given !== undefined) return given;
  for (const replicated of spec.replicatedJobs ?? []) {
    if (replicated.name !== nodeName && stepOf(replicated) !== trainerStep) continue;
    const node = podOf(replicated).containers.find(({ name }) => name === nodeName);
    if (node?.resources !== undefined) return node.resources;
  }
  return {};
}

function podSetOf(replicated: ReplicatedJob, policy: MlPolicy | undefined): PodSet {
  const step = stepOf(replicated);
  const isTrainer = step === trainerStep && policy !== undefined;
  const { parallelism = 1 } = replicated.template.spec ?? {};
  const count = isTrainer ? (policy.numNodes ?? 1) : parallelism;
  return { name: replicated.name, step, count: Math.max(count, 1) };
}

function withResources(job: TrainJob, spec: JobSetSpec, policy: MlPolicy | undefined): JobSetSpec {
  const given = job.spec.trainer?.resourcesPerNode;
  if (given === undefined || policy === undefined) return spec;
  const isAlsoNode = policy.mpi?.runLauncherAsNode === true;
  return withJobs(spec, replicated => {
    const isMeant =
      stepOf(replicated) === trainerStep || (isAlsoNode && replicated.name === nodeName);
    if (!isMeant) return replicated;
    return withContainer(replicated, nodeName, container => ({
      ...container,
      resources: mergedResources(container.resources ?? {}, given),
    }));
  });
}

function mergedResources(
  base: ResourceRequirements,
  given: ResourceRequirements,
): ResourceRequirements {
  const limits = { ...base.limits, ...given.limits };
  const requests = { ...base.requests, ...given.requests };
  return {
    ...(Object.keys(limits).length > 0 && { limits }),
    ...(Object.keys(requests).length > 0 && { requests }),
  };
}

function patchesOf({ spec }: TrainJob): readonly JobSetTemplate[] {
  return (spec.runtimePatches ?? []).flatMap(({ trainingRuntimeSpec }) =>
    trainingRuntimeSpec?.template === undefined ? [] : [trainingRuntimeSpec.template],
  );
}

function patchedSpec(job: TrainJob, spec: JobSetSpec): JobSetSpec | string {
  let all = spec.replicatedJobs ?? [];
  for (const { spec: patch } of patchesOf(job)) {
    for (const change of patch?.replicatedJobs ?? []) {
      const old = all.find(({ name }) => name === change.name);
      if (old === undefined) return `the runtime has no replicated job ${change.name}`;
      const next = patchedJob(old, change);
      if (typeof next === 'string') return next;
      all = all.map(one => (one === old ? next : one));
    }
  }
  return { ...spec, replicatedJobs: all };
}

/** Of a replicated job a patch holds metadata and the template of the pods. */
function patchedJob(old: ReplicatedJob, change: Partial<ReplicatedJob>): ReplicatedJob | string {
  const { metadata, spec } = change.template ?? {};
  const marks = { labels: metadata?.labels, annotations: metadata?.annotations };
  const marked: ReplicatedJob = {
    ...old,
    template: {
      ...old.template,
      ...(metadata !== undefined && {
        metadata: {
          ...old.template.metadata,
          ...(marks.labels && { labels: { ...old.template.metadata?.labels, ...marks.labels } }),
          ...(marks.annotations && {
            annotations: { ...old.template.metadata?.annotations, ...marks.annotations },
          }),
        },
      }),
    },
  };
  const pod = spec?.template;
  if (pod === undefined) return marked;
  const merged = applyStrategicMergePatch(
    (marked.template.spec?.template ?? {}) as Readonly<Record<string, unknown>>,
    pod as Readonly<Record<string, unknown>>,
    shapeOf('core/v1.PodTemplateSpec') as StructShape,
  );
  if (!merged.isOk) return merged.error;
  const template = merged.value as PodTemplateSpec;
  const whole = withPod(marked, template.spec ?? { containers: [] });
  return {
    ...whole,
    template: {
      ...whole.template,
      spec: { ...whole.template.spec, template },
    },
  };
}
