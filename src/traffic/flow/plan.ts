/** Works out the paths of requests from what gateways know and where the network leads. */
import type { ClusterNetwork } from '../../../sim/network/contract.js';
import { weightsOf } from './http-route.js';
import type { FailureReason, FlowRequest, Gateway, WeightedBackend } from './contract.js';

/** A replica that may be on a path. */
interface Taking {
  readonly accepts: boolean;
}

/** What a plan is made from. */
export interface PlanInput<R extends Taking> {
  readonly network: Pick<ClusterNetwork, 'reach'>;
  /** The gateway's Service as clients know it. */
  readonly entry: { readonly host: string; readonly port: number };
  readonly request: FlowRequest;
  /** Registered ones by `ip:port`. */
  readonly gateways: ReadonlyMap<string, Gateway>;
  readonly replicas: ReadonlyMap<string, R>;
}

/** A way to a replica, or to a failure; the book is the revision's name. */
export interface PlannedPath<R> {
  readonly share: number;
  readonly book: string;
  readonly to: { readonly replica: R } | { readonly failure: FailureReason };
}

/** The paths, and each gateway's share of the requests. */
export interface Plan<R> {
  /** The revisions that were met, in their order. */
  readonly books: readonly string[];
  readonly paths: readonly PlannedPath<R>[];
  readonly gatewayShares: ReadonlyMap<Gateway, number>;
}

/** Where clients stand: outside of the cluster, at an address of TEST-NET-3 (RFC 5737). */
const clientAddress = '203.0.113.10';

/** What a sidecar answers that knows no pod to send to. */
const unavailable = 503;

/** The plan as things stand. A replica of two revisions is booked under the first. */
export function planOf<R extends Taking>(input: PlanInput<R>): Plan<R> {
  const plan = new PlanInMaking(input);
  plan.enter();
  const { books, gatewayShares } = plan;
  return { books: [...books], paths: plan.paths(), gatewayShares };
}

class PlanInMaking<R extends Taking> {
  readonly books = new Set<string>();
  readonly gatewayShares = new Map<Gateway, number>();
  private readonly toReplicas = new Map<R, { share: number; book: string }>();
  private readonly failures = new Map<
    string,
    { share: number; book: string; failure: FailureReason }
  >();

  constructor(private readonly input: PlanInput<R>) {}

  /** From outside through the gateway's Service. */
  enter(): void {
    const { network, entry, gateways } = this.input;
    const reach = network.reach(entry, { address: clientAddress });
    if ('error' in reach) return this.fail('', 'no gateway', 1);
    const share = 1 / reach.backends.length;
    for (const { ip, port, verdict } of reach.backends) {
      const gateway = gateways.get(`${ip}:${port}`);
      if (verdict !== 'allow') this.fail('', 'denied by policy', share);
      else if (gateway === undefined) this.fail('', 'no gateway', share);
      else this.pass(gateway, share);
    }
  }

  paths(): PlannedPath<R>[] {
    const answered = [...this.toReplicas].map(([replica, { share, book }]) => ({
      share,
      book,
      to: { replica },
    }));
    const failed = [...this.failures.values()].map(({ share, book, failure }) => ({
      share,
      book,
      to: { failure },
    }));
    return [...answered, ...failed];
  }

  /** From a gateway to its backends by weight. */
  private pass(gateway: Gateway, share: number): void {
    this.gatewayShares.set(gateway, (this.gatewayShares.get(gateway) ?? 0) + share);
    const backends = gateway.backends(this.input.request) ?? [];
    const weights = weightsOf(backends);
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    if (total === 0) return this.fail('', 'no route', share);
    for (const [index, backend] of backends.entries()) {
      const weight = weights[index] ?? 0;
      if (weight > 0) this.arrive(gateway, backend, (share * weight) / total);
    }
  }

  private arrive(gateway: Gateway, backend: WeightedBackend, share: number): void {
    const { name, to } = backend;
    const { network, request } = this.input;
    const posted = { protocol: 'http', method: 'POST', path: request.path, body: '' } as const;
    if (!('host' in to)) {
      // No endpoint: the gateway answers 503 by itself.
      if (to.length === 0) return this.fail(name, 'refused', share);
      for (const { ip, port } of to) {
        this.knock(name, network.reach({ host: ip, port }, gateway, posted), share / to.length);
      }
      return undefined;
    }
    return this.knock(name, network.reach(to, gateway, posted), share);
  }

  private knock(
    name: string,
    reach: ReturnType<PlanInput<R>['network']['reach']>,
    share: number,
  ): void {
    const { replicas } = this.input;
    if ('error' in reach) {
      if (reach.isDnsDenied === true) return this.fail(name, 'denied by policy', share);
      const isRefused = reach.error === 'connection refused';
      return this.fail(name, isRefused ? 'refused' : 'no route', share);
    }
    // What the gateway's own sidecar answers, no replica has seen.
    for (const { status, share: part } of reach.answers ?? []) {
      this.fail(name, status === unavailable ? 'refused' : 'no route', share * part);
    }
    for (const { ip, port, verdict, share: part } of reach.backends) {
      const own = part === undefined ? share / reach.backends.length : share * part;
      const replica = replicas.get(`${ip}:${port}`);
      if (verdict !== 'allow') this.fail(name, 'denied by policy', own);
      else if (replica?.accepts !== true) this.fail(name, 'refused', own);
      else {
        this.books.add(name);
        const path = this.toReplicas.get(replica) ?? { share: 0, book: name };
        path.share += own;
        this.toReplicas.set(replica, path);
      }
    }
  }

  private fail(name: string, failure: FailureReason, share: number): void {
    const key = `${name}/${failure}`;
    const path = this.failures.get(key) ?? { share: 0, book: name, failure };
    this.books.add(name);
    path.share += share;
    this.failures.set(key, path);
  }
}
