/**
 * Hints by `trafficDistribution`: for an endpoint's own zone, and its own node.
 * @upstream staging/src/k8s.io/endpointslice/trafficdist/trafficdist.go
 */
import { deepEqual } from '../../api/equality.js';
import type { Service } from '../../api/kinds/core.js';
import type { Endpoint, EndpointHints, EndpointSlice } from '../../api/kinds/discovery.js';
import type { SliceChanges } from './changes.js';

/** Slices to write, and those that would stay as they are. */
export interface HintInput extends SliceChanges {
  readonly unchanged: readonly EndpointSlice[];
}

/** Whether the service asks for hints by topology: the annotation, which the field gives way to. */
export function wantsTopologyHints({ metadata }: Service): boolean {
  const annotations = metadata.annotations ?? {};
  const mode =
    annotations['service.kubernetes.io/topology-aware-hints'] ??
    annotations['service.kubernetes.io/topology-mode'];
  return mode === 'Auto' || mode === 'auto';
}

/** Whether the service asks for hints by its field. */
export function wantsCloseTraffic(service: Service): boolean {
  const values = ['PreferClose', 'PreferSameZone', 'PreferSameNode'];
  return values.includes(service.spec?.trafficDistribution ?? '') && !wantsTopologyHints(service);
}

/** The changes with hints for ready endpoints; slices with wrong hints are written too. */
export function withCloseHints(service: Service, input: HintInput): SliceChanges {
  const hasNodeHints = service.spec?.trafficDistribution === 'PreferSameNode';
  return rehinted(input, endpoint => {
    if (endpoint.conditions?.ready !== true) return endpoint.hints;
    const { zone, nodeName } = endpoint;
    const forNodes = hasNodeHints && nodeName !== undefined && [{ name: nodeName }];
    if (zone === undefined && !forNodes) return undefined;
    return {
      ...(zone !== undefined && { forZones: [{ name: zone }] }),
      ...(forNodes && { forNodes }),
    };
  });
}

/** The changes without hints; slices that have some are written too. */
export function withoutHints(input: HintInput): SliceChanges {
  return rehinted(input, () => undefined);
}

function rehinted(
  { toCreate, toUpdate, toDelete, unchanged }: HintInput,
  hintsOf: (endpoint: Endpoint) => EndpointHints | undefined,
): SliceChanges {
  const fixed = unchanged
    .map(slice => withHints(slice, hintsOf))
    .filter((slice, index) => slice !== unchanged[index]);
  return {
    toCreate: toCreate.map(slice => withHints(slice, hintsOf)),
    toUpdate: [...toUpdate, ...fixed].map(slice => withHints(slice, hintsOf)),
    toDelete,
  };
}

/** The slice with the hints of each endpoint set; the same slice when all are as they should be. */
export function withHints(
  slice: EndpointSlice,
  hintsOf: (endpoint: Endpoint) => EndpointHints | undefined,
): EndpointSlice {
  const before = slice.endpoints ?? [];
  if (before.every(endpoint => deepEqual(hintsOf(endpoint), endpoint.hints))) return slice;
  const endpoints = before.map(endpoint => {
    const hints = hintsOf(endpoint);
    const { hints: _, ...rest } = endpoint;
    return hints === undefined ? rest : { ...rest, hints };
  });
  return { ...slice, endpoints };
}
