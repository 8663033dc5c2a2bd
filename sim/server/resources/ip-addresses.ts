/** IPAddresses. @upstream pkg/registry/networking/ipaddress/strategy.go */
import { ipAddresses, type IPAddress } from '../../api/kinds/networking.js';
import { ageOf } from './columns/cell.js';
import { ipAddressColumns } from './columns/network.js';
import { strategyOf } from './strategy.js';
import { validateIPAddress, validateIPAddressUpdate } from './validation/addresses.js';

/** The strategy of IPAddresses. */
export const ipAddress = strategyOf<IPAddress>({
  kind: ipAddresses,
  nameRule: 'ip',
  validate: validateIPAddress,
  validateUpdate: validateIPAddressUpdate,
  columns: ipAddressColumns,
  cells: (object, nowMs) => {
    const parent = object.spec?.parentRef;
    if (parent === undefined) return [object.metadata.name, '<none>', ageOf(object, nowMs)];
    const group = parent.group ? `.${parent.group}` : '';
    const namespace = parent.namespace ? `/${parent.namespace}` : '';
    const text = `${`${parent.resource}${group}`.toLowerCase()}${namespace}/${parent.name}`;
    return [object.metadata.name, text, ageOf(object, nowMs)];
  },
});
