/** Leases. @upstream pkg/registry/coordination/lease/strategy.go */
import { leases, type Lease } from '../../api/kinds/coordination.js';
import { ageOf } from './columns/cell.js';
import { leaseColumns } from './columns/workloads.js';
import { fill } from './defaults/fill.js';
import { strategyOf } from './strategy.js';

/** The strategy of Leases. */
export const lease = strategyOf<Lease>({
  kind: leases,
  defaults: object => fill(object, { spec: {} }),
  allowsCreateOnUpdate: true,
  allowsUnconditionalUpdate: false,
  columns: leaseColumns,
  cells: (object, nowMs) => [
    object.metadata.name,
    object.spec?.holderIdentity ?? '',
    ageOf(object, nowMs),
  ],
});
