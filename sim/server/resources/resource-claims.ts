/** ResourceClaims. @upstream pkg/registry/resource/resourceclaim/strategy.go */
import { resourceClaims, type ResourceClaim } from '../../api/kinds/resource.js';
import { ageOf } from './columns/cell.js';
import { resourceClaimColumns } from './columns/resource.js';
import { claimSpecDefaults, claimStatusDefaults } from './defaults/device-claim.js';
import { fill, within } from './defaults/fill.js';
import { freshStatus, keepMetadata, keepSpec, keepStatus } from './parts.js';
import { strategyOf } from './strategy.js';
import { validateResourceClaimStatus } from './validation/resource-claim-status.js';
import { validateResourceClaim, validateResourceClaimUpdate } from './validation/resource-claim.js';

/** The strategy of ResourceClaims. */
export const resourceClaim = strategyOf<ResourceClaim>({
  kind: resourceClaims,
  returnsDeletedObject: true,
  defaults: object =>
    within(
      within(fill(object, { spec: { devices: {} }, status: {} }), 'spec', spec =>
        claimSpecDefaults(fill(spec, { devices: {} })),
      ),
      'status',
      claimStatusDefaults,
    ),
  prepareForCreate: freshStatus({}),
  prepareForUpdate: keepStatus,
  validate: validateResourceClaim,
  validateUpdate: validateResourceClaimUpdate,
  status: {
    prepareForUpdate: (object, old) => withoutFreed(keepOwn(object, old), old),
    validateUpdate: validateResourceClaimStatus,
  },
  columns: resourceClaimColumns,
  cells: (object, nowMs) => [object.metadata.name, stateText(object), ageOf(object, nowMs)],
});

function keepOwn(claim: ResourceClaim, old: ResourceClaim): ResourceClaim {
  const kept = keepSpec(claim, old);
  return keepMetadata(kept, old, 'labels', 'annotations', 'finalizers', 'ownerReferences');
}

/** The status of devices goes with their allocation. */
function withoutFreed(claim: ResourceClaim, old: ResourceClaim): ResourceClaim {
  const { status } = claim;
  if (status?.devices === undefined) return claim;
  const kept = new Set((status.allocation?.devices?.results ?? []).map(keyOf));
  const before = (old.status?.allocation?.devices?.results ?? []).map(keyOf);
  const freed = new Set(before.filter(key => !kept.has(key)));
  const devices = status.devices.filter(device => !freed.has(keyOf(device)));
  if (devices.length === status.devices.length) return claim;
  const { devices: _freed, ...rest } = status;
  return { ...claim, status: devices.length === 0 ? rest : { ...rest, devices } };
}

function keyOf(device: {
  readonly driver: string;
  readonly pool: string;
  readonly device: string;
  readonly shareID?: string;
}): string {
  return [device.driver, device.pool, device.device, device.shareID ?? ''].join(' ');
}

function stateText({ metadata, status }: ResourceClaim): string {
  const states: string[] = [];
  const isDeleted = metadata.deletionTimestamp !== undefined;
  if (isDeleted) states.push('deleted');
  if (status?.allocation !== undefined) {
    states.push('allocated');
    if ((status.reservedFor ?? []).length > 0) states.push('reserved');
  } else if (!isDeleted) states.push('pending');
  return states.join(',');
}
