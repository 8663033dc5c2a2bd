/** ServiceAccounts. @upstream pkg/registry/core/serviceaccount/strategy.go */
import { serviceAccounts, type ServiceAccount } from '../../api/kinds/core.js';
import { ageOf } from './columns/cell.js';
import { serviceAccountColumns } from './columns/core.js';
import { without } from './defaults/fill.js';
import { strategyOf } from './strategy.js';

/** The strategy of ServiceAccounts. */
export const serviceAccount = strategyOf<ServiceAccount>({
  kind: serviceAccounts,
  returnsDeletedObject: true,
  // A new account references no tokens: those are added by who makes them.
  prepareForCreate: object => without(object, 'secrets'),
  columns: serviceAccountColumns,
  cells: (object, nowMs) => [object.metadata.name, ageOf(object, nowMs)],
});
