/**
 * Allocations that are decided, but that the claims do not show yet.
 * @upstream pkg/scheduler/framework/plugins/dynamicresources/dra_manager.go claimTracker
 */
import { resourceClaims, type ResourceClaim } from '../../api/kinds/resource.js';
import { Attached } from '../../engine/attached.js';
import type { ObjectReader } from '../framework.js';
import { allocatedDevices, type AllocatedDevices } from './allocated-devices.js';

/** Marks the claim that the scheduler makes for a pod's extended resources. */
export const extendedClaimAnnotation = 'resource.kubernetes.io/extended-resource-claim';

/** What the claim of a pod's extended resources is known by before the API server has it. */
export function extendedClaimId(podUid: string): string {
  return `extended-resources of ${podUid}`;
}

interface Pending {
  readonly claim: ResourceClaim;
  /** Whether the API server has it: the cache will show it any moment. */
  readonly isWritten: boolean;
}

/** The claims on their way. */
export class PendingClaims {
  private readonly byId = new Map<string, Pending>();

  constructor(private readonly objects: ObjectReader) {}

  add(id: string, claim: ResourceClaim): void {
    this.byId.set(id, { claim, isWritten: false });
  }

  /** The allocation is written: it counts until the cache shows it. */
  written(id: string, claim: ResourceClaim): void {
    if (this.byId.has(id)) this.byId.set(id, { claim, isWritten: true });
  }

  remove(id: string): void {
    this.byId.delete(id);
  }

  /** The cache shows this version of the claim, or that it is gone. */
  seen({ metadata }: ResourceClaim): void {
    for (const [id, { claim, isWritten }] of this.byId) {
      if (!isWritten || claim.metadata.uid !== metadata.uid) continue;
      const isCurrent = Number(metadata.resourceVersion) >= Number(claim.metadata.resourceVersion);
      if (isCurrent) this.byId.delete(id);
    }
  }

  /** Whether the claim is being allocated. */
  has({ metadata, status }: ResourceClaim): boolean {
    return status?.allocation === undefined && this.byId.has(metadata.uid ?? '');
  }

  /** All that is allocated, seen or not. */
  allocated(): AllocatedDevices {
    const claims = this.objects
      .list(resourceClaims)
      .filter(({ status }) => status?.allocation !== undefined);
    const pending = [...this.byId.values()].map(({ claim }) => claim);
    return allocatedDevices([...claims, ...pending]);
  }
}

const known = new Attached<ObjectReader, PendingClaims>();

/** The pending claims of a cluster, which all profiles share. */
export function pendingClaims(objects: ObjectReader): PendingClaims {
  return known.of(objects, reader => new PendingClaims(reader));
}
