/** KSWIN: the newest values of a window against as many drawn from its older part, by Kolmogorov-Smirnov. */
import { invariant } from '../../../sim/engine/invariant.js';
import {
  badSetting,
  numberField,
  readSettings,
  wholeField,
  type SettingsOf,
} from '../../input/settings.js';
import { PythonRandom } from '../../traffic/mersenne/python-random.js';
import type { DriftLevel, StreamDetector, StreamDetectorKind } from '../detector.js';
import { ksEqualSizes } from '../distributions/ks-two-sample.js';

const fields = {
  /** A p-value of at most this is a drift; best below 0.01, as every value is a test. */
  alpha: numberField(0.005, { min: 0, max: 1 }),
  windowSize: wholeField(100, { min: 2, max: 1_000_000 }),
  /** How many of the newest values are compared, with as many of the older. */
  statSize: wholeField(30, { min: 1 }),
  /** Of the draw; after a drift the draws begin again. river has no default and then draws at random. */
  seed: wholeField(42, { min: 0 }),
};

/** A difference of the two distributions up to this is never a drift. */
const distanceMin = 0.1;

/**
 * Kolmogorov-Smirnov windowing (Raab, Heusinger and Schleif 2020), drawing as Python's `random.sample`.
 *
 * @upstream online-ml/river river/drift/kswin.py
 */
export const kswin: StreamDetectorKind = {
  name: 'KSWIN',
  input: 'numbers',
  create(settings = {}) {
    const read = readSettings('detector KSWIN', settings, fields);
    if (read.statSize > read.windowSize - read.statSize) {
      throw badSetting(
        'detector KSWIN',
        `statSize ${read.statSize} is above half of windowSize ${read.windowSize}`,
        'the older part of the window must hold as many values as are drawn from it',
      );
    }
    return new Kswin(read);
  },
};

class Kswin implements StreamDetector {
  readonly isWarning = false;
  private readonly random: PythonRandom;
  /** A ring: the oldest value stands where the next one goes. */
  private readonly window: Float64Array;
  /** The newest values in order, kept from value to value. */
  private readonly recent: Float64Array;
  private readonly drawn: Float64Array;
  /** By distance in steps of 1 / statSize. */
  private readonly pValues: readonly number[];
  private count = 0;
  private pValue = 0;
  private hasDrifted = false;

  constructor(private readonly settings: SettingsOf<typeof fields>) {
    const { windowSize, statSize, seed } = settings;
    this.random = new PythonRandom(seed);
    this.window = new Float64Array(windowSize);
    this.recent = new Float64Array(statSize);
    this.drawn = new Float64Array(statSize);
    this.pValues = Array.from({ length: statSize + 1 }, (_, steps) =>
      ksEqualSizes(statSize, steps),
    );
  }

  update(value: number): DriftLevel {
    invariant(Number.isFinite(value), 'a streamed value is finite');
    if (this.hasDrifted) this.reset();
    this.take(value);
    const { windowSize, statSize, alpha } = this.settings;
    if (this.count < windowSize) return 'none';
    this.draw();
    const steps = stepsApart(this.drawn, this.recent);
    this.pValue = this.pValues[steps] as number;
    this.hasDrifted = this.pValue <= alpha && steps / statSize > distanceMin;
    return this.hasDrifted ? 'drift' : 'none';
  }

  state(): Readonly<Record<string, number>> {
    return { n: this.count, pValue: this.pValue };
  }

  private take(value: number): void {
    const { windowSize, statSize } = this.settings;
    if (this.count < statSize) insert(this.recent, this.count, value);
    else {
      const leaving = this.window[(this.count - statSize) % windowSize] as number;
      replace(this.recent, leaving, value);
    }
    this.window[this.count % windowSize] = value;
    this.count++;
  }

  private draw(): void {
    const { windowSize, statSize } = this.settings;
    const oldest = this.count % windowSize;
    const places = this.random.sample(windowSize - statSize, statSize);
    for (let index = 0; index < statSize; index++) {
      const place = (oldest + (places[index] as number)) % windowSize;
      insert(this.drawn, index, this.window[place] as number);
    }
  }

  private reset(): void {
    this.random.seed(this.settings.seed);
    this.count = 0;
    this.pValue = 0;
    this.hasDrifted = false;
  }
}

/** Puts a value into the first `count` places, which are in order. */
function insert(sorted: Float64Array, count: number, value: number): void {
  let at = count;
  for (; at > 0 && (sorted[at - 1] as number) > value; at--) sorted[at] = sorted[at - 1] as number;
  sorted[at] = value;
}

/** Takes one value out and puts another in. */
function replace(sorted: Float64Array, leaving: number, value: number): void {
  const at = sorted.indexOf(leaving);
  sorted.copyWithin(at, at + 1);
  insert(sorted, sorted.length - 1, value);
}

/** The Kolmogorov-Smirnov distance of two sorted samples of one size, in steps of 1 / size. */
function stepsApart(a: Float64Array, b: Float64Array): number {
  const { length } = a;
  let steps = 0;
  let ofA = 0;
  let ofB = 0;
  while (ofA < length && ofB < length) {
    const value = Math.min(a[ofA] as number, b[ofB] as number);
    while (ofA < length && (a[ofA] as number) <= value) ofA++;
    while (ofB < length && (b[ofB] as number) <= value) ofB++;
    steps = Math.max(steps, Math.abs(ofA - ofB));
  }
  return steps;
}
