/** Nodes of voyages for pods that ask for the labels of a platform's nodes: those that no usual node has. */
import { resourceOf, resourcesIn } from '../gpu/extended-resources.js';
import type { NodePool } from '../voyages/plan.js';
import { ofControlPlane, plainPools } from './first-scenario/pools.js';
import type { Survey } from './survey.js';

/** Nodes for so many sets of labels at most: each makes every voyage longer. */
const setsMax = 4;
/** One of them can be lost. */
const nodesOfPool = 2;

/** The pools; none where no pod asks for labels. */
export function labelledPools(survey: Survey): readonly NodePool[] {
  return poolsByLabels(survey)
    .slice(0, setsMax)
    .flat()
    .map((pool, index) => ({
      ...pool,
      name: `${pool.name}-${index + 2}`,
      count: pool.name === 'cpu' ? Math.min(pool.count, nodesOfPool) : pool.count,
    }));
}

/** The nodes that voyages are without, because pods ask for more sets of labels than they have nodes for. */
export function poolsLeftOut(survey: Survey): readonly string[] {
  return poolsByLabels(survey)
    .slice(setsMax)
    .flatMap(([first]) => (first === undefined ? [] : [first]))
    .map(pool => `${nodesText(pool)} (voyages have nodes for ${setsMax} sets of labels)`);
}

/** The pools of each set of labels: with GPUs and without, both are of one set. */
function poolsByLabels(survey: Survey): readonly (readonly NodePool[])[] {
  const sets = new Map<string, NodePool[]>();
  for (const pool of plainPools(survey).pools) {
    const { labels = {} } = pool;
    if (!Object.keys(labels).some(key => !ofControlPlane.test(key))) continue;
    const key = JSON.stringify(
      Object.entries(labels)
        .filter(([label]) => resourceOf(label) === undefined)
        .sort(([left], [right]) => (left < right ? -1 : 1)),
    );
    const set = sets.get(key);
    if (set === undefined) sets.set(key, [pool]);
    else set.push(pool);
  }
  return [...sets.values()];
}

/** `nodes with cloud.google.com/gke-nodepool=big`. */
export function nodesText({ labels = {}, gpus }: NodePool): string {
  const counted = Object.entries(resourcesIn(labels));
  const pairs = Object.entries(labels)
    .filter(([key]) => resourceOf(key) === undefined)
    .map(([key, value]) => `${key}=${value}`);
  const devices = counted.map(([name, amount]) => `${amount} ${name} (no device behind it)`);
  const kind = gpus === undefined ? 'nodes' : 'GPU nodes';
  return `${kind} with ${[...pairs, ...devices].join(', ')}`;
}
