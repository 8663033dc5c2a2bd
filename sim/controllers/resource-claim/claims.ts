/**
 * How pods and claims are tied.
 * @upstream staging/src/k8s.io/dynamic-resource-allocation/resourceclaim/claim.go
 */
import type { Pod, PodResourceClaim } from '../../api/kinds/core.js';
import type { ResourceClaim } from '../../api/kinds/resource.js';
import { isControlledBy } from '../../api/meta.js';
import type { View } from '../../client/contract.js';
import type { EventRecorder } from '../../client/event-recorder.js';
import type { MadeClaims } from './made-claims.js';

/** What a pass of the controller is given. */
export interface ClaimPass {
  readonly view: View;
  readonly events: EventRecorder;
  /** The uids of pods that are known to be gone. */
  readonly goneUids: ReadonlySet<string>;
  readonly made: MadeClaims;
}

/** The name of the claim that stands behind a pod's entry; `unknown` while it has not been made. */
export function claimNameOf(
  pod: Pod,
  podClaim: PodResourceClaim,
): { readonly name: string; readonly isGenerated: boolean } | 'unknown' | 'not needed' {
  const { resourceClaimName } = podClaim;
  if (resourceClaimName !== undefined) return { name: resourceClaimName, isGenerated: false };
  const statuses = pod.status?.resourceClaimStatuses ?? [];
  const status = statuses.find(({ name }) => name === podClaim.name);
  if (status === undefined) return 'unknown';
  const name = status.resourceClaimName;
  return name === undefined ? 'not needed' : { name, isGenerated: true };
}

/** Whether the claim was made for this pod. */
export function isOwnedByPod(claim: ResourceClaim, pod: Pod): boolean {
  return isControlledBy(claim, pod) && claim.metadata.namespace === pod.metadata.namespace;
}
