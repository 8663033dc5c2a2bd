/** The traffic exchange: see `contract.ts`. */
import type { Timer } from '../../../sim/engine/clock.js';
import { invariant } from '../../../sim/engine/invariant.js';
import type {
  FlowCluster,
  FlowSnapshot,
  Gateway,
  GatewayRegistration,
  Registration,
  Replica,
  TrafficExchange,
  TrafficSettings,
} from './contract.js';
import { noAnswers } from './gateway-counters.js';
import { Ledger } from './ledger.js';
import { FlowFront, type FrontReplica } from './front.js';
import type { OutcomeSeries } from './outcome.js';
import { runSettings } from './run-settings.js';

/** Makes the exchange of a run. */
export function createTrafficExchange(): TrafficExchange {
  return new Exchange();
}

class Exchange implements TrafficExchange {
  /** Those that registered before traffic began wait here. */
  private readonly early = new Set<() => void>();
  private cluster: FlowCluster | undefined;
  private run: FlowFront | undefined;
  private timer: Timer | undefined;
  private originMs = 0;
  private windowMs = 1;
  private isStopped = false;

  get series(): OutcomeSeries {
    return this.run?.series ?? new Ledger(0, 1, { deadlineMs: 0, wayMs: 0 });
  }

  registerReplica(replica: Replica): Registration {
    let state: FrontReplica | undefined;
    let isOver = false;
    const join = (): void => {
      state = this.run?.addReplica(replica);
    };
    this.join(join);
    return {
      drain: then => {
        if (isOver) return;
        isOver = true;
        const { run } = this;
        if (this.leavesEarly(join) || run === undefined || state === undefined) return then();
        this.catchUp();
        run.drain(state, then);
      },
      end: () => {
        isOver = true;
        if (this.leavesEarly(join) || this.run === undefined || state === undefined) return;
        this.catchUp();
        this.run.lose(state);
      },
    };
  }

  registerGateway(gateway: Gateway): GatewayRegistration {
    const join = (): void => this.run?.addGateway(gateway);
    this.join(join);
    const leave = (): void => {
      if (this.leavesEarly(join)) return;
      this.catchUp();
      this.run?.removeGateway(gateway);
    };
    return {
      drain: then => {
        leave();
        then();
      },
      end: leave,
      changed: () => {
        if (this.run === undefined) return;
        this.catchUp();
        this.run.replan();
      },
      answered: () => {
        if (this.run?.answersAtOnce === true) this.catchUp();
        return this.run?.answeredBy(gateway) ?? noAnswers;
      },
    };
  }

  start(cluster: FlowCluster, settings: TrafficSettings): void {
    invariant(this.run === undefined, 'the traffic of a run starts once');
    const complete = runSettings(settings);
    this.cluster = cluster;
    this.originMs = cluster.loop.now();
    this.windowMs = complete.windowMs;
    this.run = new FlowFront(cluster, complete, this.originMs);
    for (const join of this.early) join();
    this.early.clear();
    this.schedule();
  }

  stop(): void {
    if (this.isStopped) return;
    this.catchUp();
    this.isStopped = true;
    this.run?.stop();
  }

  snapshot(): FlowSnapshot {
    const { run, cluster } = this;
    const nothing = new Ledger(0, 1, { deadlineMs: 0, wayMs: 0 }).totals();
    const {
      totals = nothing,
      inFlight = 0,
      offeredPerSecond = 0,
      p50Ms,
      p99Ms,
    } = run?.status() ?? {};
    return {
      timeMs: cluster?.loop.now() ?? 0,
      totals,
      inFlight,
      ...(run?.taking ?? { replicas: 0, gateways: 0 }),
      offeredPerSecond,
      p50Ms,
      p99Ms,
    };
  }

  private join(join: () => void): void {
    if (this.run === undefined) this.early.add(join);
    else {
      this.catchUp();
      join();
    }
  }

  /** Whether it leaves before traffic has begun. */
  private leavesEarly(join: () => void): boolean {
    return this.early.delete(join);
  }

  /** What happened before now did so with those who were there. */
  private catchUp(): void {
    if (this.cluster === undefined || this.timer === undefined) return;
    this.run?.advance(this.cluster.loop.now() - this.originMs);
  }

  private schedule(): void {
    const { cluster } = this;
    if (cluster === undefined) return;
    this.timer = cluster.loop.after(this.windowMs, 'traffic window', () => {
      const { run } = this;
      if (run === undefined) return;
      run.advance(cluster.loop.now() - this.originMs);
      if (run.isBusy) return this.schedule();
      this.timer = undefined;
      run.finish();
    });
  }
}
