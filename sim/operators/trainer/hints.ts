/** What the author of a TrainJob, or of a runtime, should know before it runs. */
import type { KubeObject } from '../../api/object.js';
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
  const { podGroupPolicy, mlPolicy } = spec;
  return [
    ...(podGroupPolicy === undefined
      ? []
      : ['podGroupPolicy is not simulated: pods are bound one by one, and not all or none']),
    ...(mlPolicy?.flux === undefined
      ? []
      : ['mlPolicy.flux is not simulated: the processes are not told of each other']),
  ];
}
