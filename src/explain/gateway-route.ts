/** Where a gateway of a mesh sends what it is asked for, and which of its Gateways and VirtualServices decided. */
import { services } from '../../sim/api/kinds/core.js';
import { gatewayPlace } from '../../sim/network/mesh-entering.js';
import { gatewayTurn, listenersOf } from '../../sim/network/mesh/gateway.js';
import type { Gateway, MeshObject, VirtualService } from '../../sim/network/mesh/kinds.js';
import { isGateway } from '../../sim/network/mesh/sidecar.js';
import { workloadOf } from '../../sim/network/mesh/traffic.js';
import type { Answering } from './ends.js';
import { objectsOf, type Known } from './known.js';
import { takenWay, type MeshRouted } from './mesh-route.js';

/** What is asked for. */
export interface AskedUrl {
  /** As in the Host header. */
  readonly host: string;
  readonly path: string;
}

/** Reads `models.example.com/v1/predict`, with a scheme or without. */
export function askedUrl(text: string): AskedUrl {
  const bare = text.replace(/^https?:\/\//u, '');
  const slash = bare.indexOf('/');
  return slash < 0
    ? { host: bare, path: '/' }
    : { host: bare.slice(0, slash), path: bare.slice(slash) };
}

/** What becomes of the request at the end; undefined where that is no gateway. */
export function gatewayRouted(
  known: Known,
  mesh: readonly MeshObject[],
  { pod, port }: Answering,
  asked: AskedUrl | undefined,
): MeshRouted | undefined {
  const gateways = mesh.filter((one): one is Gateway => one.kind === 'Gateway');
  if (pod === undefined || gateways.length === 0 || !isGateway(pod)) return undefined;
  const all = objectsOf(known, services);
  const place = gatewayPlace(pod, {
    // Secrets are nobody's to read here: they are taken to be there.
    book: { hasCertificate: () => true },
    services: { servicesIn: of => all.filter(({ metadata }) => metadata.namespace === of) },
  });
  const listener = listenersOf(gateways, place).get(port);
  if (listener === undefined) return refused(`no Gateway has it listen at port ${port}`);
  if (asked === undefined) {
    const text = 'where it sends a request depends on the host and the path: say them by --url';
    return { ways: [], notes: [{ isAllowed: true, text }] };
  }
  const { host: authority, path } = asked;
  const client = workloadOf(pod, pod.status?.podIP ?? '');
  const virtualServices = mesh.filter(
    (one): one is VirtualService => one.kind === 'VirtualService',
  );
  const request = { client, method: 'GET', authority, path, headers: {} };
  const turn = gatewayTurn(listener, virtualServices, request);
  switch (turn.kind) {
    case 'route': {
      const { taken } = turn;
      const from = { client, port: turn.request.port, authority, path };
      return takenWay(known, mesh, { taken, ...from, who: 'the gateway' });
    }
    case 'reset':
      return refused(`no server of a Gateway has the host ${authority}: the connection is reset`);
    case 'redirect to https': {
      const text = `the gateway answers 301, to https://${authority}${path}`;
      return { ways: [], notes: [{ isAllowed: true, text }] };
    }
    case 'not found':
      return refused(
        `no VirtualService of its Gateways has a route for ${authority} and GET ${path}: it answers 404`,
      );
  }
}

function refused(text: string): MeshRouted {
  return { ways: [], notes: [{ isAllowed: false, text }] };
}
