/** CSIStorageCapacities. @upstream pkg/registry/storage/csistoragecapacity/strategy.go */
import { csiStorageCapacities, type CSIStorageCapacity } from '../../api/kinds/storage.js';
import { nodeSelectorWarnings } from './affinity-warnings.js';
import { strategyOf } from './strategy.js';
import { validateCapacity, validateCapacityUpdate } from './validation/csi.js';

/** The strategy of CSIStorageCapacities. */
export const csiStorageCapacity = strategyOf<CSIStorageCapacity>({
  kind: csiStorageCapacities,
  allowsUnconditionalUpdate: false,
  validate: validateCapacity,
  validateUpdate: validateCapacityUpdate,
  warningsOnCreate: object => nodeSelectorWarnings(object.nodeTopology, 'nodeTopology'),
  warningsOnUpdate: object => nodeSelectorWarnings(object.nodeTopology, 'nodeTopology'),
});
