/** Which pods have a sidecar, and what goes past it. */
import type { Pod } from '../../api/kinds/core.js';

const container = 'istio-proxy';

/** Whether a sidecar stands in the pod's way. */
export function hasSidecar({ spec }: Pod): boolean {
  if (spec === undefined || spec.hostNetwork === true) return false;
  const { containers, initContainers = [] } = spec;
  return [...containers, ...initContainers].some(({ name }) => name === container);
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
