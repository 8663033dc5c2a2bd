/** The sum and the mean of many native histograms. @upstream promql/engine.go: `aggregation` */
import { remark } from '../remarks.js';
import type { Notes } from '../value.js';
import { compacted, divided, type Histogram } from './histogram.js';
import { HistogramSum } from './sum.js';

/** What is added, and how. */
export interface Totalled {
  readonly histograms: readonly Histogram[];
  readonly isMean: boolean;
  /** The metric of one of them, for remarks. */
  readonly nameOf: (index: number) => string;
}

/** The sum or the mean; undefined: they cannot be added, which is noted. */
export function totalOf(told: Totalled, notes: Notes): Histogram | undefined {
  const { histograms, isMean } = told;
  const [first] = histograms;
  if (first === undefined) return undefined;
  const hints = new Set(histograms.map(({ hint }) => hint));
  const running = new Running(first, isMean);
  let isReconciled = false;
  for (const [index, histogram] of histograms.entries()) {
    if (index === 0) continue;
    const added = running.add(histogram, index + 1);
    if (added === undefined) {
      notes.warn(remark.mixedBuckets(told.nameOf(index)));
      return undefined;
    }
    isReconciled ||= added.isReconciled;
  }
  if (hints.has('reset') && hints.has('not reset')) notes.warn(remark.collision('aggregation'));
  if (isReconciled) notes.inform(remark.reconciled('aggregation'));
  return compacted(running.result(histograms.length));
}

/** A sum, or a mean that is followed step by step from where the sum would overflow. */
class Running {
  private sum: HistogramSum;
  private isStepwise = false;

  constructor(
    first: Histogram,
    private readonly isMean: boolean,
  ) {
    this.sum = new HistogramSum(first);
  }

  add(histogram: Histogram, count: number) {
    if (!this.isMean) return this.sum.add(histogram);
    if (!this.isStepwise) {
      const before = this.sum.copy();
      const added = this.sum.add(histogram);
      if (!this.sum.hasOverflow) return added;
      this.isStepwise = true;
      this.sum = before;
      this.sum.divide(count - 1);
    }
    this.sum.multiply((count - 1) / count);
    return this.sum.add(divided(histogram, count));
  }

  result(count: number): Histogram {
    const sum = this.sum.histogram();
    return this.isMean && !this.isStepwise ? divided(sum, count) : sum;
  }
}
