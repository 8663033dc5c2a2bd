/** Which pods have a proxy of the mesh, as a sidecar or as a gateway, and what goes past it. */
import type { Pod } from '../../api/kinds/core.js';

const container = 'istio-proxy';

/** Whether a sidecar stands in the pod's way. */
export function hasSidecar({ spec }: Pod): boolean {
  if (spec === undefined || spec.hostNetwork === true) return false;
  const { containers, initContainers = [] } = spec;
  return [...containers, ...initContainers].some(({ name }) => name === container);
}

/** Whether the pod asks the injector to make a gateway of it. */
export function isOfGatewayTemplate({ metadata }: Pod): boolean {
  const asked = metadata.annotations?.['inject.istio.io/templates'] ?? '';
  return asked.split(',').some(one => one.trim() === 'gateway');
}

/** Whether the pod's proxy stands by itself: nobody's packets are sent its way. */
export function isGateway(pod: Pod): boolean {
  if (isOfGatewayTemplate(pod)) return true;
  const proxy = pod.spec?.containers.find(({ name }) => name === container);
  return proxy?.args?.[1] === 'router';
}

/** The ports of the sidecar itself: metrics, readiness, Envoy's own metrics. */
const ownPorts = [15_020, 15_021, 15_090];

const annotations = {
  inbound: 'traffic.sidecar.istio.io/excludeInboundPorts',
  outbound: 'traffic.sidecar.istio.io/excludeOutboundPorts',
} as const;

/** Whether what comes to, or goes from, the pod at this port goes past its sidecar. */
export function isExcluded(
  pod: Pod | undefined,
  direction: 'inbound' | 'outbound',
  port: number,
): boolean {
  if (direction === 'inbound' && ownPorts.includes(port)) return true;
  const listed = pod?.metadata.annotations?.[annotations[direction]] ?? '';
  return listed.split(',').some(one => one.trim() === String(port));
}
