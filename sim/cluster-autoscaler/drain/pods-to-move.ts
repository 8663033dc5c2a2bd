/** What must happen to the pods of a node before it can go. @upstream simulator/drain.go GetPodsToMove */
import type { Pod } from '../../api/kinds/core.js';
import { isDaemonSetPod } from '../pods.js';
import { drainVerdict } from './rules.js';
import type { BlockingReason, DrainContext } from './verdict.js';

/** The pods by what becomes of them; who needs nothing is left out. */
export interface PodsToMove {
  readonly move: readonly Pod[];
  readonly daemonSetPods: readonly Pod[];
  /** They are left to end by themselves. */
  readonly waitFor: readonly Pod[];
}

/** The first pod that keeps the node, and why. */
export interface Blocked {
  readonly blockedBy: Pod;
  readonly reason: BlockingReason;
  readonly error: string;
}

/** Sorts the pods of a node that is to be drained. */
export function podsToMove(pods: readonly Pod[], context: DrainContext): PodsToMove | Blocked {
  const move: Pod[] = [];
  const daemonSetPods: Pod[] = [];
  const waitFor: Pod[] = [];
  for (const pod of pods) {
    const verdict = drainVerdict(pod, context);
    switch (verdict.kind) {
      case 'drain':
        (isDaemonSetPod(pod) ? daemonSetPods : move).push(pod);
        break;
      case 'wait':
        waitFor.push(pod);
        break;
      case 'skip':
        break;
      case 'block':
        return { blockedBy: pod, reason: verdict.reason, error: verdict.error };
    }
  }
  return { move, daemonSetPods, waitFor };
}
