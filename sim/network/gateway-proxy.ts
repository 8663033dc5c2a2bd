/** The gateways of a mesh: what comes to their ports they pass on, or answer by themselves. */
import { isHttpRequest } from '../api/http-message.js';
import type { NetworkReply } from '../workloads/workload.js';
import type { MeshRoute, MeshRouting } from './mesh-routing.js';
import { page } from './mesh-sender.js';
import { isGateway } from './mesh/sidecar.js';
import type { Destination } from './routes.js';
import type { Listener, Socket, Sockets } from './sockets.js';

/** What gateways are made with. */
export interface GatewayTools {
  readonly sockets: Sockets;
  readonly routing: Pick<MeshRouting, 'enter' | 'listens'>;
  /** Sends on what takes a route; `done` gets what came of it. */
  readonly send: (
    socket: Socket,
    way: { readonly to: Destination; readonly route: MeshRoute },
    done: (reply: NetworkReply) => void,
  ) => void;
}

/** The listener of a gateway's proxy at the address; undefined: there is none. */
export function gatewayListener(
  { sockets, routing, send }: GatewayTools,
  { ip, port }: { readonly ip: string; readonly port: number },
  to: Destination,
): Listener | undefined {
  const socket = sockets.socketAt(ip);
  if (socket === undefined) return undefined;
  const { pod } = socket;
  if (pod === undefined || !isGateway(pod) || !routing.listens(pod, port)) return undefined;
  return {
    socket,
    handle: ({ from, payload }, answer) => {
      if (!isHttpRequest(payload)) return answer({ isOk: true, payload: page(400) });
      const route = routing.enter({ pod, port, from, to, payload });
      if (route === undefined || route === 'reset') {
        return answer({ isOk: false, error: 'connection reset' });
      }
      return send(socket, { to, route }, answer);
    },
  };
}
