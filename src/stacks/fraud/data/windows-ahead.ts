/** Windows of arrivals with the payments of their samples, made ahead of those who ask for them. */
import { invariant } from '../../../../sim/engine/invariant.js';
import type { ArrivalBlock, Arrivals } from '../../../traffic/flow/contract.js';
import type { PaymentBlock, PaymentGatherer } from './payment-block.js';
import type { PaymentWorld } from './payment-world.js';

/** So many windows are made ahead: at 5,000 requests a second they take 10 MB. */
const aheadMax = 256;

/** What windows are made with. */
interface WindowParts {
  readonly world: PaymentWorld;
  readonly gatherer: PaymentGatherer;
  readonly arrivals: Arrivals;
  readonly sampleEvery: number;
  readonly windowMs: number;
}

interface Window {
  offsetsMs: Float64Array;
  count: number;
  payments: PaymentBlock | undefined;
}

/** The windows, one after another. */
export class WindowsAhead implements Arrivals {
  /** A ring: two more, as the one that was asked for last is still in use. */
  private readonly ring: Window[] = Array.from({ length: aheadMax + 2 }, () => ({
    offsetsMs: new Float64Array(256),
    count: 0,
    payments: undefined,
  }));
  private made = 0;
  private given = 0;
  private arrived = 0;
  private taken = 0;

  constructor(
    private readonly parts: WindowParts,
    private readonly originMs: number,
  ) {}

  /** Makes one more, unless there are enough. */
  make(): boolean {
    if (this.made - this.given >= aheadMax) return false;
    const { arrivals, windowMs } = this.parts;
    const fromMs = this.made * windowMs;
    const startMs = this.originMs + fromMs;
    const { count, offsetsMs } = arrivals.between(startMs, startMs + windowMs);
    const window = this.slot(this.made++);
    if (window.offsetsMs.length < count) {
      window.offsetsMs = new Float64Array(2 ** Math.ceil(Math.log2(count)));
    }
    window.offsetsMs.set(offsetsMs.subarray(0, count));
    window.count = count;
    window.payments = this.pay(window, fromMs);
    return true;
  }

  between(): ArrivalBlock {
    if (this.given === this.made) this.make();
    this.taken = 0;
    return this.slot(this.given++);
  }

  /** The payment of the next sample of the window that was asked for last. */
  payment(): readonly [block: PaymentBlock, index: number] {
    const { payments } = this.slot(this.given - 1);
    invariant(payments !== undefined && this.taken < payments.count, 'each sample has its payment');
    return [payments, this.taken++];
  }

  private pay({ offsetsMs, count }: Window, fromMs: number): PaymentBlock {
    const { world, gatherer, sampleEvery } = this.parts;
    for (let at = sampleEvery - 1 - (this.arrived % sampleEvery); at < count; at += sampleEvery) {
      // As the exchange adds it up, to the last bit.
      world.sample(this.originMs + (fromMs + (offsetsMs[at] as number)));
    }
    this.arrived += count;
    return gatherer.take();
  }

  private slot(window: number): Window {
    return this.ring[window % this.ring.length] as Window;
  }
}
