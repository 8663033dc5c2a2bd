/** The samples of a range in the order of time, numbers and histograms among each other. */
import type { Sample } from './join.js';
import type { RangeElement } from './value.js';

/** A sample with its time. */
export interface Timed extends Sample {
  readonly timeMs: number;
}

/** All samples of a range. */
export function samplesOf({ times, values, histograms = [] }: RangeElement): readonly Timed[] {
  const numbers = times.map((timeMs, index) => ({ timeMs, value: values[index] as number }));
  if (histograms.length === 0) return numbers;
  const others = histograms.map(sample => ({ value: NaN, ...sample }));
  return [...numbers, ...others].sort((a, b) => a.timeMs - b.timeMs);
}
