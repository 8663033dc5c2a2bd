/** Works out an expression at an instant. */
import { aggregate } from './aggregate.js';
import { joinSets, joinVectorAndScalar, joinVectors } from './binary.js';
import { isSetOperator } from './check.js';
import {
  unwrapped,
  type Aggregation,
  type Binary,
  type Call,
  type Expression,
  type MatrixExpression,
  type Moved,
  type QuerySpan,
  type Selector,
  type Subquery,
} from './expression.js';
import { failQuery } from './fault.js';
import { smoothedAt, withFilledEnds } from './functions/extended-rates.js';
import { functions } from './functions/index.js';
import { multiplied, type Histogram } from './histogram/histogram.js';
import { isReset } from './histogram/reset.js';
import { joinScalars } from './join.js';
import { Labels } from './labels.js';
import type { Series, SeriesStore } from './series-store.js';
import type { Started } from './starts.js';
import {
  addSample,
  Notes,
  scalarOf,
  vectorOf,
  type Element,
  type GrowingRange,
  type RangeElement,
  type Value,
  type Window,
} from './value.js';

/** How queries are answered. */
export interface QueryOptions {
  /** A selector sees samples that are not older. Default 5 minutes. */
  readonly lookbackMs?: number;
  /** The step of a subquery that states none: the global evaluation interval. Default 1 minute. */
  readonly intervalMs?: number;
  /** Drops names when all is worked out (`promql-delayed-name-removal`). Default false. */
  readonly dropsNamesLate?: boolean;
  /** Goes by when samples say that they began (`use-start-timestamps`). Default false. */
  readonly usesStarts?: boolean;
}

/** What a selector sees of a series. */
export interface NewestSample extends Started {
  readonly element: Element;
}

/** One query under way. */
export class Evaluation {
  readonly notes = new Notes();
  readonly dropsNamesLate: boolean;
  readonly usesStarts: boolean;
  private readonly lookbackMs: number;
  private readonly intervalMs: number;

  constructor(
    private readonly store: SeriesStore,
    readonly span: QuerySpan,
    options: QueryOptions,
  ) {
    this.dropsNamesLate = options.dropsNamesLate ?? false;
    this.usesStarts = options.usesStarts ?? false;
    this.lookbackMs = options.lookbackMs ?? 300_000;
    this.intervalMs = options.intervalMs ?? 60_000;
  }

  /** The value of an expression at a time. */
  at(expression: Expression, timeMs: number): Value {
    switch (expression.kind) {
      case 'number':
        return scalarOf(expression.value);
      case 'string':
        return { kind: 'string', value: expression.value };
      case 'paren':
        return this.at(expression.inner, timeMs);
      case 'selector':
        return expression.ends === 'smoothed'
          ? this.smoothed(expression, timeMs)
          : vectorOf(this.newest(expression, timeMs).map(({ element }) => element));
      case 'matrix':
        return this.shown(expression, timeMs);
      case 'subquery':
        return this.subquery(expression, timeMs);
      case 'negated':
        return this.negated(this.at(expression.inner, timeMs));
      case 'call':
        return this.call(expression, timeMs);
      case 'aggregation':
        return this.aggregation(expression, timeMs);
      case 'binary':
        return this.binary(expression, timeMs);
    }
  }

  /** The elements of a vector. */
  vector(expression: Expression, timeMs: number): readonly Element[] {
    const value = this.at(expression, timeMs);
    if (value.kind === 'vector') return value.elements;
    return failQuery(`expected an instant vector, got a ${value.kind}`);
  }

  scalar(expression: Expression, timeMs: number): number {
    const value = this.at(expression, timeMs);
    return value.kind === 'scalar'
      ? value.value
      : failQuery(`expected a scalar, got ${value.kind}`);
  }

  text(expression: Expression): string {
    const value = this.at(expression, this.span.startMs);
    return value.kind === 'string'
      ? value.value
      : failQuery(`expected a string, got ${value.kind}`);
  }

  /** What a selector sees, each with the time of its sample. */
  newest(selector: Selector, timeMs: number): readonly NewestSample[] {
    const atMs = this.moved(selector, timeMs);
    const found: NewestSample[] = [];
    for (const series of this.store.select(selector.matchers)) {
      const index = series.newest(atMs);
      if (index < 0 || series.isStale(index)) continue;
      const ownMs = series.times[index] as number;
      if (ownMs <= atMs - this.lookbackMs) continue;
      const element = elementAt(series, index);
      const isCounted = selector.isCounted === true && element.histogram !== undefined;
      const hinted = isCounted ? hintedBy(series, index, atMs - this.lookbackMs) : undefined;
      const sample = { element: hinted ?? element, timeMs: ownMs };
      found.push(this.usesStarts ? { ...sample, startMs: series.start(index) ?? 0 } : sample);
    }
    return found;
  }

