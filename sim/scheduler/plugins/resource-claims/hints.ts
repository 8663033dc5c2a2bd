/** Which changes may give a pod its devices. @upstream dynamicresources.go EventsToRegister */
import { deepEqual } from '../../../api/equality.js';
import type { Pod } from '../../../api/kinds/core.js';
import type { ResourceClaim } from '../../../api/kinds/resource.js';
import type { ObjectReader } from '../../framework.js';
import {
  action,
  anyUpdate,
  type ClusterEventWithHint,
  type ObjectChange,
} from '../../queue/cluster-event.js';
import { podClaims } from './pod-claims.js';

/** The events of DynamicResources. */
export function dynamicResourcesEvents(objects: ObjectReader): readonly ClusterEventWithHint[] {
  const addOrUpdate = action.add | anyUpdate;
  const onNode = action.add | action.updateNodeLabel | action.updateNodeAllocatable;
  return [
    { event: { resource: 'Node', actions: onNode } },
    {
      event: { resource: 'ResourceClaim', actions: addOrUpdate },
      hint: (pod, change) => (helpsClaim(objects, pod, change) ? 'Queue' : 'QueueSkip'),
    },
    {
      event: { resource: 'Pod', actions: action.updatePodGeneratedResourceClaim },
      hint(pod, { object }) {
        const isSame = object?.metadata.uid === pod.metadata.uid;
        return isSame && 'claims' in podClaims(objects, object as Pod) ? 'Queue' : 'QueueSkip';
      },
    },
    { event: { resource: 'DeviceClass', actions: addOrUpdate } },
    { event: { resource: 'ResourceSlice', actions: addOrUpdate } },
  ];
}

/** @upstream isSchedulableAfterClaimChange */
function helpsClaim(objects: ObjectReader, pod: Pod, change: ObjectChange): boolean {
  const old = change.old as ResourceClaim | undefined;
  const claim = change.object as ResourceClaim;
  const found = podClaims(objects, pod);
  if ('error' in found) return false;
  const wasAllocated = old?.status?.allocation !== undefined;
  if (wasAllocated && claim.status?.allocation === undefined) return true;
  if (!found.claims.some(({ metadata }) => metadata.uid === claim.metadata.uid)) return false;
  return old === undefined || !deepEqual(old.status ?? {}, claim.status ?? {});
}
