/**
 * Requests to the Services of a real cluster, by way of its API server's proxy. The loop is open: each request
 * has the instant at which it is meant to start, whatever became of those before, and is timed from there.
 */
import type { KubeObject } from '../../../sim/api/object.js';
import type { ApiAnswer } from '../../../sim/api/request.js';
import type { Clock } from '../../../sim/engine/clock.js';
import type { Cluster, Fault } from '../../cluster.js';
import type { Outcome } from '../../laws/law.js';
import { demandsOf, type Demand } from './derived-traffic.js';
import { Trouble } from './trouble.js';

type Requests = Extract<Outcome, { kind: 'requests' }>;

/** Requests a second for each wanted replica at first: API servers are no load balancers. */
const perReplicaPerSecond = 5;
/** A Service gets no more than this. */
const perSecondMax = 50;
/** Until a Service first answers, it is tried so often. */
const knockMs = 500;
const tickMs = 20;
const spanMs = 30_000;
/** Whoever waits longer has gone. */
const patienceMs = 10_000;
/** So many latencies are kept: of the latest. */
const latenciesMax = 20_000;

/** What became of a request. */
type Fate = 'finished' | 'no endpoint' | 'refused' | 'reset' | 'shed' | 'timed out';

interface Flow {
  readonly demand: Demand;
  isLive: boolean;
  isKnocking: boolean;
  nextMs: number;
  offered: number;
  readonly fates: Map<Fate, number>;
}

/** What was measured of all requests. */
export interface LiveTotals {
  readonly services: number;
  readonly offered: number;
  readonly failed: number;
  /** From the intended start to the answer, in milliseconds; undefined before the first. */
  readonly p50Ms?: number;
  readonly p99Ms?: number;
}

/** The traffic of one cluster. */
export class LiveTraffic {
  readonly outcomes: Requests[] = [];
  private readonly flows = new Map<string, Flow>();
  private objects: readonly KubeObject[] = [];
  private readonly latencies: number[] = [];
  private factor = 1;
  private spanStartMs: number;
  private readonly trouble = new Trouble();
  private offered = 0;
  private failed = 0;
  private isOver = false;

  constructor(
    private readonly cluster: Pick<Cluster, 'request'>,
    private readonly clock: Clock,
  ) {
    this.spanStartMs = clock.now();
    this.tick();
  }

  /** Manifests were applied: there may be Services among them. */
  applied(objects: readonly KubeObject[]): void {
    this.objects = [...this.objects, ...objects];
    for (const demand of demandsOf(this.objects)) {
      const nextMs = this.clock.now();
      const fresh = { isLive: false, isKnocking: false, nextMs, offered: 0 };
      const known = this.flows.get(demand.service) ?? { ...fresh, fates: new Map<Fate, number>() };
      this.flows.set(demand.service, { ...known, demand });
    }
  }

  /** Clients send so many times as much as at first from now on. */
  scale(factor: number): void {
    this.factor = factor;
  }

  /** For a while what is counted is nothing to judge by. */
  struck(fault: Fault, forMs: number): void {
    this.trouble.struck(fault, this.clock.now() + forMs);
  }

  /** Somebody judges now: the span under way is told as far as it goes. */
  end(): void {
    if (!this.isOver) this.tell(this.clock.now());
  }

  /** Nothing is sent any more. */
  stop(): void {
    this.isOver = true;
  }

  totals(): LiveTotals {
    const sorted = [...this.latencies].sort((a, b) => a - b);
    const at = (part: number): number | undefined => sorted[Math.floor(part * sorted.length)];
    const [p50Ms, p99Ms] = [at(0.5), at(0.99)];
    return {
      services: [...this.flows.values()].filter(({ isLive }) => isLive).length,
      offered: this.offered,
      failed: this.failed,
      ...(p50Ms !== undefined && { p50Ms }),
      ...(p99Ms !== undefined && { p99Ms }),
    };
  }

