/** Windows of arrivals with the payments of their samples, made ahead of those who ask for them. */
import { invariant } from '../../../../sim/engine/invariant.js';
import type { ArrivalBlock, Arrivals } from '../../../traffic/flow/contract.js';
import { OffsetRing, type RingBounds } from './offset-ring.js';
import type { PaymentBlock, PaymentGatherer } from './payment-block.js';
import type { PaymentWorld } from './payment-world.js';

/**
 * So much is made ahead: four hours of 4,500 requests a second, in 256 MB. In the hours of a peak the
 * thread has more to do than the one that it works for, so that it has made them before.
 */
const aheadMost: RingBounds = { windows: 32_768, arrivals: 2 ** 26 };
/** Payments are passed on by so many. */
const blockRows = 512;
/** So many payments wait at most, in 20 MB. */
const paymentsMax = 131_072;

/** What windows are made with. */
interface WindowParts {
  readonly world: PaymentWorld;
  readonly gatherer: PaymentGatherer;
  readonly arrivals: Arrivals;
  readonly sampleEvery: number;
  readonly windowMs: number;
  /** From then on, in milliseconds since the epoch, nobody is expected to ask for windows. */
  readonly untilMs: number;
}

/** The windows, one after another. */
export class WindowsAhead implements Arrivals {
  private readonly ring: OffsetRing;
  /** The last window that was made, as long as there is no room for it. */
  private homeless: ArrivalBlock | undefined;
  private made = 0;
  private arrived = 0;
  /** Samples that have their payment, and the last one that was asked for. */
  private paid = 0;
  private asked = 0;
  /** Payments in the order of samples; those of the last samples lie at the gatherer. */
  private readonly blocks: PaymentBlock[] = [];
  /** The samples before the first block. */
  private passed = 0;

  constructor(
    private readonly parts: WindowParts,
    private readonly originMs: number,
    bounds: RingBounds = aheadMost,
  ) {
    this.ring = new OffsetRing(bounds);
  }

  /** Makes one more, unless there are enough. */
  make(): boolean {
    const { windowMs, untilMs } = this.parts;
    const isOver = this.originMs + this.made * windowMs >= untilMs;
    const isMuch = this.paid - this.asked >= paymentsMax;
    if (this.homeless === undefined && (isOver || isMuch)) return false;
    return this.next();
  }

  between(): ArrivalBlock {
    if (this.ring.waiting === 0) {
      const isThere = this.next();
      invariant(isThere, 'there is room for one window');
    }
    return this.ring.take();
  }

  /** The payment of a sample, by the number of its arrival; samples are asked for in their order. */
  payment(arrival: number): readonly [block: PaymentBlock, index: number] {
    const sample = (arrival + 1) / this.parts.sampleEvery - 1;
    this.asked = sample;
    for (;;) {
      const block = this.blocks[0] ?? this.gathered();
      const index = sample - this.passed;
      if (index < block.count) return [block, index];
      this.passed += block.count;
      this.blocks.shift();
    }
  }

  /** Makes the next window, or finds room for the one that was made. */
  private next(): boolean {
    const window = this.homeless ?? this.window();
    const isIn = this.ring.add(window);
    this.homeless = isIn ? undefined : window;
    return isIn;
  }

  private window(): ArrivalBlock {
    const { arrivals, windowMs, gatherer } = this.parts;
    const fromMs = this.made++ * windowMs;
    const startMs = this.originMs + fromMs;
    const window = arrivals.between(startMs, startMs + windowMs);
    this.pay(window, fromMs);
    if (gatherer.size >= blockRows) this.blocks.push(gatherer.take());
    return window;
  }

  private pay({ offsetsMs, count }: ArrivalBlock, fromMs: number): void {
    const { world, sampleEvery } = this.parts;
    for (let at = sampleEvery - 1 - (this.arrived % sampleEvery); at < count; at += sampleEvery) {
      // As the exchange adds it up, to the last bit.
      world.sample(this.originMs + (fromMs + (offsetsMs[at] as number)));
      this.paid++;
    }
    this.arrived += count;
  }

  private gathered(): PaymentBlock {
    const { gatherer } = this.parts;
    invariant(gatherer.size > 0, 'each sample has its payment');
    const block = gatherer.take();
    this.blocks.push(block);
    return block;
  }
}
