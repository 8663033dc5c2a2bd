/** What of a TrainJob does not fit the JobSet of its runtime. @upstream kubeflow/trainer v2.3.0 pkg/runtime/framework/plugins/jobset/jobset.go */
import { invalid, type FieldError } from '../../api/field-error.js';
import type { Container } from '../../api/kinds/core.js';
import { domainPrefixedPathErrors } from '../jobset/domain-path.js';
import type { ReplicatedJob } from '../jobset/types.js';
import { podOf } from './containers.js';
import { datasetStep, modelStep, nodeName } from './names.js';
import type { RuntimePatch, TrainingRuntime, TrainJob } from './types.js';

const initializerVolume = 'initializer';
const patchesPath = 'spec.runtimePatches';
const refPath = 'spec.runtimeRef';

/** The reference, its fields in the order of Go's struct. */
export function refOf({ spec }: TrainJob): object {
  const { name, apiGroup, kind } = spec.runtimeRef;
  return {
    name,
    ...(apiGroup !== undefined && { apiGroup }),
    ...(kind !== undefined && { kind }),
  };
}

/** The errors. */
export function jobSetErrors(job: TrainJob, { spec }: TrainingRuntime): readonly FieldError[] {
  const all = spec.template?.spec?.replicatedJobs ?? [];
  const { initializer, runtimePatches = [] } = job.spec;
  return [
    ...(initializer?.dataset === undefined
      ? []
      : initializerErrors(job, all, { step: datasetStep, what: 'datasetConfig' })),
    ...(initializer?.model === undefined
      ? []
      : initializerErrors(job, all, { step: modelStep, what: 'modelConfig' })),
    ...runtimePatches.flatMap(patch => patchErrors(job, patch, all)),
  ];
}

function initializerErrors(
  job: TrainJob,
  all: readonly ReplicatedJob[],
  { step, what }: { readonly step: string; readonly what: string },
): readonly FieldError[] {
  const wrong = (text: string) => [invalid(refPath, refOf(job), text)];
  const replicated = all.find(({ name }) => name === step);
  if (replicated === undefined) {
    return wrong(`must have ${step} job when trainJob is configured with input ${what}`);
  }
  const { initContainers = [], containers } = podOf(replicated);
  if (![...initContainers, ...containers].some(({ name }) => name === step)) {
    return wrong(`must have container with name - ${step} in the ${step} job`);
  }
  const own = containers.filter(({ name }) => name === step);
  const mounts = own.flatMap(({ volumeMounts = [] }) => volumeMounts);
  if (mounts.some(({ name }) => name === initializerVolume)) return [];
  return wrong(
    `must have volumeMount with name - ${initializerVolume} in container ${step} of the ${step} job`,
  );
}

function patchErrors(
  job: TrainJob,
  { manager, trainingRuntimeSpec }: RuntimePatch,
  all: readonly ReplicatedJob[],
): readonly FieldError[] {
  const changes = trainingRuntimeSpec?.template?.spec?.replicatedJobs ?? [];
  return [
    ...domainPrefixedPathErrors(`${patchesPath}.manager`, manager),
    ...changes.flatMap(change =>
      changeProblems(change, all).map(text => invalid(patchesPath, job.spec.runtimePatches, text)),
    ),
  ];
}

function changeProblems(
  change: Partial<ReplicatedJob>,
  all: readonly ReplicatedJob[],
): readonly string[] {
  const replicated = all.find(({ name }) => name === change.name);
  if (replicated === undefined) {
    return ["must not have replicated job that doesn't exist in the runtime job template"];
  }
  const pod = podOf(replicated);
  const known = [...(pod.initContainers ?? []), ...pod.containers].map(({ name }) => name);
  const given: { containers?: readonly Container[]; initContainers?: readonly Container[] } =
    change.template?.spec?.template?.spec ?? {};
  const strange = (what: string) =>
    `must not have ${what} that doesn't exist in the runtime job ${replicated.name}`;
  const own = [datasetStep, modelStep, nodeName];
  return [
    ...(given.initContainers ?? [])
      .filter(({ name }) => !known.includes(name))
      .map(() => strange('initContainer')),
    ...(given.containers ?? []).flatMap(({ name, env = [] }) => {
      if (!known.includes(name)) return [strange('container')];
      const isOwn = env.length > 0 && own.includes(name);
      return isOwn ? [`must not have envs for the ${own.join(', ')} containers`] : [];
    }),
  ];
}
