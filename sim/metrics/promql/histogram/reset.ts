/**
 * Tells of resets of counters that are native histograms.
 *
 * @upstream model/histogram/float_histogram.go: `DetectReset`; tsdb/chunkenc/float_histogram.go: `appendable`
 */
import { boundOf } from './buckets.js';
import {
  haveSameBounds,
  isCustom,
  type Cell,
  type Histogram,
  type ResetHint,
} from './histogram.js';
import { HistogramSum } from './sum.js';

/** Whether a counter was reset between a histogram and the one before; its hint is believed. */
export function isReset(histogram: Histogram, before: Histogram): boolean {
  if (histogram.hint === 'reset') return true;
  if (histogram.hint === 'not reset') return false;
  if (histogram.count < before.count) return true;
  if (isCustom(histogram)) {
    return !isCustom(before) || hasFallenInSharedBounds(histogram, before);
  }
  if (histogram.schema > before.schema || histogram.zeroThreshold < before.zeroThreshold) {
    return true;
  }
  return isCustom(before) || hasFallen(histogram, before);
}

function hasFallenInSharedBounds(histogram: Histogram, before: Histogram): boolean {
  const [own, earlier] = [new HistogramSum(histogram), new HistogramSum(before)];
  own.meetBounds(earlier);
  return areFewer(own.histogram().positive, earlier.histogram().positive);
}

function hasFallen(histogram: Histogram, before: Histogram): boolean {
  const sum = new HistogramSum(before);
  if (before.zeroThreshold < histogram.zeroThreshold) sum.widenZero(histogram.zeroThreshold);
  const widened = sum.histogram();
  // The threshold lies within a filled bucket of the one before: only a reset brings that.
  if (widened.zeroThreshold !== histogram.zeroThreshold) return true;
  if (histogram.zeroCount < widened.zeroCount) return true;
  sum.coarsen(histogram.schema);
  const earlier = sum.histogram();
  const beyond = (cells: readonly Cell[]) =>
    cells.filter(({ index }) => boundOf(histogram, index) > histogram.zeroThreshold);
  return (
    areFewer(beyond(histogram.positive), beyond(earlier.positive)) ||
    areFewer(beyond(histogram.negative), beyond(earlier.negative))
  );
}

function areFewer(cells: readonly Cell[], before: readonly Cell[]): boolean {
  const counts = new Map(cells.map(({ index, count }) => [index, count]));
  return before.some(({ index, count }) => {
    const own = counts.get(index);
    return own === undefined ? count !== 0 : own < count;
  });
}

/**
 * The hint that a stored histogram comes back with: none but the first of a chunk is one after a reset,
 * and of the first nothing is known.
 */
export function hintStored(histogram: Histogram, before: Histogram | undefined): ResetHint {
  if (histogram.hint === 'gauge') return 'gauge';
  if (before === undefined || before.hint === 'gauge' || histogram.hint === 'reset') {
    return 'unknown';
  }
  const isAlike =
    histogram.schema === before.schema &&
    histogram.zeroThreshold === before.zeroThreshold &&
    haveSameBounds(histogram, before);
  return isAlike && !isReset({ ...histogram, hint: 'unknown' }, before) ? 'not reset' : 'unknown';
}
