/** What the author of a TrainJob, or of a runtime, should know before it runs. */
import type { KubeObject } from '../../api/object.js';
import { schedulerName } from '../scheduler-plugins/keys.js';
import { schedulerName as volcanoName } from '../volcano/keys.js';
import { podOf } from './containers.js';
import { shippedRuntimes } from './runtimes.js';
import type { TrainingRuntime, TrainJob } from './types.js';

const gpu = 'nvidia.com/gpu';
/** The runtimes of torchtune, which are not made here. */
const torchtune = /^torchtune-/;

/** The hints about an object; none for other kinds. */
export function trainerHints(object: KubeObject): readonly string[] {
  if (object.kind === 'TrainJob') return jobHints(object as unknown as TrainJob);
  const isRuntime = object.kind === 'TrainingRuntime' || object.kind === 'ClusterTrainingRuntime';
  return isRuntime ? runtimeHints(object as unknown as TrainingRuntime) : [];
}

function jobHints({ spec }: TrainJob): readonly string[] {
  const { runtimeRef, trainer, runtimePatches = [] } = spec;
  const { name, kind = 'ClusterTrainingRuntime' } = runtimeRef;
  const shipped = shippedRuntimes().map(({ metadata }) => metadata.name ?? '');
  if (torchtune.test(name))
    return [`runtimeRef: ${name} is not simulated: no runtime of torchtune is`];
  if (kind !== 'ClusterTrainingRuntime') return [];
  if (!shipped.includes(name)) {
    return [
      `runtimeRef: ${name} is none of the runtimes that are shipped (${shipped.join(', ')}): it must be there first, or the TrainJob is refused`,
    ];
  }
  const { limits = {}, requests = {} } = trainer?.resourcesPerNode ?? {};
  const isSized = Object.keys({ ...limits, ...requests }).length > 0;
  const hasTolerations = JSON.stringify(runtimePatches).includes('"tolerations"');
  return [
    ...(isSized || runtimePatches.length > 0
      ? []
      : [
          `trainer.resourcesPerNode is not set, and ${name} asks for nothing: the pods get no GPU, and share a node with anybody`,
        ]),
    ...((limits[gpu] ?? requests[gpu]) !== undefined && !hasTolerations
      ? [
          `${name} tolerates no taints: where nodes with GPUs are tainted, add tolerations by runtimePatches, or the pods wait`,
        ]
      : []),
  ];
}

function runtimeHints({ spec }: TrainingRuntime): readonly string[] {
  const { podGroupPolicy, mlPolicy, template } = spec;
  return [
    ...Object.keys(podGroupPolicy ?? {}).flatMap(policy => schedulerHints(policy, template)),
    ...(mlPolicy?.flux === undefined
      ? []
      : ['mlPolicy.flux is not simulated: the processes are not told of each other']),
  ];
}

const schedulers: Readonly<Record<string, string>> = {
  coscheduling: schedulerName,
  volcano: volcanoName,
};

/** Trainer makes the group and names it; which scheduler the pods go to the runtime says itself. */
function schedulerHints(
  policy: string,
  template: TrainingRuntime['spec']['template'],
): readonly string[] {
  const wanted = schedulers[policy];
  const jobs = template?.spec?.replicatedJobs ?? [];
  const others = jobs.filter(job => podOf(job).schedulerName !== wanted);
  return wanted === undefined || others.length === 0
    ? []
    : [
        `podGroupPolicy.${policy}: the pods of ${others.map(({ name }) => name).join(', ')} do not ask for ${wanted} by schedulerName, and the default scheduler binds them one by one`,
      ];
}
