/** The payments of a run, and the arrivals of its requests: made by this thread, or by another one. */
import type { Random } from '../../../../sim/engine/random.js';
import type { Arrivals, TrafficSettings } from '../../../traffic/flow/contract.js';
import type { FraudPlan } from '../plan.js';
import { PaymentRecord } from './payment-record.js';
import { PaymentWorld, type PaymentSink } from './payment-world.js';

/** What the platform learns of the world, in the order in which it happens. */
export interface Payments {
  readonly record: PaymentRecord;
  /** The cluster has booted: history lies before it. */
  begin(nowMs: number): void;
  /** Lets the world go on without traffic until then; without effect once it is live. */
  catchUp(nowMs: number): void;
  /** Traffic begins: from now on payments come with samples only. Gives the id of the first one. */
  goLive(nowMs: number): number;
  /** A version of a model is about to be served: samples that it answers may be told with its scores. */
  serves(version: string, text: string): void;
  /** The traffic from `goLive` on: each sample that is told brings its payment. */
  readonly flow: PaidFlow;
}

/** What the settings of the traffic have from the payments. */
export type PaidFlow = Pick<TrafficSettings, 'arrivals' | 'onSampleArrival' | 'engine'>;

/** The world of a plan; its streams depend on `random` alone. */
export function worldOf(plan: FraudPlan, random: Random, sink: PaymentSink): PaymentWorld {
  const options = {
    parts: () => plan.payments(random.fork('payments')),
    rate: plan.historyRate(random.fork('history rate')),
    historyMs: plan.historyMs,
    random: random.fork('history'),
  };
  return new PaymentWorld(options, sink);
}

/** The arrivals of a plan. */
export function arrivalsOf(plan: FraudPlan, random: Random): Arrivals {
  return plan.arrivals(random.fork('arrivals'));
}

/** Payments that this thread makes when they are asked for. */
export class LocalPayments implements Payments {
  readonly record = new PaymentRecord();
  private readonly world: PaymentWorld;

  constructor(
    private readonly plan: FraudPlan,
    private readonly random: Random,
  ) {
    this.world = worldOf(plan, random, this.record);
  }

  begin(nowMs: number): void {
    this.world.begin(nowMs);
  }

  catchUp(nowMs: number): void {
    this.world.catchUp(nowMs);
  }

  goLive(nowMs: number): number {
    this.world.goLive(nowMs);
    return this.record.count;
  }

  /** Scores are worked out where they are needed. */
  serves(): void {}

  get flow(): PaidFlow {
    return {
      arrivals: arrivalsOf(this.plan, this.random),
      onSampleArrival: ({ timeMs }) => this.world.sample(timeMs),
    };
  }
}
