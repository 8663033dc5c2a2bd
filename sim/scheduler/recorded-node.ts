/** The node of a pod in a recorded cluster: it is taken where it fits, whatever the scores; else it is told why not. */
import type { PastPlacement } from '../api/recorded-past.js';
import { messageOf } from './framework.js';
import type { Framework } from './runtime.js';
import type { Attempt } from './schedule-one.js';

/** How a recorded node stands in an attempt that found one. */
export function placementOf(
  framework: Framework,
  attempt: Attempt,
  { recorded, found }: { readonly recorded: string; readonly found: string },
): PastPlacement {
  const { best, feasible, statuses, pod, state } = attempt;
  if (best.includes(recorded)) return { recorded, node: recorded, fit: 'best' };
  if (feasible.some(({ name }) => name === recorded)) {
    return { recorded, node: recorded, fit: 'feasible' };
  }
  const node = framework.nodes.get(recorded);
  if (node === undefined)
    return { recorded, node: found, fit: 'none', why: 'there is no such node' };
  // Of a large cluster not every node is looked at, and a nominated one is looked at alone.
  const refusal = statuses.get(recorded) ?? framework.filterWithNominatedPods(state, pod, node);
  if (refusal === undefined) return { recorded, node: recorded, fit: 'feasible' };
  return { recorded, node: found, fit: 'none', why: messageOf(refusal) };
}
