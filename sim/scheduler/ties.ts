/** Which of the nodes with the highest score a pod gets. Published comparisons of GPU schedulers depend on it. */
import type { Random } from '../engine/random.js';

/**
 * `random`: each node with the same probability, as kube-scheduler's many workers make it. `smallest-name`:
 * the first by name, as simulators do that want no chance. `reservoir`: one draw for each further node, as
 * kube-scheduler did up to 1.26 and forks of it still do; the odds are those of `random`, the draws are not.
 */
export const tieRules = ['random', 'smallest-name', 'reservoir'] as const;

/** One of the rules. */
export type TieRule = (typeof tieRules)[number];

/** Picks one of several names, which are sorted. */
export function tieBreaker(rule: TieRule, random: Random): (best: readonly string[]) => string {
  switch (rule) {
    case 'random':
      return best => random.pick(best);
    case 'smallest-name':
      return ([first = '']) => first;
    case 'reservoir':
      return best => {
        let [picked = ''] = best;
        for (let index = 1; index < best.length; index++) {
          if (random.integer(index + 1) === 0) picked = best[index] ?? picked;
        }
        return picked;
      };
  }
}
