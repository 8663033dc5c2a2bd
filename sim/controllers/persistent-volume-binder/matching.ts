/** Finds the volume that fits a claim best. @upstream staging/src/k8s.io/component-helpers/storage/volume/pv_helpers.go */
import type { PersistentVolume, PersistentVolumeClaim } from '../../api/kinds/core.js';
import { isDeleting } from '../../api/meta.js';
import { compareQuantities } from '../../api/quantity.js';
import { selectorOf } from '../../api/selectors.js';

const betaClass = 'volume.beta.kubernetes.io/storage-class';

/** The storage class of a claim or a volume; '' for none. */
export function classOf({ metadata, spec }: PersistentVolume | PersistentVolumeClaim): string {
  return metadata.annotations?.[betaClass] ?? spec?.storageClassName ?? '';
}

/** Whether the volume names the claim as its own. @upstream IsVolumeBoundToClaim */
export function isBoundTo(volume: PersistentVolume, claim: PersistentVolumeClaim): boolean {
  const reference = volume.spec?.claimRef;
  if (reference === undefined) return false;
  const { name, namespace, uid } = claim.metadata;
  if (reference.name !== name || reference.namespace !== namespace) return false;
  return (reference.uid ?? '') === '' || reference.uid === uid;
}

/** Whether a claim of blocks meets a volume of files, or the other way round. */
export function areModesUnlike(volume: PersistentVolume, claim: PersistentVolumeClaim): boolean {
  const wanted = claim.spec?.volumeMode ?? 'Filesystem';
  return wanted !== (volume.spec?.volumeMode ?? 'Filesystem');
}

/** What keeps the volume that a claim asks for by name from it. @upstream checkVolumeSatisfyClaim */
export function misfit(volume: PersistentVolume, claim: PersistentVolumeClaim): string | undefined {
  if (isDeleting(volume)) {
    return `the volume is marked for deletion "${volume.metadata.name ?? ''}"`;
  }
  if (isTooSmall(volume, claim)) return 'requested PV is too small';
  if (classOf(volume) !== classOf(claim)) return 'storageClassName does not match';
  if (areAttributesUnlike(volume, claim)) return 'volumeAttributesClassName does not match';
  if (areModesUnlike(volume, claim)) return 'incompatible volumeMode';
  return offersModes(volume, claim) ? undefined : 'incompatible accessMode';
}

/**
 * The volume that is reserved for the claim, or else the smallest that fits among those with the
 * fewest access modes. A claim whose volume the scheduler chooses gets only what is reserved.
 * @upstream findBestMatchForClaim
 */
export function bestMatch(
  volumes: readonly PersistentVolume[],
  claim: PersistentVolumeClaim,
  isDelayed: boolean,
): PersistentVolume | undefined {
  const able = volumes.filter(
    volume =>
      offersModes(volume, claim) &&
      !isDeleting(volume) &&
      !isTooSmall(volume, claim) &&
      !areModesUnlike(volume, claim) &&
      !areAttributesUnlike(volume, claim),
  );
  const reserved = able.find(volume => isBoundTo(volume, claim));
  if (reserved !== undefined || isDelayed) return reserved;
  const selector = claim.spec?.selector && selectorOf(claim.spec.selector);
  let best: PersistentVolume | undefined;
  for (const volume of able) {
    if (volume.spec?.claimRef !== undefined || volume.status?.phase !== 'Available') continue;
    if (selector?.matches(volume.metadata.labels) === false) continue;
    if (classOf(volume) !== classOf(claim)) continue;
    if (best === undefined || isBetter(volume, best)) best = volume;
  }
  return best;
}

function isBetter(one: PersistentVolume, other: PersistentVolume): boolean {
  const modes = (one.spec?.accessModes ?? []).length - (other.spec?.accessModes ?? []).length;
  return modes === 0 ? compareQuantities(sizeOf(one), sizeOf(other)) < 0 : modes < 0;
}

function offersModes(volume: PersistentVolume, claim: PersistentVolumeClaim): boolean {
  const modes = volume.spec?.accessModes ?? [];
  return (claim.spec?.accessModes ?? []).every(mode => modes.includes(mode));
}

function isTooSmall(volume: PersistentVolume, claim: PersistentVolumeClaim): boolean {
  const wanted = claim.spec?.resources?.requests?.['storage'] ?? '0';
  return compareQuantities(sizeOf(volume), wanted) < 0;
}

function areAttributesUnlike(volume: PersistentVolume, claim: PersistentVolumeClaim): boolean {
  const wanted = claim.spec?.volumeAttributesClassName ?? '';
  return wanted !== (volume.spec?.volumeAttributesClassName ?? '');
}

function sizeOf({ spec }: PersistentVolume): string {
  return spec?.capacity?.['storage'] ?? '0';
}
