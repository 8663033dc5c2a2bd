/** A native histogram on the line between two samples. @upstream promql/functions.go: `interpolateHistograms` */
import type { HistogramSample } from '../value.js';
import { reckoned, type Noting } from './change.js';
import { multiplied, type Histogram } from './histogram.js';
import { isReset } from './reset.js';

/** The histogram at a time between two; a counter that was reset began at nothing. Undefined: they do not go together. */
export function interpolated(
  from: HistogramSample,
  until: HistogramSample,
  atMs: number,
  { isCounter, noting }: { readonly isCounter: boolean; readonly noting: Noting },
): Histogram | undefined {
  if (atMs === from.timeMs) return from.histogram;
  if (atMs === until.timeMs) return until.histogram;
  const share = (atMs - from.timeMs) / (until.timeMs - from.timeMs);
  if (isCounter && isReset(until.histogram, from.histogram)) {
    return multiplied(until.histogram, share);
  }
  const change = reckoned(until.histogram, from.histogram, -1, noting);
  return change && reckoned(multiplied(change, share), from.histogram, 1, noting);
}
