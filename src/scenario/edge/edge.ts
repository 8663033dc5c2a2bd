/** The edge of a simulated cluster: what comes in there is watched, and traffic is sent. */
import type { KubeObject } from '../../../sim/api/object.js';
import type { Simulation, SimulationOptions } from '../../../sim/simulation.js';
import type { Fault } from '../../cluster.js';
import type { Outcome } from '../../laws/law.js';
import { AccessWatch } from './access-watch.js';
import { ServiceTraffic } from './service-traffic.js';
import { faultTitle } from './trouble.js';

/** After a fault of the ways between components, it takes so long until all have caught up. */
const catchUpMs = 60_000;
/** A node that is down is found out after 40 s, and again its pods are then removed from the Services. */
const nodeLossMs = 120_000;

/** What is measured from outside of a cluster, as those see it who let things happen to it. */
export interface MeasuredEdge {
  /** The requests of clients to the Services of the manifests, where some are sent. */
  readonly traffic: { scale(factor: number): void } | undefined;
  /** Manifests were applied. */
  applied(objects: readonly KubeObject[]): void;
  /** Something goes wrong: while ways are broken, what is measured is told, and judges nobody. */
  struck(fault: Fault): void;
  /** What was measured, in the order of time, together with what others measured. */
  outcomes(others: readonly Outcome[]): readonly Outcome[];
}

/** What an edge is made with. */
export interface EdgeOptions {
  /** Whether clients send requests to the Services of the manifests. */
  readonly hasTraffic: boolean;
  /** Whether each request to the API server is an outcome. Default true; where nobody hears of them, it is time lost. */
  readonly watchesAccesses?: boolean;
}

/** What is measured from outside of one simulated cluster: made before it boots. */
export class Edge implements MeasuredEdge {
  readonly traffic: ServiceTraffic | undefined;
  private readonly accesses: AccessWatch | undefined;
  /** When what is measured is nothing to judge by, from and until. */
  private readonly troubles: {
    readonly fault: string;
    readonly fromMs: number;
    readonly untilMs: number;
  }[] = [];
  private readonly blinded: Outcome[] = [];
  private now = (): number => 0;

  constructor({ hasTraffic, watchesAccesses = true }: EdgeOptions) {
    this.traffic = hasTraffic ? new ServiceTraffic() : undefined;
    this.accesses = watchesAccesses ? new AccessWatch() : undefined;
  }

  /** The options with which a simulation is watched. */
  around(options: SimulationOptions): SimulationOptions {
    const { workloads = [] } = options;
    return {
      ...options,
      ...this.accesses?.options,
      ...(this.traffic !== undefined && { workloads: [...workloads, this.traffic.rule] }),
    };
  }

  /** The cluster is there; `afterEach` lets the traffic look on after each event of its loop. */
  begin(
    simulation: Pick<Simulation, 'loop' | 'network'>,
    afterEach: (look: () => void) => void,
  ): void {
    const { traffic } = this;
    const now = (): number => simulation.loop.now();
    this.now = now;
    if (traffic === undefined) return;
    traffic.begin(simulation);
    afterEach(() => traffic.look());
  }

  applied(objects: readonly KubeObject[]): void {
    this.traffic?.applied(objects);
  }

  struck(fault: Fault): void {
    const forMs = quietAfter(fault);
    if (forMs === 0) return;
    const fromMs = this.now();
    this.blinded.push(...blindedBy(fault, fromMs));
    this.troubles.push({ fault: faultTitle(fault), fromMs, untilMs: fromMs + forMs });
    this.traffic?.struck(fault, forMs);
  }

  outcomes(others: readonly Outcome[]): readonly Outcome[] {
    this.traffic?.end();
    const marked = others.map(outcome => this.marked(outcome));
    const { accesses, traffic, blinded } = this;
    const all = [...(accesses?.accesses ?? []), ...(traffic?.outcomes ?? []), ...blinded];
    all.push(...marked);
    return all.sort((a, b) => a.timeMs - b.timeMs);
  }

  private marked(outcome: Outcome): Outcome {
    if (outcome.kind !== 'requests') return outcome;
    const { timeMs, spanMs } = outcome;
    const trouble = this.troubles.find(
      ({ fromMs, untilMs }) => timeMs > fromMs && timeMs - spanMs < untilMs,
    );
    return trouble === undefined ? outcome : { ...outcome, afterFault: trouble.fault };
  }
}

/** For how long after a fault what is measured is nothing to judge by, in milliseconds. */
export function quietAfter(fault: Fault): number {
  switch (fault.kind) {
    case 'gpu':
    case 'gpu-repaired':
    case 'disk-pressure':
    case 'slow-images':
      return 0;
    case 'node-down':
    case 'node-up':
    case 'clock-step':
      return nodeLossMs;
    case 'crash':
      // One that waits for a request comes when nobody can say.
      return fault.atRequest === undefined ? fault.forMs + catchUpMs : Infinity;
    default:
      return fault.forMs + catchUpMs;
  }
}

/** The component that acts on old news because of a fault: one that crashes reads all anew. */
export function blindedBy(fault: Fault, timeMs: number): readonly Outcome[] {
  switch (fault.kind) {
    case 'watch':
    case 'credentials':
      return [{ kind: 'blinded', timeMs, process: fault.process, untilMs: timeMs + fault.forMs }];
    case 'requests': {
      const { process, forMs, delayMs = 0 } = fault;
      return [{ kind: 'blinded', timeMs, process, untilMs: timeMs + forMs + delayMs }];
    }
    default:
      return [];
  }
}
