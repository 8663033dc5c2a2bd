/** How much of a node is asked for. @upstream simulator/utilization/info.go */
import type { Node, Pod } from '../api/kinds/core.js';
import { milliValueOf } from '../api/quantity.js';
import { podRequests } from '../scheduler/pod-requests.js';
import { gpuResourceOf } from './gpu.js';
import type { AutoscalerOptions } from './options.js';
import { isDaemonSetPod, isLongTerminating, isMirrorPod } from './pods.js';

/** The share that counts, and of which resource it is. */
export interface Utilization {
  readonly resource: string;
  readonly value: number;
}

/** GPUs alone count on nodes that have them, else CPU or memory, whichever is higher. Absent: a node that tells of neither. */
export function utilizationOf(
  node: Node,
  pods: readonly Pod[],
  { options, nowMs }: { readonly options: AutoscalerOptions; readonly nowMs: number },
): Utilization | undefined {
  const shareOf = (resource: string): number | undefined =>
    share(milliValueOf(node.status?.allocatable?.[resource]), pods, { resource, options, nowMs });
  const gpu = gpuResourceOf(node, options.gpuLabel);
  // GPUs that have not shown up yet are not in use.
  if (gpu !== undefined) return { resource: gpu, value: shareOf(gpu) ?? 0 };
  const cpu = shareOf('cpu');
  const memory = shareOf('memory');
  if (cpu === undefined || memory === undefined) return undefined;
  return cpu > memory ? { resource: 'cpu', value: cpu } : { resource: 'memory', value: memory };
}

interface ShareOptions {
  readonly resource: string;
  readonly options: AutoscalerOptions;
  readonly nowMs: number;
}

function share(
  allocatableMilli: number,
  pods: readonly Pod[],
  { resource, options, nowMs }: ShareOptions,
): number | undefined {
  if (allocatableMilli === 0) return undefined;
  let asked = 0;
  let leftOut = 0;
  for (const pod of pods) {
    const amount = podRequests(pod, { usesStatus: true }).get(resource) ?? 0;
    const milli = resource === 'cpu' ? amount : amount * 1000;
    if (isLeftOut(pod, options)) leftOut += milli;
    else if (!isLongTerminating(pod, nowMs)) asked += milli;
  }
  return Math.ceil(asked) / (allocatableMilli - Math.ceil(leftOut));
}

/** What is left out is left out of the node as well. */
function isLeftOut(pod: Pod, options: AutoscalerOptions): boolean {
  if (options.ignoreDaemonSetsUtilization && isDaemonSetPod(pod)) return true;
  return options.ignoreMirrorPodsUtilization && isMirrorPod(pod);
}
