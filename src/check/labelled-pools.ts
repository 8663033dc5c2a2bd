/** Nodes of voyages for pods that ask for the labels of a platform's nodes: those that no usual node has. */
import type { NodePool } from '../voyages/plan.js';
import { poolsFor } from './first-scenario/pools.js';
import type { Survey } from './survey.js';

/** So many groups of nodes at most: each makes every voyage longer. */
const poolsMax = 4;
/** One of them can be lost. */
const nodesOfPool = 2;
/** The node of the control plane is there already. */
const ofControlPlane = /^node-role\.kubernetes\.io\/(control-plane|master)$/;

/** The pools; none where no pod asks for labels. */
export function labelledPools(survey: Survey): readonly NodePool[] {
  return poolsFor(survey)
    .pools.filter(({ labels = {} }) => Object.keys(labels).some(key => !ofControlPlane.test(key)))
    .slice(0, poolsMax)
    .map((pool, index) => ({
      ...pool,
      name: `${pool.name}-${index + 2}`,
      count: pool.gpus === undefined ? Math.min(pool.count, nodesOfPool) : pool.count,
    }));
}

/** `nodes with cloud.google.com/gke-nodepool=big`. */
export function nodesText({ labels = {} }: NodePool): string {
  const pairs = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
  return `nodes with ${pairs.join(', ')}`;
}
