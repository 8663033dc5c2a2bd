/**
 * A slice of a service: how it is made, labelled and told from others.
 * @upstream staging/src/k8s.io/endpointslice/utils.go newEndpointSlice, setEndpointSliceLabels
 */
import { deepEqual } from '../../api/equality.js';
import { compareText } from '../../api/go-text.js';
import { services, type Service } from '../../api/kinds/core.js';
import type { Endpoint, EndpointPort, EndpointSlice } from '../../api/kinds/discovery.js';
import { dns1123SubdomainErrors } from '../../api/labels.js';
import { ownerReference } from '../../api/meta.js';
import { headlessLabel, headlessLabels } from '../control/headless.js';
import type { AddressType } from './endpoint.js';

/** The labels that only this controller sets. */
export const serviceNameLabel = 'kubernetes.io/service-name';
/** Who manages a slice. */
export const managedByLabel = 'endpointslice.kubernetes.io/managed-by';
/** The value of the managed-by label. */
export const controllerName = 'endpointslice-controller.k8s.io';
const reservedLabels: readonly string[] = [serviceNameLabel, managedByLabel, headlessLabel];

/** An empty slice of the service. */
export function newSlice(
  service: Service,
  addressType: AddressType,
  ports: readonly EndpointPort[],
): EndpointSlice {
  const { name = '', namespace } = service.metadata;
  return {
    metadata: {
      generateName: dns1123SubdomainErrors(`${name}-x`).length === 0 ? `${name}-` : name,
      namespace,
      labels: sliceLabels(service),
      ownerReferences: [ownerReference(service, services)],
    },
    addressType,
    ...(ports.length > 0 && { ports }),
  };
}

const managedBy = { [managedByLabel]: controllerName };

/** The service's labels with the reserved ones set. */
export function sliceLabels(service: Service): Readonly<Record<string, string>> {
  return Object.assign(
    unreserved(service.metadata.labels),
    headlessLabels(service),
    { [serviceNameLabel]: service.metadata.name ?? '' },
    managedBy,
  );
}

/** Whether the slice's own labels are no longer those of the service. */
export function hasOtherLabels(slice: EndpointSlice, service: Service): boolean {
  return !deepEqual(unreserved(slice.metadata.labels), unreserved(service.metadata.labels));
}

function unreserved(labels: Readonly<Record<string, string>> | undefined): Record<string, string> {
  const entries = Object.entries(labels ?? {});
  return Object.fromEntries(entries.filter(([key]) => !reservedLabels.includes(key)));
}

/** Whether the slice belongs to this very service. */
export function isOwnedBy(slice: EndpointSlice, service: Service): boolean {
  return (slice.metadata.ownerReferences ?? []).some(owner => {
    const isService = owner.kind === 'Service' && owner.apiVersion === 'v1';
    return isService && owner.uid === service.metadata.uid;
  });
}

/** Whether this controller manages the slice. */
export function isManaged(slice: EndpointSlice): boolean {
  return slice.metadata.labels?.[managedByLabel] === controllerName;
}

/** What slices with the same ports have in common. */
export function portKey(ports: readonly EndpointPort[] | null | undefined): string {
  const keys = (ports ?? []).map(({ name, protocol, port, appProtocol }) =>
    [name, protocol, port, appProtocol].map(part => part ?? '-').join(' '),
  );
  return keys.sort(compareText).join('\n');
}

const endpointKeys = new WeakMap<Endpoint, string>();

/** What makes an endpoint the same endpoint, whatever its conditions. */
export function endpointKey(endpoint: Endpoint): string {
  const known = endpointKeys.get(endpoint);
  if (known !== undefined) return known;
  const { addresses, hostname, targetRef } = endpoint;
  const target = targetRef && `${targetRef.namespace}/${targetRef.name}`;
  const key = [[...addresses].sort(compareText).join(), hostname ?? '', target ?? ''].join(' ');
  endpointKeys.set(endpoint, key);
  return key;
}

/** Endpoints that were compared, with the one that each was found to be like. */
const found = new WeakMap<Endpoint, Endpoint>();

/** Whether two endpoints of one key differ in nothing that matters; hints do not count. */
export function areAlike(one: Endpoint, other: Endpoint): boolean {
  if (found.get(other) === one) return true;
  const result =
    one.nodeName === other.nodeName &&
    one.zone === other.zone &&
    deepEqual(one.conditions, other.conditions) &&
    deepEqual(withoutVersion(one), withoutVersion(other));
  if (result) found.set(other, one);
  return result;
}

const noVersion = { resourceVersion: undefined };

function withoutVersion({ targetRef }: Endpoint): unknown {
  return targetRef && Object.assign({}, targetRef, noVersion);
}
