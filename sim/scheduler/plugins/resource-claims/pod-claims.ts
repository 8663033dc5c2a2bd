/** The resource claims behind a pod's spec. @upstream dynamic-resource-allocation/resourceclaim */
import type { Pod, PodResourceClaim } from '../../../api/kinds/core.js';
import { resourceClaims, type ResourceClaim } from '../../../api/kinds/resource.js';
import { isControlledBy } from '../../../api/meta.js';
import type { ObjectReader } from '../../framework.js';

/** The claims, or why the pod has to wait for them. */
export type PodClaims = { readonly claims: readonly ResourceClaim[] } | { readonly error: string };

const none: PodClaims = { claims: [] };

/** The claims of the pod, in the order of its spec. @upstream podResourceClaims */
export function podClaims(objects: ObjectReader, pod: Pod): PodClaims {
  const wanted = pod.spec?.resourceClaims ?? [];
  if (wanted.length === 0) return none;
  const claims: ResourceClaim[] = [];
  for (const each of wanted) {
    const found = claimOf(objects, pod, each);
    if (found === undefined) continue;
    if ('error' in found) return found;
    claims.push(found.claim);
  }
  return { claims };
}

/** Undefined: no claim is needed for it. */
function claimOf(
  objects: ObjectReader,
  pod: Pod,
  wanted: PodResourceClaim,
): { readonly claim: ResourceClaim } | { readonly error: string } | undefined {
  const { namespace = '' } = pod.metadata;
  const podKey = `${namespace}/${pod.metadata.name ?? ''}`;
  const isGenerated = wanted.resourceClaimName === undefined;
  const status = pod.status?.resourceClaimStatuses?.find(({ name }) => name === wanted.name);
  if (isGenerated && status === undefined) {
    return { error: `pod "${podKey}": ResourceClaim not created yet` };
  }
  const name = wanted.resourceClaimName ?? status?.resourceClaimName;
  if (name === undefined) return undefined;
  const claim = objects.get(resourceClaims, namespace, name);
  if (claim === undefined) {
    return { error: `could not find ResourceClaim "${namespace}/${name}"` };
  }
  if (claim.metadata.deletionTimestamp !== undefined) {
    return { error: `resourceclaim "${name}" is being deleted` };
  }
  if (isGenerated && !isControlledBy(claim, pod)) {
    const owner = `was not created for Pod ${podKey} (Pod is not owner)`;
    return { error: `ResourceClaim ${namespace}/${name} ${owner}` };
  }
  return { claim };
}

/** Whether the claim is held for the pod. */
export function isReservedFor({ status }: ResourceClaim, pod: Pod): boolean {
  return status?.reservedFor?.some(({ uid }) => uid === pod.metadata.uid) === true;
}
