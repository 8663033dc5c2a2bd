/** What becomes of requests that have come to a gateway of the mesh. */
import type { HttpRequest } from '../api/http-message.js';
import type { Pod } from '../api/kinds/core.js';
import { hasLabels } from '../api/selectors.js';
import type { MeshBook } from './mesh-book.js';
import { answered, decidedOn, type Decided } from './mesh-decision.js';
import { gatewayTurn, type GatewayListener, type GatewayPlace } from './mesh/gateway.js';
import type { VirtualService } from './mesh/kinds.js';
import { workloadOf } from './mesh/traffic.js';
import type { Destination } from './routes.js';
import type { ServiceBook } from './service-book.js';

/** A request at the port of a gateway's pod. */
export interface Entering {
  readonly pod: Pod;
  readonly port: number;
  /** The client's address, and what it calls the gateway. */
  readonly from: string;
  readonly to: Destination;
  readonly payload: HttpRequest;
}

/** The surroundings of the gateway. */
export function gatewayPlace(
  pod: Pod,
  {
    book,
    services,
  }: {
    readonly book: Pick<MeshBook, 'hasCertificate'>;
    readonly services: Pick<ServiceBook, 'servicesIn'>;
  },
): GatewayPlace {
  const { namespace = '', labels } = pod.metadata;
  const own = [...services.servicesIn(namespace)].filter(({ spec }) => {
    const selector = spec?.selector ?? {};
    return Object.keys(selector).length > 0 && hasLabels(labels, selector);
  });
  const ports = own.flatMap(({ spec }) => spec?.ports ?? []);
  return {
    workload: workloadOf(pod, pod.status?.podIP ?? ''),
    hasCertificate: name => book.hasCertificate(namespace, name),
    portOf: asked => {
      const { targetPort = 0 } = ports.find(({ port }) => port === asked) ?? {};
      if (typeof targetPort === 'string') return portNamed(pod, targetPort) ?? asked;
      // Manifests that nobody has set defaults in have none, or 0.
      return targetPort === 0 ? asked : targetPort;
    },
  };
}

function portNamed({ spec }: Pod, wanted: string): number | undefined {
  const ports = spec?.containers.flatMap(({ ports: own = [] }) => own) ?? [];
  return ports.find(({ name }) => name === wanted)?.containerPort;
}

/** What the gateway does with it. */
export function enteredBy(
  listener: GatewayListener,
  virtualServices: readonly VirtualService[],
  { pod, from, to, payload }: Entering,
): Decided | 'reset' {
  const { method, path, headers = {} } = payload;
  const authority = headers['host'] ?? (to.port === 80 ? to.host : `${to.host}:${to.port}`);
  const client = workloadOf(pod, pod.status?.podIP ?? '');
  const turn = gatewayTurn(listener, virtualServices, { client, method, path, authority, headers });
  switch (turn.kind) {
    case 'reset':
      return 'reset';
    case 'not found':
      return { faults: {}, next: answered(404) };
    case 'redirect to https':
      return { faults: {}, next: answered(301, '', { location: `https://${authority}${path}` }) };
    case 'route': {
      const before = headers['x-forwarded-for'];
      const told = {
        host: authority,
        'x-forwarded-for': before === undefined ? from : `${before},${from}`,
        'x-forwarded-proto': listener.isTls ? 'https' : 'http',
      };
      const sent = { ...payload, headers: { ...headers, ...told } };
      const { port } = turn.request;
      return decidedOn(turn.taken, { pod, client, port, payload: sent, authority });
    }
  }
}
