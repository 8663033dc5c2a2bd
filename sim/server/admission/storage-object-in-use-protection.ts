/**
 * Volumes, claims and volume attributes classes get a finalizer that keeps them while they are used.
 * @upstream plugin/pkg/admission/storage/storageobjectinuseprotection/admission.go
 */
import { persistentVolumeClaims, persistentVolumes } from '../../api/kinds/core.js';
import { volumeAttributesClasses } from '../../api/kinds/storage.js';
import { handling } from './shared/matching.js';
import { mutated, objectOf } from './shared/outcome.js';
import type { AdmissionPlugin } from './plugin.js';

const finalizers: Readonly<Record<string, string>> = {
  persistentvolumes: 'kubernetes.io/pv-protection',
  persistentvolumeclaims: 'kubernetes.io/pvc-protection',
  volumeattributesclasses: 'kubernetes.io/vac-protection',
};

/** The plug-in StorageObjectInUseProtection. */
export const storageObjectInUseProtection: AdmissionPlugin = {
  name: 'StorageObjectInUseProtection',
  handles: handling(
    [persistentVolumes, persistentVolumeClaims, volumeAttributesClasses],
    ['CREATE'],
  ),
  mutate(attributes) {
    const object = objectOf(attributes);
    const finalizer = finalizers[attributes.resource.resource];
    const present = object.metadata.finalizers ?? [];
    if (finalizer === undefined || present.includes(finalizer)) return undefined;
    return mutated({
      ...object,
      metadata: { ...object.metadata, finalizers: [...present, finalizer] },
    });
  },
};