  /** The element under another value, which is no longer its metric. */
  renamed({ labels, isNameless }: Pick<Element, 'labels' | 'isNameless'>, value: number): Element {
    if (this.dropsNamesLate) return { labels, value, isNameless: true };
    return { labels: isNameless === true ? labels : labels.withoutName(), value };
  }

  /** The element under a histogram, which is no longer its metric. */
  renamedTo(
    element: Pick<Element, 'labels' | 'isNameless'>,
    { value, histogram }: Pick<Element, 'value' | 'histogram'>,
  ): Element {
    const own = this.renamed(element, value);
    return histogram === undefined ? own : { ...own, histogram };
  }

  /**
   * A vector whose elements differ in their labels.
   *
   * @throws QueryFault where two do not.
   */
  distinct(elements: readonly Element[]): Value {
    if (!this.dropsNamesLate) refuseTwins(elements.map(({ labels }) => labels));
    return vectorOf(elements);
  }

  /**
   * A vector whose elements keep their names and differ in their labels, also where names go late.
   *
   * @throws QueryFault where two do not.
   */
  distinctOf(elements: readonly Element[]): Value {
    refuseTwins(elements.map(({ labels }) => labels));
    return vectorOf(elements);
  }

  /** When a selector or a subquery looks. */
  private moved({ offset, at }: Moved, timeMs: number): number {
    const { startMs, endMs } = this.span;
    let atMs = timeMs;
    if (typeof at === 'number') atMs = at;
    else if (at !== undefined) atMs = at === 'start' ? startMs : endMs;
    return offset === undefined ? atMs : atMs - offset(this.span);
  }

  /**
   * The ranges of an argument; those with filled ends have the samples by which they are filled.
   *
   * @throws QueryFault where it is none.
   */
  matrix(expression: Expression, timeMs: number): Value & { readonly kind: 'matrix' } {
    const inner = unwrapped(expression);
    if (inner.kind === 'matrix') return this.collected(inner, timeMs);
    const value = this.at(inner, timeMs);
    return value.kind === 'matrix'
      ? value
      : failQuery(`expected a range vector, got ${value.kind}`);
  }

  private collected(
    { selector, range }: MatrixExpression,
    timeMs: number,
  ): Value & { readonly kind: 'matrix' } {
    const untilMs = this.moved(selector, timeMs);
    const window = { fromMs: untilMs - range(this.span), untilMs };
    const { ends } = selector;
    const wide = {
      fromMs: ends === undefined ? window.fromMs : window.fromMs - this.lookbackMs,
      untilMs: ends === 'smoothed' ? untilMs + this.lookbackMs : untilMs,
    };
    return { kind: 'matrix', ranges: this.ranges(selector, wide), window };
  }

  /** Ranges that are asked for themselves. */
  private shown(expression: MatrixExpression, timeMs: number): Value {
    const value = this.collected(expression, timeMs);
    const { ends } = expression.selector;
    if (ends === undefined) return value;
    const ranges = value.ranges.flatMap(range => {
      if (range.histograms !== undefined) {
        failQuery(`${ends} modifier is not supported with histograms`);
      }
      return withFilledEnds(range, value.window, ends) ?? [];
    });
    return { ...value, ranges };
  }

  /** What a selector sees on the lines between samples. */
  private smoothed(selector: Selector, timeMs: number): Value {
    const atMs = this.moved(selector, timeMs);
    const window = { fromMs: atMs - this.lookbackMs, untilMs: atMs + this.lookbackMs };
    return vectorOf(
      this.ranges(selector, window).flatMap(range => smoothedAt(range, atMs, this.notes) ?? []),
    );
  }

  private ranges(selector: Selector, { fromMs, untilMs }: Window): readonly RangeElement[] {
    const found: RangeElement[] = [];
    for (const series of this.store.select(selector.matchers)) {
      const range = samplesBetween(series, [fromMs, untilMs], {
        isCounted: selector.isCounted === true,
        usesStarts: this.usesStarts,
      });
      if (range.times.length > 0 || range.histograms !== undefined) found.push(range);
    }
    return found;
  }

  /** Steps of a subquery are multiples of its step since the epoch. */
  private subquery(expression: Subquery, timeMs: number): Value {
    const untilMs = this.moved(expression, timeMs);
    const fromMs = untilMs - expression.range(this.span);
    const stepMs = expression.step?.(this.span) ?? this.intervalMs;
    const found = new Map<string, GrowingRange>();
    for (let atMs = (Math.floor(fromMs / stepMs) + 1) * stepMs; atMs <= untilMs; atMs += stepMs) {
      for (const element of elementsOf(this.at(expression.inner, atMs))) {
        const { labels, isNameless } = element;
        let range = found.get(labels.key);
        if (range === undefined) {
          range = { labels, times: [], values: [], ...(isNameless === true && { isNameless }) };
          found.set(labels.key, range);
        }
        addSample(range, atMs, withoutHint(element));
      }
    }
    return { kind: 'matrix', ranges: [...found.values()], window: { fromMs, untilMs } };
  }

