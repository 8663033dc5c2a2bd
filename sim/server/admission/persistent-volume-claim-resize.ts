/**
 * Claims grow only when they are bound and their class allows it.
 * @upstream plugin/pkg/admission/storage/persistentvolume/resize/admission.go
 */
import { persistentVolumeClaims, type PersistentVolumeClaim } from '../../api/kinds/core.js';
import { storageClasses, type StorageClass } from '../../api/kinds/storage.js';
import { compareQuantities } from '../../api/quantity.js';
import type { ServerAccess } from '../access.js';
import { classAnnotation } from './default-storage-class.js';
import { handling } from './shared/matching.js';
import { forbid, objectOf, oldObjectOf } from './shared/outcome.js';
import type { AdmissionPlugin } from './plugin.js';

/** The plug-in PersistentVolumeClaimResize. */
export const persistentVolumeClaimResize: AdmissionPlugin = {
  name: 'PersistentVolumeClaimResize',
  handles: handling(persistentVolumeClaims, ['UPDATE']),
  validate(attributes, { access }) {
    const claim = objectOf<PersistentVolumeClaim>(attributes);
    const old = oldObjectOf<PersistentVolumeClaim>(attributes);
    if (compareQuantities(sizeOf(claim), sizeOf(old)) <= 0) return undefined;
    if (old.status?.phase !== 'Bound') {
      return forbid(attributes, 'Only bound persistent volume claims can be expanded');
    }
    if (isResizable(claim, old, access)) return undefined;
    const text =
      'only dynamically provisioned pvc can be resized and ' +
      'the storageclass that provisions the pvc must support resize';
    return forbid(attributes, text);
  },
};

function sizeOf(claim: PersistentVolumeClaim): string | undefined {
  return claim.spec?.resources?.requests?.['storage'];
}

function classOf({ metadata, spec }: PersistentVolumeClaim): string {
  return metadata.annotations?.[classAnnotation] ?? spec?.storageClassName ?? '';
}

function isResizable(
  claim: PersistentVolumeClaim,
  old: PersistentVolumeClaim,
  access: ServerAccess,
): boolean {
  const name = classOf(claim);
  if (name === '' || classOf(old) !== name) return false;
  const stored = access.get(storageClasses, '', name) as unknown as StorageClass | undefined;
  return stored?.allowVolumeExpansion === true;
}
