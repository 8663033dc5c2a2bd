/** Volumes and claims as they are when bound; the same object where nothing is to be done. @upstream pkg/controller/volume/persistentvolume/pv_controller.go */
import type {
  PersistentVolume,
  PersistentVolumeClaim,
  PersistentVolumeClaimStatus,
} from '../../api/kinds/core.js';
import { compareQuantities } from '../../api/quantity.js';
import { isBoundTo } from './matching.js';

/** Says that the binding is this controller's doing, not a user's. */
export const boundByController = 'pv.kubernetes.io/bound-by-controller';
/** Says that a claim was bound on both sides once. */
export const bindCompleted = 'pv.kubernetes.io/bind-completed';

/** The volume with a reference to the claim. @upstream GetBindVolumeToClaim */
export function boundVolume(
  volume: PersistentVolume,
  claim: PersistentVolumeClaim,
): PersistentVolume {
  const { namespace = '', name = '', uid = '', resourceVersion = '' } = claim.metadata;
  const isPrebound = isBoundTo(volume, claim);
  if (isPrebound && volume.spec?.claimRef?.uid === uid) return volume;
  const annotations = { ...volume.metadata.annotations };
  if (!isPrebound) annotations[boundByController] ??= 'yes';
  const reference = { kind: 'PersistentVolumeClaim', apiVersion: 'v1', namespace, name };
  return {
    ...volume,
    metadata: { ...volume.metadata, annotations },
    spec: { ...volume.spec, claimRef: { ...reference, uid, resourceVersion } },
  };
}

/** The volume free again; one that a user had reserved stays reserved. @upstream unbindVolume */
export function unboundVolume(volume: PersistentVolume): PersistentVolume {
  const { claimRef, ...spec } = volume.spec ?? {};
  const { [boundByController]: isOurs, ...annotations } = volume.metadata.annotations ?? {};
  if (isOurs !== undefined) {
    return { ...volume, metadata: { ...volume.metadata, annotations }, spec };
  }
  const { uid: _, ...reserved } = claimRef ?? {};
  return { ...volume, spec: { ...spec, claimRef: reserved } };
}

/** The claim with its volume's name. @upstream bindClaimToVolume */
export function boundClaim(
  claim: PersistentVolumeClaim,
  { metadata }: PersistentVolume,
): PersistentVolumeClaim {
  const volumeName = metadata.name ?? '';
  const isNamed = claim.spec?.volumeName === volumeName;
  const before = claim.metadata.annotations;
  if (isNamed && before?.[bindCompleted] !== undefined) return claim;
  const annotations = { ...before };
  if (!isNamed) annotations[boundByController] ??= 'yes';
  annotations[bindCompleted] ??= 'yes';
  return {
    ...claim,
    metadata: { ...claim.metadata, annotations },
    spec: { ...claim.spec, volumeName },
  };
}

/** The claim in the phase, with what its volume gives it. @upstream updateClaimStatus */
export function claimInPhase(
  claim: PersistentVolumeClaim,
  phase: string,
  volume?: PersistentVolume,
): PersistentVolumeClaim {
  const before = claim.status ?? {};
  const after = volume === undefined ? { phase } : statusWith(volume, before, phase);
  return isSame(before, after) ? claim : { ...claim, status: { ...rest(before), ...after } };
}

type Given = Pick<
  PersistentVolumeClaimStatus,
  'phase' | 'accessModes' | 'capacity' | 'currentVolumeAttributesClassName'
>;

function rest(status: PersistentVolumeClaimStatus): PersistentVolumeClaimStatus {
  const {
    phase: _phase,
    accessModes: _modes,
    capacity: _capacity,
    currentVolumeAttributesClassName: _class,
    ...others
  } = status;
  return others;
}

/** A claim that is bound already keeps its capacity, which a resize may have changed. */
function statusWith({ spec }: PersistentVolume, before: Given, phase: string): Given {
  const isNew = before.phase !== phase;
  const isPending = before.phase === 'Pending';
  const capacity = isNew ? spec?.capacity : before.capacity;
  const attributes = isPending
    ? spec?.volumeAttributesClassName
    : before.currentVolumeAttributesClassName;
  return {
    phase,
    ...(spec?.accessModes !== undefined && { accessModes: spec.accessModes }),
    ...(capacity !== undefined && { capacity }),
    ...(attributes !== undefined && { currentVolumeAttributesClassName: attributes }),
  };
}

function isSame(one: Given, other: Given): boolean {
  return (
    one.phase === other.phase &&
    (one.accessModes ?? []).join() === (other.accessModes ?? []).join() &&
    (one.capacity === undefined) === (other.capacity === undefined) &&
    compareQuantities(one.capacity?.['storage'] ?? '0', other.capacity?.['storage'] ?? '0') === 0 &&
    one.currentVolumeAttributesClassName === other.currentVolumeAttributesClassName
  );
}
