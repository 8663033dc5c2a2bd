/** What the author of an MXJob should know before it runs: upstream tells it late, or never. */
import type { KubeObject } from '../../api/object.js';
import { mxJob } from './mx-job.js';
import type { TrainingJob } from './types.js';

const modes = ['MXTrain', 'MXTune'];

/** The hints about an object; none for other kinds. */
export function mxJobHints(object: KubeObject): readonly string[] {
  if (object.kind !== 'MXJob') return [];
  const job = object as unknown as TrainingJob;
  const specs = Object.entries(mxJob.replicaSpecs(job));
  const hints: string[] = [];
  const mode = job.spec?.['jobMode'];
  if (mode !== undefined && !modes.includes(String(mode))) {
    hints.push(
      `jobMode: ${String(mode)} is none that the operator knows: use ${modes.join(' or ')}`,
    );
  }
  for (const [type, spec] of specs) {
    const containers = spec.template?.spec?.containers ?? [];
    if (containers.some(container => container.name === mxJob.defaultContainerName)) continue;
    hints.push(
      `${type}: name its container "${mxJob.defaultContainerName}": the operator looks for that name and runs nothing without it`,
    );
  }
  const types = specs.map(([type]) => type.toLowerCase());
  if (types.includes('scheduler') && !types.includes('server')) {
    hints.push(
      'there is no Server: DMLC_NUM_SERVER will be 0, and a training with a dist_* key-value store waits for ever; add a Server with replicas',
    );
  }
  return hints;
}
