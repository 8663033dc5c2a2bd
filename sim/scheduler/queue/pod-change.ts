/** What the hints of several plug-ins ask about a change of a pod. */
import type { Pod } from '../../api/kinds/core.js';
import type { HasMetadata } from '../../api/object.js';

/** Whether the change is of the waiting pod itself. */
export function isSamePod(pod: Pod, changed: HasMetadata | undefined): boolean {
  return changed !== undefined && pod.metadata.uid === changed.metadata.uid;
}

/** Whether the pod neither has a node nor is nominated to one. */
export function isNowhere(pod: Pod): boolean {
  return (pod.spec?.nodeName ?? '') === '' && (pod.status?.nominatedNodeName ?? '') === '';
}
