/** Applies what sidecars enforce to the connections of the cluster. */
import { isLoopback } from './addresses.js';
import { isHttpRequest, type HttpRequest } from '../api/http-message.js';
import type { Pod, Service } from '../api/kinds/core.js';
import type { NetworkReply } from '../workloads/workload.js';
import type { MeshBook } from './mesh-book.js';
import type { MeshVerdict } from './mesh/judge.js';
import { refusesAll } from './mesh/refuses-all.js';
import { disconnected } from './mesh-sender.js';
import { hasSidecar, isExcluded, isGateway } from './mesh/sidecar.js';
import { isHttp, judgeTraffic } from './mesh/traffic.js';
import { parseAddress } from './policy/address.js';
import type { Source, Target } from './policy-gate.js';
import type { Destination } from './routes.js';
import type { ServiceBook } from './service-book.js';

/** Where a connection goes, as its client says it and as it ends. */
export interface MeshWay {
  readonly to: Destination;
  readonly target: Target;
  /** Whose address it was. */
  readonly service: Service | undefined;
  /** Its port. Default: the one that the client names. */
  readonly servicePort?: number;
}

/** The page that is asked for when nothing else is said. */
export const anyPage: HttpRequest = { protocol: 'http', method: 'GET', path: '/', body: '' };

/** Judges by the objects that sidecars have at the moment. */
export class MeshGate {
  /** `podAt` finds the pod of a program that runs at the address. */
  constructor(
    private readonly book: MeshBook,
    private readonly services: ServiceBook,
    private readonly around: {
      readonly podAt: (ip: string) => Pod | undefined;
      /** Whether the agent of a proxy runs at the address. */
      readonly hasAgent: (ip: string) => boolean;
      readonly now: () => number;
    },
  ) {}

  /** Whether there is a mesh at all. */
  get isActive(): boolean {
    return this.book.isActive;
  }

  /** Whether a request gets through; without one, that for any page. */
  lets(from: Source, way: MeshWay, request: HttpRequest = anyPage): boolean {
    const verdict = this.verdict(from, way, request);
    return verdict === undefined || verdict.verdict === 'allow';
  }

  /** What a client gets instead of an answer; undefined where the server gets to see what it sent. */
  refusal(from: Source, way: MeshWay, payload: unknown): NetworkReply | undefined {
    const verdict = this.verdict(from, way, payload);
    if (verdict === undefined || verdict.verdict === 'allow') return undefined;
    const { response } = verdict;
    // Only who speaks HTTP can read such an answer.
    if (!('status' in response) || !isHttpRequest(payload)) {
      return { isOk: false, error: 'connection reset' };
    }
    const { status, body = '', headers } = response;
    const answer = { status, contentType: 'text/plain', body, ...(headers && { headers }) };
    return { isOk: true, payload: answer };
  }

  /** Whether the sidecar at the address refuses whatever is asked for, whoever asks. */
  isShut({ ip, port }: Target): boolean {
    const server = this.isActive ? this.around.podAt(ip) : undefined;
    return server !== undefined && refusesAll(server, { ip, port }, this.book.objects);
  }

  /** The pod at the address, if it is a gateway. */
  gatewayAt(ip: string): Pod | undefined {
    const pod = this.isActive ? this.around.podAt(ip) : undefined;
    return pod !== undefined && isGateway(pod) ? pod : undefined;
  }

  /** Whether what the pod sends goes to its sidecar, and that does not run, yet or any more. */
  lacksProxy({ pod, ip }: Source, { host, port, protocol = 'TCP' }: Destination): boolean {
    if (!this.isActive || pod === undefined || protocol !== 'TCP') return false;
    if (isLoopback(host) || host === 'localhost' || host === ip) return false;
    return (
      this.isRedirected(pod) && !isExcluded(pod, 'outbound', port) && !this.around.hasAgent(ip)
    );
  }

  /**
   * What the client gets of what came of a request: the server's sidecar answers for a program that does not,
   * and without the sidecar nobody is reached.
   */
  asToldByProxy(
    { to, target, service, servicePort }: MeshWay,
    payload: unknown,
    reply: NetworkReply,
  ): NetworkReply {
    const server =
      this.isActive && target.protocol === 'TCP' ? this.around.podAt(target.ip) : undefined;
    if (server === undefined || !this.isRedirected(server)) return reply;
    if (isExcluded(server, 'inbound', target.port)) return reply;
    if (!this.around.hasAgent(target.ip)) return { isOk: false, error: 'connection refused' };
    if (reply.isOk) return reply;
    const known = service ?? headless(this.services, to.host, server.metadata.namespace ?? '');
    const sent = { service: known, servicePort: servicePort ?? to.port, payload };
    if (isHttpRequest(payload) && isHttp(sent)) {
      return { isOk: true, payload: disconnected(reply.error) };
    }
    return { isOk: false, error: 'connection reset' };
  }

  /** Whether a sidecar runs at the address. */
  hasProxyAt(ip: string): boolean {
    const pod = this.isActive ? this.around.podAt(ip) : undefined;
    return pod !== undefined && this.isRedirected(pod) && this.around.hasAgent(ip);
  }

  /** Whether the pod's packets are sent through a sidecar. */
  private isRedirected(pod: Pod): boolean {
    return hasSidecar(pod) && !isGateway(pod);
  }

  private verdict(from: Source, way: MeshWay, payload: unknown): MeshVerdict | undefined {
    const { to, target } = way;
    if (!this.isActive || target.protocol !== 'TCP' || from.ip === target.ip) return undefined;
    const server = this.around.podAt(target.ip);
    if (server === undefined) return undefined;
    const service =
      way.service ?? headless(this.services, to.host, from.pod?.metadata.namespace ?? '');
    return judgeTraffic(
      {
        client: from.pod,
        clientIp: from.ip,
        server,
        serverIp: target.ip,
        port: target.port,
        service,
        servicePort: service && (way.servicePort ?? to.port),
        host: to.port === 80 ? to.host : `${to.host}:${to.port}`,
        payload,
      },
      { objects: this.book.objects, nowMs: this.around.now() },
    );
  }
}

/** The service without an address that a name means, or a pod of it. */
export function headless(
  services: ServiceBook,
  host: string,
  namespace: string,
): Service | undefined {
  if (parseAddress(host) !== undefined) return undefined;
  const parts = host.split('.');
  for (const index of [0, 1]) {
    const name = parts[index];
    const next = parts[index + 1] ?? namespace;
    const found = name === undefined ? undefined : services.service(next, name);
    if (found?.spec?.clusterIP === 'None') return found;
  }
  return undefined;
}
