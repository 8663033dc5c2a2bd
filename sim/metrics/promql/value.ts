/** What a query gives. */
import type { Histogram } from './histogram/histogram.js';
import type { Labels } from './labels.js';

/** One series at one instant. */
export interface Element {
  readonly labels: Labels;
  /** NaN beside a histogram. */
  readonly value: number;
  /** What it is instead of a number. */
  readonly histogram?: Histogram;
  /** Its name goes once the whole query is answered, where names are dropped late. */
  readonly isNameless?: boolean;
}

/** A histogram at an instant. */
export interface HistogramSample {
  readonly timeMs: number;
  /** Since when it counts, where it is told. */
  readonly startMs?: number;
  readonly histogram: Histogram;
}

/** One series over a range. */
export interface RangeElement {
  readonly labels: Labels;
  /** Of the samples that are numbers. */
  readonly times: readonly number[];
  readonly values: readonly number[];
  /** Since when the numbers count, where it is told: 0 for those that do not know. */
  readonly starts?: readonly number[];
  /** Those that are histograms, where there are any. */
  readonly histograms?: readonly HistogramSample[];
  readonly isNameless?: boolean;
}

/** A value at an instant. */
export type Value =
  | { readonly kind: 'scalar'; readonly value: number }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'vector'; readonly elements: readonly Element[] }
  | { readonly kind: 'matrix'; readonly ranges: readonly RangeElement[]; readonly window: Window };

/** The range that a matrix covers: its left end is not part of it. */
export interface Window {
  readonly fromMs: number;
  readonly untilMs: number;
}

/** Remarks on a query that has an answer all the same. */
export class Notes {
  readonly warnings = new Set<string>();
  readonly infos = new Set<string>();

  warn(text: string): void {
    this.warnings.add(`PromQL warning: ${text}`);
  }

  inform(text: string): void {
    this.infos.add(`PromQL info: ${text}`);
  }
}

/** Where samples are gathered one by one. */
export interface GrowingRange extends RangeElement {
  readonly times: number[];
  readonly values: number[];
  histograms?: HistogramSample[];
  starts?: number[];
}

/** Adds a sample to a range. */
export function addSample(
  range: GrowingRange,
  timeMs: number,
  { value, histogram }: Pick<Element, 'value' | 'histogram'>,
  startMs?: number,
): void {
  if (histogram === undefined) {
    range.times.push(timeMs);
    range.values.push(value);
  } else {
    const sample = { timeMs, histogram };
    (range.histograms ??= []).push(startMs === undefined ? sample : { ...sample, startMs });
  }
}

/** A vector's value. */
export const vectorOf = (elements: readonly Element[]): Value => ({ kind: 'vector', elements });
/** A scalar's value. */
export const scalarOf = (value: number): Value => ({ kind: 'scalar', value });
