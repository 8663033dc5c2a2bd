/** The endpoints that pods are, made once for each version of pod and service. */
import type { Node, Pod, Service } from '../../api/kinds/core.js';
import type { Endpoint, EndpointPort } from '../../api/kinds/discovery.js';
import { endpointOf, endpointPorts, isEndpoint, zoneLabel, type AddressType } from './endpoint.js';
import { portKey } from './slice.js';

interface MadeEndpoint {
  readonly zone: string | undefined;
  readonly endpoint: Endpoint;
}

/** A pod as a service sees it. */
export interface PodParts {
  readonly isEndpoint: boolean;
  readonly ports: readonly EndpointPort[];
  readonly portKey: string;
  readonly byType: Partial<Record<AddressType, MadeEndpoint>>;
}

const partsOfServices = new WeakMap<Service, WeakMap<Pod, PodParts>>();

/** What a service makes of its pods. */
export function podPartsOf(service: Service): (pod: Pod) => PodParts {
  let made = partsOfServices.get(service);
  if (made === undefined) partsOfServices.set(service, (made = new WeakMap()));
  const known = made;
  return pod => known.get(pod) ?? addParts(known, service, pod);
}

/** The endpoint that the pod is: the same object as long as nothing about it changes. */
export function endpointAt(
  { byType }: PodParts,
  service: Service,
  pod: Pod,
  { node, type }: { readonly node: Node | undefined; readonly type: AddressType },
): Endpoint {
  const zone = node?.metadata.labels?.[zoneLabel];
  const known = byType[type];
  if (known !== undefined && known.zone === zone) return known.endpoint;
  const endpoint = endpointOf(pod, node, service, type);
  byType[type] = { zone, endpoint };
  return endpoint;
}

function addParts(made: WeakMap<Pod, PodParts>, service: Service, pod: Pod): PodParts {
  const ports = endpointPorts(service, pod);
  const parts = { isEndpoint: isEndpoint(pod), ports, portKey: portKey(ports), byType: {} };
  made.set(pod, parts);
  return parts;
}
