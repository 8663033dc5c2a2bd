/** Who would take connections and whom policies let through, reckoned once until something changes. */
import type { HttpRequest } from '../api/http-message.js';
import type { Pod, Service } from '../api/kinds/core.js';
import type { Backend } from './backends.js';
import { anyPage, type MeshGate } from './mesh-gate.js';
import type { MeshRouting, SharedWay } from './mesh-routing.js';
import type { Source, Target } from './policy-gate.js';
import type { Verdict } from './policy/evaluator.js';
import type { PolicyPod } from './policy/party.js';
import type { Destination, NoRoute, Routes } from './routes.js';

/** Who connects: a pod, or an address outside of the cluster. */
export type ReachFrom = { readonly pod: Pod } | { readonly address: string };

/** Who could take a connection, and what policies say of it. */
export interface ReachedBackend extends Backend {
  /** Undefined where no pod is known at the address: outside, at a node, or not heard of yet. */
  readonly pod: { readonly namespace: string; readonly name: string } | undefined;
  /**
   * Packets that policies deny are dropped: the client sees a time-out. What the mesh denies is
   * refused.
   */
  readonly verdict: Verdict | 'mesh-denied';
  /** Its part of the requests, where routes of a mesh say so. Default: the same for all. */
  readonly share?: number;
}

/** What the client's own sidecar, or a gateway, answers, with no server having been asked: a status of HTTP. */
export interface SidecarAnswer {
  readonly status: number;
  /** Of the requests. */
  readonly share: number;
}

/** Who could take connections, or the error that they all end in. */
export type Reach =
  | { readonly backends: readonly ReachedBackend[]; readonly answers?: readonly SidecarAnswer[] }
  | NoRoute;

/** What is needed to reckon. */
export interface ReachTools {
  readonly routes: Routes;
  readonly verdict: (from: Source, to: Target) => Verdict;
  readonly mesh: Pick<MeshGate, 'isActive' | 'lets'>;
  readonly routing: Pick<MeshRouting, 'ways' | 'entering'>;
  /** The pod at the address, if it is a gateway of the mesh. */
  readonly gatewayAt: (ip: string) => Pod | undefined;
  readonly podAt: (ip: string) => PolicyPod | undefined;
  readonly version: () => number;
}

/** An address that no policy names, for those outside who do not say theirs. */
const somewhere: ReachFrom = { address: '' };

/** Clients without end may ask, each from an address of its own. */
const knownMax = 50_000;

/** Keeps what was reckoned as long as it is true. */
export class Reaches {
  private readonly known = new Map<string, Reach>();
  private version = -1;

  constructor(private readonly tools: ReachTools) {}

  reach(to: Destination, from: ReachFrom = somewhere, request?: HttpRequest): Reach {
    const version = this.tools.version();
    if (version !== this.version || this.known.size >= knownMax) {
      this.known.clear();
      this.version = version;
    }
    const source = sourceOf(from);
    const { namespace = '', name = '', uid = '' } = source.pod?.metadata ?? {};
    const { isActive } = this.tools.mesh;
    const asked = isActive && request !== undefined ? ` ${textOf(request)}` : '';
    const key = `${namespace}/${name}/${uid}/${source.ip} ${to.protocol ?? ''} ${to.host}:${to.port}${asked}`;
    const known = this.known.get(key);
    if (known !== undefined) return known;
    const reach = this.reckon(to, source, request);
    this.known.set(key, reach);
    return reach;
  }

  private reckon(to: Destination, source: Source, request: HttpRequest | undefined): Reach {
    const { routes, mesh, routing } = this.tools;
    const ways = mesh.isActive ? routing.ways(source.pod, to, request ?? anyPage) : undefined;
    if (ways !== undefined) return this.byRoutes(ways, to, source);
    const route = routes.route(to, source.pod);
    if ('error' in route) return route;
    const { service } = route;
    const backends = route.backends.map(backend =>
      this.reached(backend, { source, to, service, request }),
    );
    return request === undefined ? { backends } : this.passed(backends, { to, source, request });
  }

  /** What a gateway would get is sent on by it. */
  private passed(backends: readonly ReachedBackend[], entering: Passing): Reach {
    if (backends.every(({ ip }) => this.tools.gatewayAt(ip) === undefined)) return { backends };
    const all = backends.map(one => this.throughGateway(one, entering));
    const share = 1 / all.length;
    const answers = all.flatMap(({ answers: own = [] }) =>
      own.map(one => ({ ...one, share: one.share * share })),
    );
    return {
      backends: all.flatMap(({ backends: own }) =>
        own.map(one => ({ ...one, share: (one.share ?? 1) * share })),
      ),
      ...(answers.length > 0 && { answers }),
    };
  }

  private throughGateway(
    backend: ReachedBackend,
    { to, source, request: payload }: Passing,
  ): Exclude<Reach, NoRoute> {
    const { ip, port } = backend;
    const pod = this.tools.gatewayAt(ip);
    if (pod === undefined || backend.verdict !== 'allow') return { backends: [backend] };
    const ways = this.tools.routing.entering({ pod, port, from: source.ip, to, payload });
    if (ways === undefined) return { backends: [backend] };
    if (ways === 'reset') return { backends: [{ ...backend, verdict: 'mesh-denied' }] };
    return this.byRoutes(ways, to, { pod, ip });
  }

  /** The client's sidecar knows better than the Service's name where requests go. */
  private byRoutes(
    ways: readonly SharedWay[],
    to: Destination,
    source: Source,
  ): Exclude<Reach, NoRoute> {
    const backends: ReachedBackend[] = [];
    const answers: SidecarAnswer[] = [];
    for (const way of ways) {
      if ('answer' in way) {
        answers.push({ status: way.answer.status, share: way.share });
        continue;
      }
      const { service, port: servicePort, payload: request } = way;
      const share = way.share / way.backends.length;
      for (const backend of way.backends) {
        const reached = this.reached(backend, { source, to, service, servicePort, request });
        backends.push({ ...reached, share });
      }
    }
    return { backends, ...(answers.length > 0 && { answers }) };
  }

  private reached(
    { ip, port }: Backend,
    { source, to, service, servicePort, request }: Connecting,
  ): ReachedBackend {
    const { verdict, podAt, mesh } = this.tools;
    const { protocol = 'TCP' } = to;
    const { namespace, name } = podAt(ip) ?? {};
    const isKnown = namespace !== undefined && name !== undefined;
    const pod = isKnown ? { namespace, name } : undefined;
    const target = { ip, port, protocol };
    const packets = verdict(source, target);
    if (packets !== 'allow' || !mesh.isActive) return { ip, port, pod, verdict: packets };
    const way = { to, target, service, ...(servicePort !== undefined && { servicePort }) };
    const isLet = mesh.lets(source, way, request);
    return { ip, port, pod, verdict: isLet ? packets : 'mesh-denied' };
  }
}

/** What comes to a gateway, and from whom. */
interface Passing {
  readonly to: Destination;
  readonly source: Source;
  readonly request: HttpRequest;
}

/** What connects, and to what. */
interface Connecting {
  readonly source: Source;
  readonly to: Destination;
  readonly service: Service | undefined;
  readonly servicePort?: number;
  readonly request: HttpRequest | undefined;
}

function textOf({ method, path, headers = {} }: HttpRequest): string {
  return `${method} ${path} ${JSON.stringify(headers)}`;
}

function sourceOf(from: ReachFrom): Source {
  if ('pod' in from) return { pod: from.pod, ip: from.pod.status?.podIP ?? '' };
  return { pod: undefined, ip: from.address };
}
