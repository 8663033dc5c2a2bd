/** Which pods are on which node, as a history binds them. */
import type { Pod } from '../../../sim/api/kinds/core.js';
import type { Change } from '../law.js';

/** Whether the pod has ended: it takes nothing of its node any more. */
export function hasEnded({ status }: Pod): boolean {
  return status?.phase === 'Succeeded' || status?.phase === 'Failed';
}

/** Whether the pod is on a node and has not ended. */
export function isOnNode(pod: Pod): boolean {
  return (pod.spec?.nodeName ?? '') !== '' && !hasEnded(pod);
}

/** Whether the change gives the pod, which was there before, its node: a scheduler decided it. */
export function isBinding({ object, before }: Change<Pod>): boolean {
  const isBound = (object.spec?.nodeName ?? '') !== '';
  return isBound && before !== undefined && (before.spec?.nodeName ?? '') === '';
}

/** Whether the pod is Ready. */
export function isReady({ status }: Pod): boolean {
  return (
    status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True') ===
    true
  );
}
