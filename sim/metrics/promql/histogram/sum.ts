/**
 * Adds native histograms with little loss, whose zero buckets, resolutions and told bounds may differ.
 *
 * @upstream model/histogram/float_histogram.go: `KahanAdd`, `reconcileZeroBuckets`
 */
import { KahanSum } from '../sums.js';
import { boundOf } from './buckets.js';
import { customSchema, isCustom, type Cell, type Histogram, type ResetHint } from './histogram.js';

type Side = Map<number, KahanSum>;

/** What is to say of an addition. */
export interface Added {
  /** One knew of a reset, the other of none. */
  readonly isCollision: boolean;
  /** The told bounds differed: those that both have are left. */
  readonly isReconciled: boolean;
}

/** A sum of histograms under way. */
export class HistogramSum {
  private hint: ResetHint;
  private schema: number;
  private bounds: readonly number[];
  private zeroThreshold: number;
  private zero: KahanSum;
  private count: KahanSum;
  private sum: KahanSum;
  private positive: Side;
  private negative: Side;

  constructor(first: Histogram) {
    this.hint = first.hint;
    this.schema = first.schema;
    this.bounds = first.bounds;
    this.zeroThreshold = first.zeroThreshold;
    this.zero = new KahanSum(first.zeroCount);
    this.count = new KahanSum(first.count);
    this.sum = new KahanSum(first.sum);
    this.positive = sideOf(first.positive);
    this.negative = sideOf(first.negative);
  }

  /** Adds one more, or takes it off; undefined: told bounds and others cannot be added. */
  add(other: Histogram, sign: 1 | -1 = 1): Added | undefined {
    if (this.isCustom !== isCustom(other)) return undefined;
    const isCollision = this.meetHint(other.hint);
    const theirs = new HistogramSum(other);
    let isReconciled = false;
    if (this.isCustom) isReconciled = this.meetBounds(theirs);
    else {
      this.meetZero(theirs);
      const schema = Math.min(this.schema, theirs.schema);
      this.coarsen(schema);
      theirs.coarsen(schema);
    }
    this.zero.addAll(theirs.zero, sign);
    this.count.addAll(theirs.count, sign);
    this.sum.addAll(theirs.sum, sign);
    addSide(this.positive, theirs.positive, sign);
    addSide(this.negative, theirs.negative, sign);
    return { isCollision, isReconciled };
  }

  private get isCustom(): boolean {
    return this.schema === customSchema;
  }

  /** A sum of its own that has come as far. */
  copy(): HistogramSum {
    const copy = new HistogramSum(this.histogram());
    copy.zero = this.zero.copy();
    copy.count = this.count.copy();
    copy.sum = this.sum.copy();
    copy.positive = copyOf(this.positive);
    copy.negative = copyOf(this.negative);
    return copy;
  }

  multiply(factor: number): void {
    for (const part of this.parts()) part.multiply(factor);
  }

  divide(divisor: number): void {
    for (const part of this.parts()) part.divide(divisor);
  }

  /** Whether a number has become too great. */
  get hasOverflow(): boolean {
    return [...this.parts()].some(({ value }) => value === Infinity || value === -Infinity);
  }

  /** The histogram that it is by now, with buckets that may be empty. */
  histogram(): Histogram {
    const { hint, schema, bounds, zeroThreshold } = this;
    return {
      hint,
      schema,
      zeroThreshold,
      zeroCount: this.zero.value,
      count: this.count.value,
      sum: this.sum.value,
      positive: cellsOf(this.positive),
      negative: cellsOf(this.negative),
      bounds,
    };
  }

  /** Widens the bucket around zero, to the end of the bucket in which the threshold would lie. */
  widenZero(told: number): void {
    let threshold = told;
    for (let before = NaN; threshold !== before;) {
      before = threshold;
      threshold = Math.max(this.endAt(this.positive, threshold), threshold);
      threshold = Math.max(this.endAt(this.negative, threshold), threshold);
    }
    for (const side of [this.positive, this.negative]) {
      for (const [index, part] of ascending(side)) {
        if (this.bound(index - 1) >= threshold) break;
        this.zero.addAll(part);
        side.delete(index);
      }
    }
    this.zeroThreshold = threshold;
  }

