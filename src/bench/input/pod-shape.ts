/** What a pod of Kubernetes asks for, as a bench reckons: whole GPUs, instances of MIG, shares by annotation. */
import type { Pod } from '../../../sim/api/kinds/core.js';
import { podRequests } from '../../../sim/scheduler/pod-requests.js';
import { gpuCountKey, gpuMilliKey, gpuModelKey } from '../plugin/gpu-share.js';
import type { PodShape } from '../trace/trace.js';

const mib = 2 ** 20;

/** The label by which feature discovery names the product of a node's GPUs. */
export const productLabel = 'nvidia.com/gpu.product';

/** The shape of a pod. Instances of MIG count by their compute slices of seven. */
export function podShapeOf(pod: Pick<Pod, 'metadata' | 'spec'>): PodShape {
  const requests = podRequests(pod);
  const { annotations = {} } = pod.metadata;
  const whole = (requests.get('nvidia.com/gpu') ?? 0) + (requests.get('amd.com/gpu') ?? 0);
  const share = migMilli(requests) + Number(annotations[gpuMilliKey] ?? 0);
  const gpus = Number(annotations[gpuCountKey] ?? (whole > 0 ? whole : share > 0 ? 1 : 0));
  return {
    cpuMilli: Math.ceil(requests.get('cpu') ?? 0),
    memoryMib: Math.ceil((requests.get('memory') ?? 0) / mib),
    gpus,
    gpuMilli: gpus === 0 ? 0 : gpus === 1 && share > 0 ? Math.min(1000, share) : 1000,
    models: annotations[gpuModelKey] ?? pod.spec?.nodeSelector?.[productLabel] ?? '',
  };
}

function migMilli(requests: ReadonlyMap<string, number>): number {
  let milli = 0;
  for (const [name, count] of requests) {
    const slices = Number(/^nvidia\.com\/mig-(\d)g\./.exec(name)?.[1] ?? 0);
    milli += Math.floor((1000 * slices * count) / 7);
  }
  return milli;
}
