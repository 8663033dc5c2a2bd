/**
 * Allocations that are decided, but that the claims do not show yet.
 * @upstream pkg/scheduler/framework/plugins/dynamicresources/dra_manager.go claimTracker
 */
import { resourceClaims, type ResourceClaim } from '../../api/kinds/resource.js';
import { controllerOf } from '../../api/meta.js';
import type { ObjectReader } from '../framework.js';
import { allocatedDevices, type AllocatedDevices } from './allocated-devices.js';

/** Marks the claim that the scheduler makes for a pod's extended resources. */
export const extendedClaimAnnotation = 'resource.kubernetes.io/extended-resource-claim';

/** What the claim of a pod's extended resources is known by before the API server has it. */
export function extendedClaimId(podUid: string): string {
  return `extended-resources of ${podUid}`;
}

/** The claims on their way, by uid. */
export class PendingClaims {
  private readonly byUid = new Map<string, ResourceClaim>();

  constructor(private readonly objects: ObjectReader) {}

  add(uid: string, claim: ResourceClaim): void {
    this.byUid.set(uid, claim);
  }

  remove(uid: string): void {
    this.byUid.delete(uid);
  }

  /** Whether the claim is being allocated. */
  has({ metadata, status }: ResourceClaim): boolean {
    return status?.allocation === undefined && this.byUid.has(metadata.uid ?? '');
  }

  /** All that is allocated, seen or not. Forgets those that are seen by now. */
  allocated(): AllocatedDevices {
    const claims = this.objects
      .list(resourceClaims)
      .filter(({ status }) => status?.allocation !== undefined);
    if (this.byUid.size === 0) return allocatedDevices(claims);
    for (const claim of claims) {
      this.byUid.delete(claim.metadata.uid ?? '');
      if (claim.metadata.annotations?.[extendedClaimAnnotation] !== 'true') continue;
      this.byUid.delete(extendedClaimId(controllerOf(claim)?.uid ?? ''));
    }
    return allocatedDevices([...claims, ...this.byUid.values()]);
  }
}

const known = new WeakMap<ObjectReader, PendingClaims>();

/** The pending claims of a cluster, which all profiles share. */
export function pendingClaims(objects: ObjectReader): PendingClaims {
  const found = known.get(objects) ?? new PendingClaims(objects);
  known.set(objects, found);
  return found;
}
