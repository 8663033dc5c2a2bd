/** The Kolmogorov-Smirnov test of two samples. */
import { ksAsymptotic, ksExact } from '../distributions/ks-two-sample.js';
import { sorted } from './sorted.js';
import type { TestResult } from './test-result.js';

/** How the p-value is had; `auto` is exact up to the size where counting paths takes too long. */
export type KsMethod = 'auto' | 'exact' | 'asymptotic';

/** As scipy's `ks_2samp`. */
const exactSizeMax = 10_000;

/** The largest distance between the two empirical distributions, and its two-sided p-value. */
export function kolmogorovSmirnov(
  reference: Float64Array,
  current: Float64Array,
  method: KsMethod = 'auto',
): TestResult {
  const statistic = ksDistance(sorted(reference), sorted(current));
  const sizes = [reference.length, current.length] as const;
  const isExact = method === 'exact' || (method === 'auto' && Math.max(...sizes) <= exactSizeMax);
  return { statistic, pValue: (isExact ? ksExact : ksAsymptotic)(...sizes, statistic) };
}

/** The largest distance between the empirical distributions of two sorted samples. */
export function ksDistance(a: Float64Array, b: Float64Array): number {
  const endA = a.length;
  const endB = b.length;
  let distance = 0;
  let ofA = 0;
  let ofB = 0;
  while (ofA < endA && ofB < endB) {
    const valueA = a[ofA] as number;
    const valueB = b[ofB] as number;
    // Beyond the end there is undefined, which is no number: it ends the run too.
    if (valueA <= valueB) while (a[++ofA] === valueA);
    if (valueB <= valueA) while (b[++ofB] === valueB);
    const gap = ofA * endB - ofB * endA;
    if (gap > distance) distance = gap;
    else if (-gap > distance) distance = -gap;
  }
  return distance / (endA * endB);
}
