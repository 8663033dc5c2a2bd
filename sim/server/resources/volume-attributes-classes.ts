/** VolumeAttributesClasses. @upstream pkg/registry/storage/volumeattributesclass/strategy.go */
import { volumeAttributesClasses, type VolumeAttributesClass } from '../../api/kinds/storage.js';
import { ageOf } from './columns/cell.js';
import { volumeAttributesClassColumns } from './columns/storage.js';
import { strategyOf } from './strategy.js';
import {
  validateAttributesClass,
  validateAttributesClassUpdate,
} from './validation/storage-class.js';

/** The strategy of VolumeAttributesClasses. */
export const volumeAttributesClass = strategyOf<VolumeAttributesClass>({
  kind: volumeAttributesClasses,
  returnsDeletedObject: true,
  validate: validateAttributesClass,
  validateUpdate: validateAttributesClassUpdate,
  columns: volumeAttributesClassColumns,
  cells: (object, nowMs) => [object.metadata.name, object.driverName, ageOf(object, nowMs)],
});