  private negated(value: Value): Value {
    if (value.kind === 'scalar') return scalarOf(-value.value);
    return this.distinct(
      elementsOf(value).map(element => {
        const { histogram } = element;
        if (histogram === undefined) return this.renamed(element, -element.value);
        return this.renamedTo(element, { value: NaN, histogram: multiplied(histogram, -1) });
      }),
    );
  }

  private call(call: Call, timeMs: number): Value {
    const own = functions[call.name];
    if (own === undefined) return failQuery(`${call.name} is not simulated`);
    return own({ evaluation: this, call, timeMs });
  }

  private aggregation(expression: Aggregation, timeMs: number): Value {
    const { parameter, operator } = expression;
    let told: number | string = NaN;
    if (parameter !== undefined) {
      told = operator === 'count_values' ? this.text(parameter) : this.scalar(parameter, timeMs);
    }
    const elements = this.vector(expression.inner, timeMs);
    return vectorOf(aggregate(expression, { elements, parameter: told, notes: this.notes }));
  }

  private binary(expression: Binary, timeMs: number): Value {
    const left = this.at(expression.left, timeMs);
    const right = this.at(expression.right, timeMs);
    if (left.kind === 'scalar' && right.kind === 'scalar') {
      return scalarOf(joinScalars(expression.operator, left.value, right.value));
    }
    if (left.kind === 'vector' && right.kind === 'vector') {
      if (isSetOperator(expression.operator)) {
        return vectorOf(joinSets(expression, left.elements, right.elements));
      }
      return this.distinct(joinVectors(this, expression, left.elements, right.elements));
    }
    const isSwapped = left.kind === 'scalar';
    const scalar = left.kind === 'scalar' ? left.value : (right as { value: number }).value;
    const elements = elementsOf(isSwapped ? right : left);
    return this.distinct(joinVectorAndScalar(this, expression, { elements, scalar, isSwapped }));
  }
}

/** A value's elements; a scalar is one without labels. */
export function elementsOf(value: Value): readonly Element[] {
  switch (value.kind) {
    case 'vector':
      return value.elements;
    case 'scalar':
      return [{ labels: Labels.none, value: value.value }];
    default:
      return failQuery(`expected an instant vector, got a ${value.kind}`);
  }
}

/** @throws QueryFault where two sets of labels are equal. */
export function refuseTwins(all: readonly Labels[]): void {
  if (all.length < 2) return;
  if (new Set(all.map(({ key }) => key)).size < all.length) {
    failQuery('vector cannot contain metrics with the same labelset');
  }
}

function elementAt(series: Series, index: number): Element {
  const { labels } = series;
  const value = series.values[index] as number;
  const histogram = series.histogram(index);
  return histogram === undefined ? { labels, value } : { labels, value, histogram };
}

/**
 * A histogram whose hint of a reset is of no use: between the samples of a subquery there may be others.
 *
 * @upstream promql/engine.go: `evalSubquery`
 */
function withoutHint(element: Element): Pick<Element, 'value' | 'histogram'> {
  const { histogram } = element;
  if (histogram === undefined || histogram.hint === 'gauge') return element;
  const own: Histogram = { ...histogram, hint: 'unknown' };
  return { value: NaN, histogram: own };
}

/**
 * A histogram with a hint that is found by the one before, if that is newer than a time.
 *
 * @upstream promql/histogram_stats_iterator.go
 */
function hintedBy(series: Series, index: number, fromMs: number): Element {
  const element = elementAt(series, index);
  const { histogram } = element;
  if (histogram?.hint !== 'unknown') return element;
  for (let at = index - 1; at >= 0 && (series.times[at] as number) > fromMs; at--) {
    const before = series.histogram(at);
    if (before === undefined) continue;
    const hint = isReset(histogram, before) ? 'reset' : 'not reset';
    return { ...element, histogram: { ...histogram, hint } };
  }
  return element;
}

function samplesBetween(
  series: Series,
  [fromMs, untilMs]: readonly [number, number],
  { isCounted, usesStarts }: { readonly isCounted: boolean; readonly usesStarts: boolean },
): RangeElement {
  const range: GrowingRange = { labels: series.labels, times: [], values: [] };
  const last = series.newest(untilMs);
  for (let index = series.newest(fromMs) + 1; index <= last; index++) {
    if (series.isStale(index)) continue;
    const timeMs = series.times[index] as number;
    const histogram = series.histogram(index);
    const startMs = usesStarts ? series.start(index) : undefined;
    if (histogram === undefined) {
      range.times.push(timeMs);
      range.values.push(series.values[index] as number);
      if (startMs !== undefined) (range.starts ??= []).push(startMs);
    } else {
      const sample = isCounted ? hintedBy(series, index, fromMs) : { value: NaN, histogram };
      addSample(range, timeMs, sample, startMs);
    }
  }
  return range;
}
