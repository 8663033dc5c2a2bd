/**
 * A pod as an endpoint of a service.
 * @upstream staging/src/k8s.io/endpointslice/utils.go podToEndpoint, getEndpointPorts
 */
import type { Node, Pod, Service, ServicePort } from '../../api/kinds/core.js';
import type { Endpoint, EndpointPort } from '../../api/kinds/discovery.js';
import { isDeleting } from '../../api/meta.js';
import { isReady, isTerminal } from '../control/pod-state.js';

/** A family of addresses. */
export type AddressType = 'IPv4' | 'IPv6';

/** Whether the pod can be an endpoint: it has an address and has not ended. */
export function isEndpoint(pod: Pod): boolean {
  const { podIP = '', podIPs = [] } = pod.status ?? {};
  return !isTerminal(pod) && (podIP !== '' || podIPs.length > 0);
}

/** The endpoint that a pod is; without addresses when it has none of the family. */
export function endpointOf(
  pod: Pod,
  node: Node | undefined,
  service: Service,
  addressType: AddressType,
): Endpoint {
  const { name, namespace, uid } = pod.metadata;
  const serving = isReady(pod);
  const terminating = isDeleting(pod);
  const publishesAll = service.spec?.publishNotReadyAddresses === true;
  const { nodeName = '', hostname = '' } = pod.spec ?? {};
  const zone = node?.metadata.labels?.[zoneLabel] ?? '';
  return {
    addresses: addressesOf(pod, addressType),
    conditions: { ready: publishesAll || (serving && !terminating), serving, terminating },
    ...(hasHostname(pod, service) && { hostname }),
    targetRef: { kind: 'Pod', namespace, name, uid },
    ...(nodeName !== '' && { nodeName }),
    ...(zone !== '' && { zone }),
  };
}

/** Whether the pod's host name is a record below the service's name. */
export function hasHostname(pod: Pod, service: Service): boolean {
  const { hostname = '', subdomain } = pod.spec ?? {};
  return (
    hostname !== '' &&
    subdomain === service.metadata.name &&
    pod.metadata.namespace === service.metadata.namespace
  );
}

/** The ports that the service has at this pod: named ones are looked up in its containers. */
export function endpointPorts(service: Service, pod: Pod): readonly EndpointPort[] {
  const ports: EndpointPort[] = [];
  for (const servicePort of service.spec?.ports ?? []) {
    const port = targetPort(pod, servicePort);
    if (port === undefined) continue;
    const { name = '', protocol = 'TCP', appProtocol } = servicePort;
    ports.push({ name, protocol, port, ...(appProtocol !== undefined && { appProtocol }) });
  }
  return ports;
}

/** The number of the port at the pod; undefined when the pod has no port of that name. */
export function targetPort(pod: Pod, servicePort: ServicePort): number | undefined {
  const { targetPort: target = servicePort.port, protocol = 'TCP' } = servicePort;
  if (typeof target === 'number') return target;
  const { containers = [], initContainers = [] } = pod.spec ?? {};
  const sidecars = initContainers.filter(one => one.restartPolicy === 'Always');
  for (const { ports = [] } of [...containers, ...sidecars]) {
    const found = ports.find(port => port.name === target && (port.protocol ?? 'TCP') === protocol);
    if (found !== undefined) return found.containerPort;
  }
  return undefined;
}

/** The families of addresses that a service has slices for. */
export function addressTypesOf(service: Service): readonly AddressType[] {
  const { ipFamilies = [], clusterIP = '' } = service.spec ?? {};
  const types = (['IPv4', 'IPv6'] as const).filter(type => ipFamilies.includes(type));
  if (types.length > 0) return types;
  if (clusterIP !== '' && clusterIP !== 'None') return [isIPv6(clusterIP) ? 'IPv6' : 'IPv4'];
  return ['IPv4', 'IPv6'];
}

function addressesOf(pod: Pod, addressType: AddressType): readonly string[] {
  const addresses = (pod.status?.podIPs ?? []).map(({ ip }) => ip);
  return addresses.filter(ip => ip !== '' && isIPv6(ip) === (addressType === 'IPv6'));
}

function isIPv6(ip: string): boolean {
  return ip.includes(':');
}

/** topology.kubernetes.io/zone. */
export const zoneLabel = 'topology.kubernetes.io/zone';
