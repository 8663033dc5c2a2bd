/**
 * How long a pod may stay on a node with NoExecute taints.
 * @upstream pkg/controller/tainteviction/taint_eviction.go getMinTolerationTime
 */
import type { Taint, Toleration } from '../../api/kinds/core.js';
import { isTolerated } from '../../api/node-fit.js';

/**
 * The shortest of the tolerations that are used: for each taint the first that matches. Undefined
 * when a taint is not tolerated.
 */
export function tolerationMs(
  taints: readonly Taint[],
  tolerations: readonly Toleration[],
): number | 'for ever' | undefined {
  let least: number | 'for ever' = 'for ever';
  for (const taint of taints) {
    const used = tolerations.find(toleration => isTolerated(taint, [toleration]));
    if (used === undefined) return undefined;
    const { tolerationSeconds } = used;
    if (tolerationSeconds === undefined) continue;
    const ms = Math.max(0, tolerationSeconds) * 1000;
    least = least === 'for ever' ? ms : Math.min(least, ms);
  }
  return least;
}
