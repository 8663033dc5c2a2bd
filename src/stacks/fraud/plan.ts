/** What a run of the fraud platform is made from: its settings, turned into the parts that they name. */
import type { Random } from '../../../sim/engine/random.js';
import type { Arrivals, TrafficSettings } from '../../traffic/flow/contract.js';
import type { Rate } from '../../traffic/rate.js';
import type { Span } from '../../traffic/rates/fit.js';
import type { TrafficPlan } from '../../traffic/spec/plan.js';
import type { PaymentParts } from './data/payment-world.js';
import type { InjectedDrift } from './measure/recovery.js';

/** What a plan is made from: plain data, from which any thread makes the same plan. */
export interface FraudSettings extends Pick<FraudPlan, 'sampleEvery' | 'flow' | 'historyMs'> {
  readonly traffic: TrafficPlan;
}

/** The parts of a run. Streams are of their own for each call. */
export interface FraudPlan {
  readonly settings: FraudSettings;
  /** When requests flow, if the scenario's step lets them: not before, and no longer. */
  readonly span: Span;
  /** When requests arrive. */
  readonly arrivals: (random: Random) => Arrivals;
  /** Every so many-th request carries a payment that is really scored. */
  readonly sampleEvery: number;
  readonly flow: Pick<TrafficSettings, 'gateway' | 'timeoutMs' | 'retries'>;
  /** So long before the cluster boots, payments begin. */
  readonly historyMs: number;
  /** Sampled payments a second before traffic flows. */
  readonly historyRate: (random: Random) => Rate;
  /** What payments are made of. */
  readonly payments: (random: Random) => PaymentParts;
  /** What is injected, in the order of time. */
  readonly drifts: readonly InjectedDrift[];
  /** Nearly all labels are known after so long. */
  readonly labelDelayMs: number;
}
