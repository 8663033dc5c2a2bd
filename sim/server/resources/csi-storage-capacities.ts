/** CSIStorageCapacities. @upstream pkg/registry/storage/csistoragecapacity/strategy.go */
import { csiStorageCapacities, type CSIStorageCapacity } from '../../api/kinds/storage.js';
import { csiStorageCapacityColumns } from './columns/storage.js';
import { strategyOf } from './strategy.js';

/** The strategy of CSIStorageCapacities. */
export const csiStorageCapacity = strategyOf<CSIStorageCapacity>({
  kind: csiStorageCapacities,
  allowsUnconditionalUpdate: false,
  columns: csiStorageCapacityColumns,
  cells: object => [object.metadata.name, object.storageClassName, object.capacity ?? '<unset>'],
});
