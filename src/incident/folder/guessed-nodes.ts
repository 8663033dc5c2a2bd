/** Nodes that only placements and metrics tell of: their names are known, their sizes are guessed. */
import type { Incident } from '../rebuild/incident.js';
import type { InitialObject } from '../rebuild/initial.js';

/** Large enough for what usually runs on such a node. */
const cpu = '64';
const memory = '512Gi';

/** Their Node objects. */
export function guessedNodes({ inventory }: Incident): InitialObject[] {
  return inventory.guessed.map(({ name, gpus, product }) => {
    const capacity = {
      cpu,
      memory,
      pods: '110',
      'ephemeral-storage': '500Gi',
      ...(gpus > 0 && { 'nvidia.com/gpu': String(gpus) }),
    };
    const labels = {
      'kubernetes.io/hostname': name,
      ...(gpus > 0 && {
        'nvidia.com/gpu.count': String(gpus),
        'nvidia.com/gpu.present': 'true',
        'nvidia.com/gpu.product': product,
      }),
    };
    return {
      object: {
        apiVersion: 'v1',
        kind: 'Node',
        metadata: { name, labels },
        spec: {},
        status: { capacity, allocatable: capacity },
      },
      comment: `guessed: placements and metrics name it; ${cpu} CPUs and ${memory} are a guess, ${gpus} GPUs are what was seen`,
    };
  });
}
