/** The thread that makes the payments and the arrivals of a run ahead of time. */
import { workerData, type MessagePort } from 'node:worker_threads';
import { Random } from '../../../../sim/engine/random.js';
import type { Arrivals } from '../../../traffic/flow/contract.js';
import type { FraudSettings } from '../plan.js';
import { planOf } from '../plan-of.js';
import { PaymentGatherer, type PaymentBlock } from './payment-block.js';
import { arrivalsOf, worldOf } from './payments.js';

/** What the thread is made with. */
export interface PaymentsBrief {
  readonly settings: FraudSettings;
  /** The stream of the stack. */
  readonly origin: Random['origin'];
  readonly windowMs: number;
  readonly port: MessagePort;
  /** One number, counted up with each report: who waits for one sleeps on it. */
  readonly signal: Int32Array;
}

/** What it is asked. Each but the last is answered by one report. */
export type PaymentsOrder =
  | { readonly kind: 'begin' | 'catch up' | 'go live'; readonly nowMs: number }
  /** Another chunk of windows. */
  | { readonly kind: 'more' };

/** The arrivals of some windows, one after another. */
export interface WindowsAhead {
  readonly counts: Int32Array;
  readonly offsetsMs: Float64Array;
}

/** What it tells. */
export type PaymentsReport =
  | { readonly payments: PaymentBlock; readonly windows?: WindowsAhead }
  | { readonly error: unknown };

/** Windows of a chunk: at 5,000 requests a second it takes 10 MB. */
const chunkWindows = 256;

class PaymentsThread {
  private readonly gatherer = new PaymentGatherer();
  private readonly world;
  private readonly arrivals: Arrivals;
  private readonly sampleEvery: number;
  private originMs = 0;
  private fromMs = 0;
  private arrived = 0;
  private offsetsMs = new Float64Array(65_536);

  constructor(private readonly brief: PaymentsBrief) {
    const plan = planOf(brief.settings);
    const random = new Random(brief.origin.seed, brief.origin.name);
    this.world = worldOf(plan, random, this.gatherer);
    this.arrivals = arrivalsOf(plan, random);
    this.sampleEvery = plan.sampleEvery;
  }

  obey(order: PaymentsOrder): PaymentsReport {
    switch (order.kind) {
      case 'begin':
        this.world.begin(order.nowMs);
        this.world.prepare();
        break;
      case 'catch up':
        this.world.catchUp(order.nowMs);
        break;
      case 'go live':
        this.world.goLive(order.nowMs);
        this.originMs = order.nowMs;
        break;
      case 'more':
        return this.chunk();
    }
    return { payments: this.gatherer.take() };
  }

  private chunk(): PaymentsReport {
    const counts = new Int32Array(chunkWindows);
    let total = 0;
    for (let window = 0; window < chunkWindows; window++) {
      counts[window] = this.window(total);
      total += counts[window] as number;
    }
    const windows = { counts, offsetsMs: this.offsetsMs.slice(0, total) };
    return { payments: this.gatherer.take(), windows };
  }

  /** Works out the next window, with the payments of its samples; gives how many arrive in it. */
  private window(place: number): number {
    const { originMs, fromMs, sampleEvery } = this;
    this.fromMs += this.brief.windowMs;
    const { count, offsetsMs } = this.arrivals.between(originMs + fromMs, originMs + this.fromMs);
    this.reserve(place + count);
    for (let index = 0; index < count; index++) {
      this.offsetsMs[place + index] = offsetsMs[index] as number;
    }
    const first = sampleEvery - 1 - (this.arrived % sampleEvery);
    for (let index = first; index < count; index += sampleEvery) {
      // As the exchange adds it up, to the last bit.
      this.world.sample(originMs + (fromMs + (offsetsMs[index] as number)));
    }
    this.arrived += count;
    return count;
  }

  private reserve(size: number): void {
    if (size <= this.offsetsMs.length) return;
    const wider = new Float64Array(2 ** Math.ceil(Math.log2(size)));
    wider.set(this.offsetsMs);
    this.offsetsMs = wider;
  }
}

function buffersOf(report: PaymentsReport): ArrayBuffer[] {
  if ('error' in report) return [];
  const { payments, windows } = report;
  const { timeMs, knownMs, values, customer, scenario } = payments;
  const columns = [timeMs, knownMs, values, customer, scenario];
  const arrays = windows === undefined ? columns : [...columns, windows.counts, windows.offsetsMs];
  // They were made as plain arrays of this thread.
  return arrays.map(({ buffer }) => buffer as ArrayBuffer);
}

// Whoever starts this thread gives it its brief.
const brief = workerData as PaymentsBrief;
const { port, signal } = brief;
const thread = new PaymentsThread(brief);

port.on('message', (order: PaymentsOrder) => {
  let report: PaymentsReport;
  try {
    report = thread.obey(order);
  } catch (error) {
    report = { error };
  }
  port.postMessage(report, buffersOf(report));
  Atomics.add(signal, 0, 1);
  Atomics.notify(signal, 0);
});
