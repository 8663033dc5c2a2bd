/** Which claim a device is allocated to: what DRA gives stands in claims, not in what kubelets allocate. */
import type {
  DeviceRequestAllocationResult,
  ResourceClaim,
} from '../../../sim/api/kinds/resource.js';
import { keyOf } from '../../../sim/api/meta.js';
import type { Breach, Change, Evidence } from '../law.js';
import { nameOf, written } from '../story.js';

interface Owner {
  readonly claimUid: string;
  readonly name: string;
  readonly evidence: Evidence;
}

/**
 * Follows the allocations of claims. Access for administration and devices that may be allocated many
 * times take nothing from others. @upstream KEP-4381, KEP-5018 (admin access), KEP-5075 (shared capacity)
 */
export class ClaimedDevices {
  /** Allocations that were looked at. */
  looked = 0;
  readonly breaches: Breach[] = [];
  private readonly owners = new Map<string, Owner>();
  private readonly held = new Map<string, readonly string[]>();

  /** Looks at a write of a claim. */
  claim(change: Change<ResourceClaim>): void {
    const { object: claim, type } = change;
    const claimUid = claim.metadata.uid ?? keyOf(claim);
    const results = type === 'DELETED' ? [] : (claim.status?.allocation?.devices?.results ?? []);
    const devices = results.filter(isExclusive).map(idOf);
    const before = this.held.get(claimUid) ?? [];
    for (const device of before) {
      if (!devices.includes(device) && this.owners.get(device)?.claimUid === claimUid) {
        this.owners.delete(device);
      }
    }
    for (const device of devices) if (!before.includes(device)) this.take(change, claimUid, device);
    if (devices.length > 0) this.held.set(claimUid, devices);
    else this.held.delete(claimUid);
  }

  private take(change: Change<ResourceClaim>, claimUid: string, device: string): void {
    this.looked++;
    const name = nameOf(change.object);
    const evidence = written(change, `it is allocated ${device}`);
    const other = this.owners.get(device);
    this.owners.set(device, { claimUid, name, evidence });
    if (other === undefined) return;
    this.breaches.push({
      timeMs: change.timeMs,
      what: `${device} is allocated to ${name} while it is allocated to ${other.name}`,
      objects: [other.name, name],
      evidence: [other.evidence, evidence],
    });
  }
}

const isExclusive = ({ adminAccess, shareID }: DeviceRequestAllocationResult): boolean =>
  adminAccess !== true && shareID === undefined;

const idOf = ({ driver, pool, device }: DeviceRequestAllocationResult): string =>
  `${driver}/${pool}/${device}`;
