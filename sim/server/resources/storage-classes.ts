/** StorageClasses. @upstream pkg/registry/storage/storageclass/strategy.go */
import { storageClasses, type StorageClass } from '../../api/kinds/storage.js';
import { ageOf } from './columns/cell.js';
import { storageClassColumns } from './columns/storage.js';
import { fill } from './defaults/fill.js';
import { strategyOf } from './strategy.js';
import { validateStorageClass, validateStorageClassUpdate } from './validation/storage-class.js';

const defaultAnnotations = [
  'storageclass.kubernetes.io/is-default-class',
  'storageclass.beta.kubernetes.io/is-default-class',
];

/** The strategy of StorageClasses. */
export const storageClass = strategyOf<StorageClass>({
  kind: storageClasses,
  returnsDeletedObject: true,
  validate: validateStorageClass,
  validateUpdate: validateStorageClassUpdate,
  defaults: object => fill(object, { reclaimPolicy: 'Delete', volumeBindingMode: 'Immediate' }),
  columns: storageClassColumns,
  cells: (object, nowMs) => {
    const { annotations, name } = object.metadata;
    const isDefault = defaultAnnotations.some(key => annotations?.[key] === 'true');
    return [
      `${name}${isDefault ? ' (default)' : ''}`,
      object.provisioner,
      object.reclaimPolicy ?? 'Delete',
      object.volumeBindingMode ?? 'Immediate',
      object.allowVolumeExpansion ?? false,
      ageOf(object, nowMs),
    ];
  },
});
