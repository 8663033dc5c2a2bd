/**
 * Arrivals of a non-homogeneous Poisson process by thinning.
 * Source: Lewis and Shedler, "Simulation of nonhomogeneous Poisson processes by thinning" (1979).
 */
import { invariant } from '../../../sim/engine/invariant.js';
import type { Random } from '../../../sim/engine/random.js';
import { FastRandom } from '../../../sim/workloads/serving/fast-random.js';
import type { Rate } from '../rate.js';
import type { ArrivalBlock, Arrivals } from './contract.js';

/**
 * A window is cut into slices. Where the rate is smooth, as its values at the ends of the slices and
 * its bound tell, it is taken to be linear within a slice; else each candidate asks for its rate.
 */
const sliceMs = 100;
/** Changes by more than this share within a slice are no smooth ones. */
const smoothShare = 0.1;
const two32 = 0x1_0000_0000;
/** For fewer arrivals in a window the rate is asked for each of them. */
const fewArrivals = 64;

/**
 * Arrivals lie on a grid of so many steps a millisecond, a quarter of a nanosecond apart: the draws that
 * they come from have no finer one, and those of a second can be kept in 32 bits each.
 */
export const gridPerMs = 2 ** 22;

const onGrid = (offsetMs: number): number => Math.floor(offsetMs * gridPerMs) / gridPerMs;

/** Poisson arrivals at a rate; `random` must be a stream of their own. */
export function poissonArrivals(rate: Rate, random: Random): Arrivals {
  return new PoissonArrivals(rate, random);
}

class PoissonArrivals implements Arrivals {
  private offsetsMs = new Float64Array(1024);
  private count = 0;
  /** Gaps that were drawn ahead, and the first that is left. */
  private readonly gaps = new Float64Array(256);
  private gap = 256;
  private readonly gapStream: FastRandom;
  private readonly choices: FastRandom;

  constructor(
    private readonly rate: Rate,
    random: Random,
  ) {
    this.gapStream = new FastRandom(random.fork('gaps'));
    this.choices = new FastRandom(random.fork('choices'));
  }

  between(fromMs: number, untilMs: number): ArrivalBlock {
    this.count = 0;
    const perMsMax = this.rate.perSecondMax(fromMs, untilMs) / 1000;
    const lengthMs = untilMs - fromMs;
    if (perMsMax * lengthMs <= fewArrivals) this.thin(fromMs, 0, lengthMs, perMsMax);
    else this.slices(fromMs, lengthMs, perMsMax);
    return { count: this.count, offsetsMs: this.offsetsMs };
  }

  /** Poisson counts; the mean of a step is the rate in its middle. */
  counts(fromMs: number, stepMs: number, into: Int32Array): void {
    for (let step = 0; step < into.length; step++) {
      const perSecond = this.rate.at(fromMs + (step + 0.5) * stepMs);
      into[step] = this.choices.poisson((perSecond * stepMs) / 1000);
    }
  }

  private slices(fromMs: number, lengthMs: number, perMsMax: number): void {
    const slices = Math.ceil(lengthMs / sliceMs);
    const edge = (index: number): number => Math.min(lengthMs, index * sliceMs);
    const rates = Array.from({ length: slices + 1 }, (_, index) => {
      // The end of the window belongs to the next one, in which the rate may be another.
      const at = index === slices ? lengthMs - 1e-3 : edge(index);
      return this.rate.at(fromMs + at) / 1000;
    });
    // A peak between the edges shows in the bound.
    const isBounded = perMsMax <= Math.max(...rates) * (1 + smoothShare);
    for (let slice = 0; slice < slices; slice++) {
      const [low = 0, high = 0] = [rates[slice], rates[slice + 1]];
      const isSmooth = Math.abs(high - low) <= smoothShare * Math.max(high, low);
      if (isBounded && isSmooth) this.linear(edge(slice), edge(slice + 1), low, high);
      else this.thin(fromMs, edge(slice), edge(slice + 1), perMsMax);
    }
  }

  /** Thinning with the rate itself. */
  private thin(fromMs: number, startMs: number, endMs: number, perMsMax: number): void {
    if (perMsMax <= 0) return;
    const { rate, choices } = this;
    let at = startMs + this.nextGap() / perMsMax;
    while (at < endMs) {
      if (choices.float() * perMsMax < rate.at(fromMs + at) / 1000) this.push(at);
      at += this.nextGap() / perMsMax;
    }
  }

  /** Thinning with a rate that is linear between the ends; most candidates pass unasked. */
  private linear(startMs: number, endMs: number, startRate: number, endRate: number): void {
    const most = Math.max(startRate, endRate);
    if (most <= 0) return;
    const { choices, gaps } = this;
    const meanMs = 1 / most;
    const surely = (Math.min(startRate, endRate) / most) * two32;
    const base = (startRate / most) * two32;
    const slope = ((endRate - startRate) / most / (endMs - startMs)) * two32;
    const isFlat = startRate === endRate;
    this.reserve(Math.ceil(most * (endMs - startMs) * 2) + 64);
    const { offsetsMs } = this;
    let { count, gap } = this;
    for (let at = startMs; ;) {
      if (gap === gaps.length) {
        this.gapStream.fillExponentials(gaps);
        gap = 0;
      }
      at += (gaps[gap++] as number) * meanMs;
      if (at >= endMs) break;
      let isTaken = isFlat;
      if (!isFlat) {
        const draw = choices.bits() >>> 0;
        isTaken = draw < surely || draw < base + slope * (at - startMs);
      }
      if (isTaken) offsetsMs[count++] = onGrid(at);
    }
    this.gap = gap;
    // Twice the mean and 64 more are not reached once in the age of the universe.
    invariant(count <= offsetsMs.length, 'there is room for the arrivals of a slice');
    this.count = count;
  }

  private nextGap(): number {
    if (this.gap === this.gaps.length) {
      this.gapStream.fillExponentials(this.gaps);
      this.gap = 0;
    }
    return this.gaps[this.gap++] as number;
  }

  private push(at: number): void {
    this.reserve(1);
    this.offsetsMs[this.count++] = onGrid(at);
  }

  private reserve(more: number): void {
    const needed = this.count + more;
    if (needed <= this.offsetsMs.length) return;
    const wider = new Float64Array(2 ** Math.ceil(Math.log2(needed)));
    wider.set(this.offsetsMs.subarray(0, this.count));
    this.offsetsMs = wider;
  }
}
