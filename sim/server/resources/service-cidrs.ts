/** ServiceCIDRs. @upstream pkg/registry/networking/servicecidr/strategy.go */
import { serviceCIDRs, type ServiceCIDR } from '../../api/kinds/networking.js';
import { ageOf } from './columns/cell.js';
import { serviceCIDRColumns } from './columns/network.js';
import { fill } from './defaults/fill.js';
import { freshStatus, keepAllButStatus, keepStatus } from './parts.js';
import { strategyOf } from './strategy.js';
import { validateServiceCIDR, validateServiceCIDRUpdate } from './validation/addresses.js';

/** The strategy of ServiceCIDRs. */
export const serviceCIDR = strategyOf<ServiceCIDR>({
  kind: serviceCIDRs,
  defaults: object => fill(object, { spec: {}, status: {} }),
  prepareForCreate: freshStatus({}),
  prepareForUpdate: keepStatus,
  validate: validateServiceCIDR,
  validateUpdate: validateServiceCIDRUpdate,
  status: { prepareForUpdate: keepAllButStatus },
  columns: serviceCIDRColumns,
  cells: (object, nowMs) => [
    object.metadata.name,
    (object.spec?.cidrs ?? []).join(','),
    ageOf(object, nowMs),
  ],
});
