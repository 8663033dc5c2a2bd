/**
 * Payments that another thread makes ahead of time, while this one simulates the cluster: they depend
 * on nothing that happens in it. They are the same as those that this thread would make.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { MessageChannel, receiveMessageOnPort, Worker } from 'node:worker_threads';
import { invariant } from '../../../../sim/engine/invariant.js';
import type { Random } from '../../../../sim/engine/random.js';
import { coreCount } from '../../../host.js';
import type { ArrivalBlock, Arrivals } from '../../../traffic/flow/contract.js';
import type { RatePlan } from '../../../traffic/spec/rate.js';
import { packageFolder } from '../../../version.js';
import type { FraudPlan, FraudSettings } from '../plan.js';
import { PaymentRecord } from './payment-record.js';
import type { PaymentBlock } from './payment-block.js';
import { LocalPayments, type Payments } from './payments.js';
import type {
  PaymentsBrief,
  PaymentsOrder,
  PaymentsReport,
  WindowsAhead,
} from './payments-worker.js';

/** The exchange's windows, as it has them unless it is told otherwise. */
const windowMs = 1000;
/** So many chunks are asked for ahead. */
const chunksAhead = 2;
/** Below so many requests a thread is not worth its start. */
const requestsMin = 5_000_000;
/** Above this rate the exchange may reckon by counts, which only arrivals of its own can give. */
const perSecondMax = 15_000;
/** A thread that is silent for so long is not there any more. */
const silenceMaxMs = 120_000;

/** Payments as they are made quickest: by a thread if there is much to be made, and one to be had. */
export function paymentsOf(plan: FraudPlan, random: Random): Payments {
  const built = builtWorker();
  const isWorthIt = built !== undefined && coreCount() > 1 && isMuch(plan.settings);
  if (!isWorthIt) return new LocalPayments(plan, random);
  return new ThreadPayments(plan, random, workerData => {
    const { port } = workerData;
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
  readonly arrivals: Arrivals;
  private readonly signal = new Int32Array(new SharedArrayBuffer(4));
  private readonly channel = new MessageChannel();
  private worker: Worker | undefined;
  private unanswered = 0;
  private isLive = false;
  private ahead: WindowsAhead = { counts: new Int32Array(0), offsetsMs: new Float64Array(0) };
  private window = 0;
  private place = 0;
  private payments: PaymentBlock | undefined;
  private taken = 0;

  /** `start` starts `payments-worker` with its brief. */
  constructor(
    private readonly plan: FraudPlan,
    private readonly random: Random,
    private readonly start: (brief: PaymentsBrief) => Worker,
  ) {
    this.arrivals = { between: () => this.nextWindow() };
  }

  begin(nowMs: number): void {
    const { signal, channel } = this;
    const { settings } = this.plan;
    const { origin } = this.random;
    this.worker = this.start({ settings, origin, windowMs, port: channel.port2, signal });
    this.worker.unref();
    this.order({ kind: 'begin', nowMs });
  }

  catchUp(nowMs: number): void {
    if (this.isLive) return;
    this.order({ kind: 'catch up', nowMs });
    this.keep();
  }

  goLive(nowMs: number): number {
    this.order({ kind: 'go live', nowMs });
    this.keep();
    this.isLive = true;
    for (let chunk = 0; chunk < chunksAhead; chunk++) this.order({ kind: 'more' });
    return this.record.count;
  }

  sample(timeMs: number): void {
    const { payments, taken } = this;
    invariant(payments?.timeMs[taken] === timeMs, 'samples are the arrivals that were made');
    this.record.addFrom(payments, taken);
    this.taken++;
  }

  end(): void {
    // Without traffic the world goes on.
    if (!this.isLive) return;
    this.channel.port1.close();
    void this.worker?.terminate();
  }

  private nextWindow(): ArrivalBlock {
    if (this.window === this.ahead.counts.length) this.nextChunk();
    const { counts, offsetsMs } = this.ahead;
    const count = counts[this.window++] as number;
    const { place } = this;
    this.place += count;
    return { count, offsetsMs: offsetsMs.subarray(place, place + count) };
  }

  private nextChunk(): void {
    const { payments, windows } = this.receive();
    invariant(windows !== undefined, 'a chunk has windows');
    this.ahead = windows;
    this.window = 0;
    this.place = 0;
    this.payments = payments;
    this.taken = 0;
    this.order({ kind: 'more' });
  }

  private order(order: PaymentsOrder): void {
    this.unanswered++;
    this.channel.port1.postMessage(order);
  }

  /** Keeps the payments of all that was asked for. */
  private keep(): void {
    while (this.unanswered > 0) {
      const { payments } = this.receive();
      for (let index = 0; index < payments.count; index++) this.record.addFrom(payments, index);
    }
  }

  /** The next report; sleeps until it is there. */
  private receive(): Exclude<PaymentsReport, { readonly error: unknown }> {
    for (;;) {
      const seen = Atomics.load(this.signal, 0);
      const received = receiveMessageOnPort(this.channel.port1);
      if (received !== undefined) {
        this.unanswered--;
        // The thread's file says what it sends.
        const report = received.message as PaymentsReport;
        if ('error' in report) throw report.error;
        return report;
      }
      const waited = Atomics.wait(this.signal, 0, seen, silenceMaxMs);
      invariant(waited !== 'timed-out', 'the thread of payments answers');
    }
  }
}