  /** Where the bucket ends in which a threshold lies; the threshold itself where none is filled there. */
  private endAt(side: Side, threshold: number): number {
    for (const [index, part] of side) {
      const isInside = this.bound(index - 1) < threshold && this.bound(index) > threshold;
      if (isInside && part.value !== 0) return this.bound(index);
    }
    return threshold;
  }

  /** Merges buckets until they have a coarser schema. */
  coarsen(schema: number): void {
    if (schema === this.schema) return;
    const step = this.schema - schema;
    const coarser = (side: Side): Side => {
      const merged: Side = new Map();
      for (const [index, part] of side) sumIn(merged, ((index - 1) >> step) + 1).addAll(part);
      return merged;
    };
    this.positive = coarser(this.positive);
    this.negative = coarser(this.negative);
    this.schema = schema;
  }

  /** Merges buckets until both have the told bounds that are in both; true: they had others. */
  meetBounds(other: HistogramSum): boolean {
    const shared = this.bounds.filter(bound => other.bounds.includes(bound));
    if (shared.length === this.bounds.length && shared.length === other.bounds.length) return false;
    this.keepBounds(shared);
    other.keepBounds(shared);
    return true;
  }

  /** The threshold of both is the wider one. */
  meetZero(other: HistogramSum): void {
    while (this.zeroThreshold !== other.zeroThreshold) {
      if (this.zeroThreshold > other.zeroThreshold) other.widenZero(this.zeroThreshold);
      if (other.zeroThreshold > this.zeroThreshold) this.widenZero(other.zeroThreshold);
    }
  }

  private keepBounds(kept: readonly number[]): void {
    const merged: Side = new Map();
    for (const [index, part] of this.positive) {
      const own = this.bounds[index] ?? Infinity;
      const at = kept.findIndex(bound => bound >= own);
      sumIn(merged, at < 0 ? kept.length : at).addAll(part);
    }
    this.positive = merged;
    this.bounds = kept;
  }

  /** The hint of both together; true: they contradict each other. */
  private meetHint(other: ResetHint): boolean {
    if (other === this.hint || this.hint === 'gauge') return false;
    if (other === 'gauge') this.hint = 'gauge';
    else if (this.hint !== 'unknown') {
      const isCollision = other !== 'unknown';
      this.hint = 'unknown';
      return isCollision;
    }
    return false;
  }

  private bound(index: number): number {
    return boundOf({ schema: this.schema, bounds: this.bounds }, index);
  }

  private *parts(): Iterable<KahanSum> {
    yield* [this.zero, this.count, this.sum];
    yield* this.positive.values();
    yield* this.negative.values();
  }
}

/** The sum of two histograms, or the first without the second; undefined: their bounds are of two kinds. */
export function joined(
  a: Histogram,
  b: Histogram,
  sign: 1 | -1 = 1,
): (Added & { readonly histogram: Histogram }) | undefined {
  const sum = new HistogramSum(a);
  const added = sum.add(b, sign);
  return added === undefined ? undefined : { ...added, histogram: sum.histogram() };
}

/** A histogram in a coarser schema. */
export function coarsened(histogram: Histogram, schema: number): Histogram {
  if (histogram.schema === schema || histogram.schema === customSchema) return histogram;
  const sum = new HistogramSum(histogram);
  sum.coarsen(schema);
  return { ...sum.histogram(), hint: 'unknown' };
}

const sideOf = (cells: readonly Cell[]): Side =>
  new Map(cells.map(({ index, count }) => [index, new KahanSum(count)]));

function cellsOf(side: Side): readonly Cell[] {
  return ascending(side).map(([index, { value }]) => ({ index, count: value }));
}

const copyOf = (side: Side): Side =>
  new Map([...side].map(([index, part]) => [index, part.copy()]));
const ascending = (side: Side): [number, KahanSum][] => [...side].sort(([a], [b]) => a - b);

function sumIn(side: Side, index: number): KahanSum {
  let sum = side.get(index);
  if (sum === undefined) side.set(index, (sum = new KahanSum()));
  return sum;
}

function addSide(side: Side, more: Side, sign: 1 | -1): void {
  for (const [index, part] of more) sumIn(side, index).addAll(part, sign);
}