  private tick(): void {
    if (this.isOver) return;
    const nowMs = this.clock.now();
    for (const flow of this.flows.values()) this.sendDue(flow, nowMs);
    if (nowMs - this.spanStartMs >= spanMs) this.tell(nowMs);
    this.clock.after(tickMs, 'traffic goes on', () => this.tick());
  }

  /** All that was meant to start up to now, however late we are. */
  private sendDue(flow: Flow, nowMs: number): void {
    if (!flow.isLive) {
      if (!flow.isKnocking && flow.nextMs <= nowMs) void this.knock(flow);
      return;
    }
    const { demand } = flow;
    const replicas = demand.replicas * (demand.route?.share ?? 1);
    const perSecond = Math.min(perReplicaPerSecond * replicas * this.factor, perSecondMax);
    if (perSecond <= 0) {
      flow.nextMs = nowMs;
      return;
    }
    for (; flow.nextMs <= nowMs; flow.nextMs += 1_000 / perSecond)
      void this.send(flow, flow.nextMs);
  }

  /** Clients come once the Service answers. */
  private async knock(flow: Flow): Promise<void> {
    flow.isKnocking = true;
    const fate = await this.fateOf(flow);
    flow.isKnocking = false;
    flow.isLive = fate === 'finished';
    flow.nextMs = this.clock.now() + (flow.isLive ? 0 : knockMs);
  }

  private async send(flow: Flow, intendedMs: number): Promise<void> {
    flow.offered++;
    this.offered++;
    const fate = await this.fateOf(flow);
    if (this.isOver) return;
    flow.fates.set(fate, (flow.fates.get(fate) ?? 0) + 1);
    if (fate !== 'finished') this.failed++;
    this.latencies.push(this.clock.now() - intendedMs);
    if (this.latencies.length > latenciesMax) this.latencies.splice(0, latenciesMax / 2);
  }

  private async fateOf({ demand }: Flow): Promise<Fate> {
    const [namespace = '', name = ''] = demand.service.split('/');
    const path = `/api/v1/namespaces/${namespace}/services/${name}:${demand.port}/proxy/`;
    const tooLate = new Promise<Fate>(resolve => {
      this.clock.after(patienceMs, 'a client has waited long enough', () => resolve('timed out'));
    });
    const asked = this.cluster.request({ method: 'GET', path }).then(
      answer => fateOfAnswer(answer),
      () => 'reset' as const,
    );
    return Promise.race([asked, tooLate]);
  }

  private tell(timeMs: number): void {
    const troubled = this.trouble.in(this.spanStartMs);
    for (const flow of this.flows.values()) {
      const { demand, fates, offered, isLive } = flow;
      const finished = fates.get('finished') ?? 0;
      const failed = [...fates].filter(([fate]) => fate !== 'finished');
      if (isLive && offered > 0) {
        this.outcomes.push({
          kind: 'requests',
          timeMs,
          spanMs: timeMs - this.spanStartMs,
          service: demand.service,
          offered,
          finished,
          failed: Object.fromEntries(failed),
          capacity: Infinity,
          ...troubled,
        });
      }
      flow.offered = 0;
      fates.clear();
    }
    this.spanStartMs = timeMs;
  }
}

/** Whoever answers at all has finished; a Status is the proxy's own word. @upstream apiserver/pkg/util/proxy */
export function fateOfAnswer({ status, body }: ApiAnswer): Fate {
  const { kind, message = '' } = (typeof body === 'object' && body !== null ? body : {}) as {
    readonly kind?: string;
    readonly message?: string;
  };
  if (kind !== 'Status') return status < 500 ? 'finished' : 'shed';
  if (/no endpoints available|not found/.test(message)) return 'no endpoint';
  if (/connection refused/.test(message)) return 'refused';
  if (/timeout|deadline/i.test(message)) return 'timed out';
  if (/EOF|reset/.test(message)) return 'reset';
  return status < 500 ? 'finished' : 'refused';
}
