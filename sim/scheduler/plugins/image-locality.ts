/** Prefers nodes that have the pod's images. @upstream pkg/scheduler/framework/plugins/imagelocality */
import { maxNodeScore, type PluginFactory } from '../framework.js';
import type { NodeInfo } from '../node-info.js';
import type { PodInfo } from '../pod-info.js';

const mebibyte = 1024 * 1024;
const leastBytes = 23 * mebibyte;
const mostBytesPerContainer = 1000 * mebibyte;

/** The plug-in ImageLocality. */
export const imageLocality: PluginFactory = (_args, handle) => ({
  name: 'ImageLocality',
  score(_state, pod, node) {
    if (node.images.size === 0) return 0;
    const { containers = [], initContainers = [] } = pod.pod.spec ?? {};
    const mostBytes = mostBytesPerContainer * (containers.length + initContainers.length);
    const bytes = imageBytes(pod, node, handle.nodes.nodes.length);
    const clamped = Math.min(Math.max(bytes, leastBytes), mostBytes);
    return Math.trunc((maxNodeScore * (clamped - leastBytes)) / (mostBytes - leastBytes));
  },
});

/** The images' sizes, each scaled by the share of the nodes that have it. */
function imageBytes(pod: PodInfo, { images }: NodeInfo, nodeCount: number): number {
  const { containers = [], initContainers = [], volumes = [] } = pod.pod.spec ?? {};
  let sum = 0;
  const count = (image: string) => {
    const state = images.get(normalized(image));
    if (state !== undefined) sum += Math.trunc(state.sizeBytes * (state.nodeCount / nodeCount));
  };
  for (const { image = '' } of initContainers) count(image);
  for (const { image = '' } of containers) count(image);
  for (const { image } of volumes) if (image !== undefined) count(image.reference ?? '');
  return sum;
}

function normalized(image: string): string {
  return image.lastIndexOf(':') <= image.lastIndexOf('/') ? `${image}:latest` : image;
}
