/** Prefers nodes that have the pod's images. @upstream pkg/scheduler/framework/plugins/imagelocality */
import { maxNodeScore, type PluginFactory } from '../framework.js';
import type { NodeInfo } from '../node-info.js';
import type { PodInfo } from '../pod-info.js';

const mebibyte = 1024 * 1024;
const leastBytes = 23 * mebibyte;
const mostBytesPerContainer = 1000 * mebibyte;

/** What a pod's containers would need of a node. */
interface Wanted {
  readonly pod: PodInfo;
  /** Their names with tags. */
  readonly images: readonly string[];
  readonly mostBytes: number;
}

/** The plug-in ImageLocality. */
export const imageLocality: PluginFactory = (_args, handle) => {
  // One pod after another is scheduled: what it wants is worked out once for all nodes.
  let last: Wanted | undefined;
  return {
    name: 'ImageLocality',
    score(_state, pod, node) {
      if (node.images.size === 0) return 0;
      if (last?.pod !== pod) last = wantedOf(pod);
      const { mostBytes } = last;
      const bytes = imageBytes(last, node, handle.nodes.nodes.length);
      const clamped = Math.min(Math.max(bytes, leastBytes), mostBytes);
      return Math.trunc((maxNodeScore * (clamped - leastBytes)) / (mostBytes - leastBytes));
    },
  };
};

function wantedOf(pod: PodInfo): Wanted {
  const { containers = [], initContainers = [], volumes = [] } = pod.pod.spec ?? {};
  const all = [...initContainers, ...containers];
  const images = all.map(({ image = '' }) => normalized(image));
  for (const { image } of volumes) {
    if (image !== undefined) images.push(normalized(image.reference ?? ''));
  }
  return { pod, images, mostBytes: mostBytesPerContainer * all.length };
}

/** The images' sizes, each scaled by the share of the nodes that have it. */
function imageBytes(wanted: Wanted, node: NodeInfo, nodeCount: number): number {
  let sum = 0;
  for (const image of wanted.images) {
    const state = node.images.get(image);
    if (state !== undefined) sum += Math.trunc(state.sizeBytes * (state.nodeCount / nodeCount));
  }
  return sum;
}

function normalized(image: string): string {
  return image.lastIndexOf(':') <= image.lastIndexOf('/') ? `${image}:latest` : image;
}
