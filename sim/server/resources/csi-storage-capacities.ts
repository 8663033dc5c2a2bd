/** CSIStorageCapacities. @upstream pkg/registry/storage/csistoragecapacity/strategy.go */
import { csiStorageCapacities, type CSIStorageCapacity } from '../../api/kinds/storage.js';
import { csiStorageCapacityColumns } from './columns/storage.js';
import { strategyOf } from './strategy.js';
import { validateCapacity, validateCapacityUpdate } from './validation/csi.js';

/** The strategy of CSIStorageCapacities. */
export const csiStorageCapacity = strategyOf<CSIStorageCapacity>({
  kind: csiStorageCapacities,
  allowsUnconditionalUpdate: false,
  validate: validateCapacity,
  validateUpdate: validateCapacityUpdate,
  columns: csiStorageCapacityColumns,
  cells: object => [object.metadata.name, object.storageClassName, object.capacity ?? '<unset>'],
});
