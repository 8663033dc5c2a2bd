/** The parts of a cluster by which pods must be spread or kept together: zones, racks. Nodes without such a label take none. */
import type { PodSpec } from '../../sim/api/kinds/core.js';
import type { NodePool } from '../voyages/plan.js';
import type { Survey } from './survey.js';

const ofNodes = 'kubernetes.io/hostname';

/** The keys that some pod cannot do without, in order. */
export function topologyKeys({ templates }: Survey): readonly string[] {
  const keys = templates.flatMap(({ spec }) => keysOf(spec));
  return [...new Set(keys)].filter(key => key !== ofNodes && key !== '').sort();
}

function keysOf({ topologySpreadConstraints = [], affinity }: PodSpec): readonly string[] {
  const spread = topologySpreadConstraints
    .filter(({ whenUnsatisfiable }) => whenUnsatisfiable === 'DoNotSchedule')
    .map(({ topologyKey }) => topologyKey);
  const near = affinity?.podAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
  return [...spread, ...near.map(({ topologyKey }) => topologyKey)];
}

/** As many parts as most clouds have. */
const partsMax = 3;
const letters = ['a', 'b', 'c'];

/** The pools, their nodes dealt out among the parts; those that have a label of the key keep it. */
export function spreadOver(
  pools: readonly NodePool[],
  keys: readonly string[],
): readonly NodePool[] {
  if (keys.length === 0) return pools;
  return pools.flatMap(pool => {
    const missing = keys.filter(key => pool.labels?.[key] === undefined);
    const count = Math.max(pool.count, missing.length === 0 ? 0 : 2);
    const parts = missing.length === 0 ? 1 : Math.min(count, partsMax);
    return Array.from({ length: parts }, (_, index): NodePool => {
      const labels = { ...pool.labels };
      for (const key of missing) {
        labels[key] = `${key.split('/').at(-1) ?? key}-${letters[index] ?? ''}`;
      }
      return {
        ...pool,
        count: Math.floor((count + parts - 1 - index) / parts),
        ...(Object.keys(labels).length > 0 && { labels }),
      };
    });
  });
}
