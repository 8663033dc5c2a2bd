/**
 * Payments that another thread makes ahead of time, while this one simulates the cluster: they depend
 * on nothing that happens in it. It works out the traffic as well, window after window. All is the same
 * as this thread would make it.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { invariant, InvariantError } from '../../../../sim/engine/invariant.js';
import type { Random } from '../../../../sim/engine/random.js';
import { coreCount } from '../../../host.js';
import type { Arrivals } from '../../../traffic/flow/contract.js';
import type { RatePlan } from '../../../traffic/spec/rate.js';
import { packageFolder } from '../../../version.js';
import type { FraudPlan, FraudSettings } from '../plan.js';
import { PaymentRecord } from './payment-record.js';
import { LocalPayments, type PaidFlow, type Payments } from './payments.js';
import type { PaymentsBrief } from './payments-worker.js';
import { ThreadEngine } from './thread-engine.js';
import { ThreadLine } from './thread-line.js';

/** The exchange's windows, as it has them unless it is told otherwise. */
const windowMs = 1000;
/** Below so many requests a thread is not worth its start. */
const requestsMin = 5_000_000;
/** Above this rate the exchange may reckon by counts, which only arrivals of its own can give. */
const perSecondMax = 15_000;

/** Arrivals that this thread never asks for: the one that works out the traffic has its own. */
const elsewhere: Arrivals = {
  between() {
    throw new InvariantError('the thread of the payments has the arrivals');
  },
};

/** Payments as they are made quickest: by a thread if there is much to be made, and one to be had. */
export function paymentsOf(plan: FraudPlan, random: Random): Payments {
  const built = builtWorker();
  const isWorthIt = built !== undefined && coreCount() > 1 && isMuch(plan.settings);
  if (!isWorthIt) return new LocalPayments(plan, random);
  return new ThreadPayments(plan, random, workerData => {
    const { port } = workerData.line;
    return new Worker(built, { workerData, transferList: [port] });
  });
}

/** From source there is none. */
function builtWorker(): string | undefined {
  if (import.meta.url.endsWith('.ts')) return undefined;
  return ['dist/bin/payments-worker.js', 'dist/src/stacks/fraud/data/payments-worker.js']
    .map(path => join(packageFolder, path))
    .find(existsSync);
}

function isMuch({ traffic }: FraudSettings): boolean {
  const { rate, fromMs, untilMs } = traffic;
  if (rate === undefined || rate.bursts !== undefined) return false;
  const { mean, peak } = boundsOf(rate);
  return peak <= perSecondMax && (mean * (untilMs - fromMs)) / 1000 >= requestsMin;
}

/** Requests a second: about the mean, and what is not exceeded. */
function boundsOf(rate: RatePlan): { readonly mean: number; readonly peak: number } {
  switch (rate.kind) {
    case 'constant':
      return { mean: rate.perSecond, peak: rate.perSecond };
    case 'stages': {
      const peak = Math.max(rate.startRate, ...rate.stages.map(({ target }) => target));
      return { mean: peak / 2, peak };
    }
    case 'shaped':
      return { mean: rate.mean, peak: rate.peak ?? Infinity };
  }
}

/** The payments of a thread. */
export class ThreadPayments implements Payments {
  readonly record = new PaymentRecord();
  private readonly line = new ThreadLine();
  private isLive = false;
  /** The models that the thread has, as they are written; undefined: one version had two. */
  private readonly served = new Map<string, string | undefined>();

  /** `start` starts `payments-worker` with its brief: at once, as the cluster has to boot as well. */
  constructor(
    { settings }: FraudPlan,
    { origin }: Random,
    start: (brief: PaymentsBrief) => Worker,
  ) {
    start({ settings, origin, windowMs, line: this.line.shared }).unref();
  }

  begin(nowMs: number): void {
    this.line.order({ kind: 'begin', nowMs });
    this.line.wake();
  }

  catchUp(nowMs: number): void {
    if (!this.isLive) this.record.addBlock(this.line.ask({ kind: 'catch up', nowMs }));
  }

  goLive(nowMs: number): number {
    this.record.addBlock(this.line.ask({ kind: 'go live', nowMs }));
    this.isLive = true;
    return this.record.count;
  }

  serves(version: string, text: string): void {
    const isKnown = this.served.has(version);
    const before = this.served.get(version);
    if (isKnown && (before === undefined || before === text)) return;
    const model = isKnown ? undefined : text;
    this.served.set(version, model);
    this.line.order({ kind: 'model', version, text: model });
  }

  get flow(): PaidFlow {
    const { line, record } = this;
    return {
      arrivals: elsewhere,
      engine: brief => {
        invariant(brief.settings.windowMs === windowMs, 'the thread makes the windows of traffic');
        return new ThreadEngine(line, record, brief);
      },
    };
  }
}
