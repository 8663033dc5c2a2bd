/** Leases. @upstream pkg/registry/coordination/lease/strategy.go */
import { leases, type Lease } from '../../api/kinds/coordination.js';
import { ageOf } from './columns/cell.js';
import { leaseColumns } from './columns/workloads.js';
import { fill } from './defaults/fill.js';
import { strategyOf } from './strategy.js';
import { validateLease } from './validation/lease.js';

/** The strategy of Leases. */
export const lease = strategyOf<Lease>({
  kind: leases,
  defaults: object => fill(object, { spec: {} }),
  // CoordinatedLeaderElection is off.
  prepareForCreate: uncoordinated,
  prepareForUpdate: (object, old) =>
    old.spec?.strategy === undefined ? uncoordinated(object) : object,
  allowsCreateOnUpdate: true,
  allowsUnconditionalUpdate: false,
  validate: validateLease,
  validateUpdate: validateLease,
  columns: leaseColumns,
  cells: (object, nowMs) => [
    object.metadata.name,
    object.spec?.holderIdentity ?? '',
    ageOf(object, nowMs),
  ],
});

function uncoordinated(lease: Lease): Lease {
  const { strategy, preferredHolder, ...spec } = lease.spec ?? {};
  return strategy === undefined && preferredHolder === undefined ? lease : { ...lease, spec };
}
