/** The plug-in NodeResourcesAllocatable: prefers the smallest nodes, or the largest. @upstream scheduler-plugins v0.34.7 pkg/noderesources/allocatable.go */
import { maxNodeScore, type PluginFactory } from '../../scheduler/framework.js';
import type { NodeInfo } from '../../scheduler/node-info.js';

/** Its arguments. */
interface Args {
  readonly mode?: 'Least' | 'Most';
  readonly resources?: readonly { readonly name: string; readonly weight: number }[];
}

/** A thousandth of a CPU weighs as much as a MiB. */
const usualResources = [
  { name: 'cpu', weight: 2 ** 20 },
  { name: 'memory', weight: 1 },
];

/** The plug-in. */
export const nodeResourcesAllocatable: PluginFactory = args => {
  const { mode = 'Least', resources = [] } = (args ?? {}) as Args;
  const weighed = resources.length === 0 ? usualResources : resources;
  const weights = weighed.reduce((sum, { weight }) => sum + weight, 0);
  const sign = mode === 'Least' ? -1 : 1;
  return {
    name: 'NodeResourcesAllocatable',
    score(_state, _pod, node) {
      const sum = weighed.reduce(
        (all, { name, weight }) => all + allocatable(node, name) * weight,
        0,
      );
      return Math.trunc((sign * sum) / weights);
    },
    normalizeScore(_state, scores) {
      const lowest = Math.min(...scores);
      const range = Math.max(...scores) - lowest;
      for (const [index, score] of scores.entries()) {
        scores[index] = range === 0 ? 0 : Math.trunc(((score - lowest) * maxNodeScore) / range);
      }
    },
  };
};

function allocatable({ allocatable: all }: NodeInfo, name: string): number {
  switch (name) {
    case 'cpu':
      return all.milliCPU;
    case 'memory':
      return all.memory;
    case 'ephemeral-storage':
      return all.ephemeralStorage;
    default:
      return all.scalars.get(name) ?? 0;
  }
}
