/** The samples of a range in the order of time, numbers and histograms among each other. */
import type { Sample } from './join.js';
import type { Started } from './starts.js';
import type { RangeElement } from './value.js';

/** A sample with its time. */
export interface Timed extends Sample, Started {}

/** All samples of a range. */
export function samplesOf(range: RangeElement): readonly Timed[] {
  const { times, histograms = [] } = range;
  const numbers = times.map((_, index) => numberAt(range, index));
  if (histograms.length === 0) return numbers;
  const others = histograms.map(sample => ({ value: NaN, ...sample }));
  return [...numbers, ...others].sort((a, b) => a.timeMs - b.timeMs);
}

/** The number at a place of a range, with when it began where that is told. */
export function numberAt({ times, values, starts }: RangeElement, index: number): Timed {
  const sample = { timeMs: times[index] as number, value: values[index] as number };
  const startMs = starts?.[index];
  return startMs === undefined ? sample : { ...sample, startMs };
}
