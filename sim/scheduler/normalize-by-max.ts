/** The usual way of bringing scores to [0, 100]. @upstream pkg/scheduler/framework/plugins/helper/normalize_score.go */
import { maxNodeScore } from './framework.js';

/** Scales the scores by the largest, in place; `isReversed`: the least is the best. */
export function normalizeByMax(scores: number[], options: { readonly isReversed: boolean }): void {
  let most = 0;
  for (const score of scores) if (score > most) most = score;
  for (let index = 0; index < scores.length; index++) {
    const score = most === 0 ? 0 : Math.trunc((maxNodeScore * (scores[index] ?? 0)) / most);
    scores[index] = options.isReversed ? maxNodeScore - score : score;
  }
}
