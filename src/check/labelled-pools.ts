/** Nodes of voyages for pods that ask for the labels of a platform's nodes: those that no usual node has. */
import { resourceOf, resourcesIn } from '../gpu/extended-resources.js';
import type { NodePool } from '../voyages/plan.js';
import { ofControlPlane, plainPools } from './first-scenario/pools.js';
import type { Survey } from './survey.js';

/** So many groups of nodes at most: each makes every voyage longer. */
const poolsMax = 4;
/** One of them can be lost. */
const nodesOfPool = 2;

/** The pools; none where no pod asks for labels. */
export function labelledPools(survey: Survey): readonly NodePool[] {
  return plainPools(survey)
    .pools.filter(({ labels = {} }) => Object.keys(labels).some(key => !ofControlPlane.test(key)))
    .slice(0, poolsMax)
    .map((pool, index) => ({
      ...pool,
      name: `${pool.name}-${index + 2}`,
      count: pool.name === 'cpu' ? Math.min(pool.count, nodesOfPool) : pool.count,
    }));
}

/** `nodes with cloud.google.com/gke-nodepool=big`. */
export function nodesText({ labels = {} }: NodePool): string {
  const counted = Object.entries(resourcesIn(labels));
  const pairs = Object.entries(labels)
    .filter(([key]) => resourceOf(key) === undefined)
    .map(([key, value]) => `${key}=${value}`);
  const devices = counted.map(([name, amount]) => `${amount} ${name} (no device behind it)`);
  return `nodes with ${[...pairs, ...devices].join(', ')}`;
}
