/** The scores of one plug-in: asked for node by node, then weighed. @upstream pkg/scheduler/framework/runtime/framework.go RunScorePlugins */
import { invariant } from '../engine/invariant.js';
import type { CycleState } from './cycle-state.js';
import { maxNodeScore, type Plugin } from './framework.js';
import type { NodeInfo } from './node-info.js';
import type { PodInfo } from './pod-info.js';

/** What the plug-in gives each node. */
export function scoresOf(
  plugin: Plugin,
  state: CycleState,
  pod: PodInfo,
  nodes: readonly NodeInfo[],
): number[] {
  const scores = new Array<number>(nodes.length).fill(0);
  if (plugin.scoresNothing?.(state) === true) return scores;
  for (let index = 0; index < nodes.length; index++) {
    // The index is within the list.
    scores[index] = plugin.score?.(state, pod, nodes[index] as NodeInfo) ?? 0;
  }
  return scores;
}

/** Multiplies the scores by the weight, in place, and adds them to the totals. */
export function weigh(scores: number[], weight: number, total: number[], plugin: string): void {
  let isInRange = true;
  for (let index = 0; index < scores.length; index++) {
    const score = scores[index] ?? 0;
    if (score < 0 || score > maxNodeScore) isInRange = false;
    scores[index] = score * weight;
    total[index] = (total[index] ?? 0) + score * weight;
  }
  if (!isInRange) invariant(false, `${plugin} scores within [0, 100]`);
}
