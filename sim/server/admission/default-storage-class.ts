/**
 * Claims that name no storage class get the default one.
 * @upstream plugin/pkg/admission/storage/storageclass/setdefault/admission.go
 */
import { persistentVolumeClaims, type PersistentVolumeClaim } from '../../api/kinds/core.js';
import { storageClasses } from '../../api/kinds/storage.js';
import { defaultClassOf } from './shared/default-class.js';
import { handling } from './shared/matching.js';
import { mutated, objectOf } from './shared/outcome.js';
import type { AdmissionPlugin } from './plugin.js';

const annotations = [
  'storageclass.kubernetes.io/is-default-class',
  'storageclass.beta.kubernetes.io/is-default-class',
];

/** The annotation that named the class before there was a field. */
export const classAnnotation = 'volume.beta.kubernetes.io/storage-class';

/** The plug-in DefaultStorageClass. */
export const defaultStorageClass: AdmissionPlugin = {
  name: 'DefaultStorageClass',
  handles: handling(persistentVolumeClaims, ['CREATE']),
  mutate(attributes, { access }) {
    const claim = objectOf<PersistentVolumeClaim>(attributes);
    if (claim.metadata.annotations?.[classAnnotation] !== undefined) return undefined;
    if (claim.spec?.storageClassName !== undefined) return undefined;
    const name = defaultClassOf(access, storageClasses, annotations)?.metadata.name;
    if (name === undefined) return undefined;
    return mutated({ ...claim, spec: { ...claim.spec, storageClassName: name } });
  },
};
