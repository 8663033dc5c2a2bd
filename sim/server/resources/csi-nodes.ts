/** CSINodes. @upstream pkg/registry/storage/csinode/strategy.go */
import { csiNodes, type CSINode } from '../../api/kinds/storage.js';
import { ageOf } from './columns/cell.js';
import { csiNodeColumns } from './columns/storage.js';
import { strategyOf } from './strategy.js';
import { validateCSINode, validateCSINodeUpdate } from './validation/csi.js';

/** The strategy of CSINodes. */
export const csiNode = strategyOf<CSINode>({
  kind: csiNodes,
  allowsUnconditionalUpdate: false,
  returnsDeletedObject: true,
  validate: validateCSINode,
  validateUpdate: validateCSINodeUpdate,
  columns: csiNodeColumns,
  cells: (object, nowMs) => [
    object.metadata.name,
    (object.spec.drivers ?? []).length,
    ageOf(object, nowMs),
  ],
});
