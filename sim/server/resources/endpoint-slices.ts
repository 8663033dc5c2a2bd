/** EndpointSlices. @upstream pkg/registry/discovery/endpointslice/strategy.go */
import { deepEqual } from '../../api/equality.js';
import { endpointSlices, type Endpoint, type EndpointSlice } from '../../api/kinds/discovery.js';
import { Attached } from '../../engine/attached.js';
import { ageOf, firstOf } from './columns/cell.js';
import { endpointSliceColumns } from './columns/network.js';
import { eachItem, fill, within } from './defaults/fill.js';
import { ipWarnings } from './ip-warnings.js';
import { strategyOf } from './strategy.js';
import { validateEndpointSlice } from './validation/endpoint-slice.js';

const shownMax = 3;

/** The strategy of EndpointSlices. */
export const endpointSlice = strategyOf<EndpointSlice>({
  kind: endpointSlices,
  hasGeneration: true,
  prepareForCreate: object => withoutTopology(object),
  prepareForUpdate: (object, old) =>
    deepEqual(object.endpoints, old.endpoints) ? object : withoutTopology(object),
  validate: object => validateEndpointSlice(object),
  validateUpdate: validateEndpointSlice,
  warningsOnCreate: object => {
    const isDeprecated = object.addressType === 'FQDN';
    const deprecated = 'spec.addressType: FQDN endpoints are deprecated';
    return [...(isDeprecated ? [deprecated] : []), ...addressWarnings(object)];
  },
  warningsOnUpdate: addressWarnings,
  bumpsGeneration: (object, old) => {
    // By apiequality.Semantic: annotations are not looked at.
    const { labels } = object.metadata;
    return (
      !deepEqual(object.endpoints, old.endpoints) ||
      hadTopology.get(object.endpoints ?? none) === true ||
      !deepEqual(object.ports, old.ports) ||
      object.addressType !== old.addressType ||
      !deepEqual(labels ?? {}, old.metadata.labels ?? {})
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

const controllers = ['endpointslice-controller.k8s.io', 'endpointslicemirroring-controller.k8s.io'];

/** What the controllers write is well formed. */
function addressWarnings({ metadata, endpoints }: EndpointSlice): readonly string[] {
  const manager = metadata.labels?.['endpointslice.kubernetes.io/managed-by'] ?? '';
  if (controllers.includes(manager)) return [];
  return (endpoints ?? []).flatMap(({ addresses }, index) =>
    addresses.flatMap((address, at) => ipWarnings(`endpoints[${index}].addresses[${at}]`, address)),
  );
}

/** Endpoints that were sent with what is not written: they count as changed all the same. */
const hadTopology = new Attached<readonly Endpoint[], boolean>();
const none: readonly Endpoint[] = [];

/** What v1 cannot write, though it shows what v1beta1 once wrote. @upstream dropTopologyOnV1 */
function withoutTopology(slice: EndpointSlice): EndpointSlice {
  const endpoints = slice.endpoints ?? [];
  if (!endpoints.some(({ deprecatedTopology }) => deprecatedTopology !== undefined)) return slice;
  const kept = endpoints.map(({ deprecatedTopology: _, ...rest }) => rest);
  hadTopology.set(kept, true);
  return { ...slice, endpoints: kept };
}
