/** Finds the smallest volume that fits a claim. @upstream staging/src/k8s.io/component-helpers/storage/volume/pv_helpers.go */
import {
  persistentVolumes,
  type Node,
  type PersistentVolume,
  type PersistentVolumeClaim,
} from '../../../api/kinds/core.js';
import { selectorOf } from '../../../api/selectors.js';
import { valueOf } from '../../amount.js';
import type { ObjectReader } from '../../framework.js';
import { compileNodeSelector } from '../../node-selector.js';
import { claimClass, volumeClass } from './claims.js';

/** What a volume is sought for. */
export interface VolumeSearch {
  readonly claim: PersistentVolumeClaim;
  readonly node: Node;
  /** Volumes that the pod's other claims have been given. */
  readonly taken: ReadonlySet<string>;
}

/** Whether the volume can be used on the node. @upstream CheckNodeAffinity */
export function isReachable({ spec }: PersistentVolume, node: Node): boolean {
  const required = spec?.nodeAffinity?.required;
  if (required === undefined) return true;
  // Upstream looks at the labels alone.
  return compileNodeSelector(required)({ metadata: { labels: node.metadata.labels ?? {} } });
}

/** The volume that is reserved for the claim, or else the smallest that fits. @upstream FindMatchingVolume */
export function findMatchingVolume(
  objects: ObjectReader,
  { claim, node, taken }: VolumeSearch,
): PersistentVolume | undefined {
  const className = claimClass(claim);
  let smallest: PersistentVolume | undefined;
  for (const volume of objects.list(persistentVolumes)) {
    if (volumeClass(volume) !== className || taken.has(volume.metadata.name ?? '')) continue;
    const isReserved = isBoundTo(volume, claim);
    if (volume.spec?.claimRef !== undefined && !isReserved) continue;
    if (!isUsable(volume, claim)) continue;
    if (isReserved) return isReachable(volume, node) ? volume : undefined;
    if (!isAvailable(volume, claim) || !isReachable(volume, node)) continue;
    if (smallest === undefined || sizeOf(smallest) > sizeOf(volume)) smallest = volume;
  }
  return smallest;
}

/** Whether the volume names the claim as its own. @upstream IsVolumeBoundToClaim */
export function isBoundTo(
  { spec }: PersistentVolume,
  { metadata }: PersistentVolumeClaim,
): boolean {
  const reference = spec?.claimRef;
  if (reference === undefined) return false;
  if (reference.name !== metadata.name || reference.namespace !== metadata.namespace) return false;
  return (reference.uid ?? '') === '' || reference.uid === metadata.uid;
}

function isUsable({ metadata, spec }: PersistentVolume, claim: PersistentVolumeClaim): boolean {
  const wanted = claim.spec;
  const size = valueOf(spec?.capacity?.['storage'] ?? '0');
  return (
    size >= valueOf(wanted?.resources?.requests?.['storage'] ?? '0') &&
    (wanted?.volumeMode ?? 'Filesystem') === (spec?.volumeMode ?? 'Filesystem') &&
    (wanted?.volumeAttributesClassName ?? '') === (spec?.volumeAttributesClassName ?? '') &&
    metadata.deletionTimestamp === undefined
  );
}

function isAvailable(volume: PersistentVolume, { spec }: PersistentVolumeClaim): boolean {
  if (volume.status?.phase !== 'Available') return false;
  if (spec?.selector !== undefined && !selectorOf(spec.selector).matches(volume.metadata.labels)) {
    return false;
  }
  const modes = volume.spec?.accessModes ?? [];
  return (spec?.accessModes ?? []).every(mode => modes.includes(mode));
}

function sizeOf({ spec }: PersistentVolume): number {
  return valueOf(spec?.capacity?.['storage'] ?? '0');
}
