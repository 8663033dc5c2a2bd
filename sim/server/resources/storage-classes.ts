/** StorageClasses. @upstream pkg/registry/storage/storageclass/strategy.go */
import { storageClasses, type StorageClass } from '../../api/kinds/storage.js';
import { ageOf } from './columns/cell.js';
import { storageClassColumns } from './columns/storage.js';
import { fill } from './defaults/fill.js';
import { nodeLabelText } from './affinity-warnings.js';
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
  warningsOnCreate: topologyWarnings,
  warningsOnUpdate: topologyWarnings,
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

function topologyWarnings({ allowedTopologies }: StorageClass): readonly string[] {
  return (allowedTopologies ?? []).flatMap((term, index) =>
    (term.matchLabelExpressions ?? []).flatMap(({ key }, place) => {
      const text = nodeLabelText(key);
      const path = `allowedTopologies[${index}].matchLabelExpressions[${place}].key`;
      return text === undefined ? [] : [`${path}: ${text}`];
    }),
  );
}
