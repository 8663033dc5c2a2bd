/** EndpointSlices. @upstream pkg/registry/discovery/endpointslice/strategy.go */
import { deepEqual } from '../../api/equality.js';
import { endpointSlices, type EndpointSlice } from '../../api/kinds/discovery.js';
import { ageOf, firstOf } from './columns/cell.js';
import { endpointSliceColumns } from './columns/network.js';
import { eachItem, fill, within } from './defaults/fill.js';
import { strategyOf } from './strategy.js';
import { validateEndpointSlice } from './validation/endpoint-slice.js';

const shownMax = 3;

/** The strategy of EndpointSlices. */
export const endpointSlice = strategyOf<EndpointSlice>({
  kind: endpointSlices,
  hasGeneration: true,
  validate: object => validateEndpointSlice(object),
  validateUpdate: validateEndpointSlice,
  bumpsGeneration: (object, old) => {
    const { labels, annotations } = object.metadata;
    return (
      !deepEqual(object.endpoints, old.endpoints) ||
      !deepEqual(object.ports, old.ports) ||
      object.addressType !== old.addressType ||
      !deepEqual(labels ?? {}, old.metadata.labels ?? {}) ||
      !deepEqual(annotations ?? {}, old.metadata.annotations ?? {})
    );
  },
  defaults: object => {
    const named = within(object, 'ports', ports =>
      eachItem(ports, port => fill(port, { name: '', protocol: 'TCP' })),
    );
    return within(named, 'endpoints', list =>
      eachItem(list, endpoint => fill(endpoint, { conditions: {} })),
    );
  },
  columns: endpointSliceColumns,
  cells: (object, nowMs) => {
    const ports = (object.ports ?? []).map(port => String(port.port ?? port.name ?? '*'));
    const addresses = (object.endpoints ?? []).flatMap(endpoint => endpoint.addresses);
    return [
      object.metadata.name,
      object.addressType,
      firstOf(ports, shownMax) || '<unset>',
      firstOf(addresses, shownMax) || '<unset>',
      ageOf(object, nowMs),
    ];
  },
});
