/** Aggregations. @upstream promql/engine.go */
import { unwrapped, type Aggregation } from './expression.js';
import { failQuery } from './fault.js';
import { plainNumber } from '../../api/go-number.js';
import { histogramText } from './histogram/text.js';
import { totalOf } from './histogram/total.js';
import { hashOfLabels } from './label-hash.js';
import { nameLabel, type Labels } from './labels.js';
import { remark } from './remarks.js';
import { compareNumbers, meanOf, quantileOf, sumOf, varianceOf } from './sums.js';
import type { Element, Notes } from './value.js';

interface Told {
  readonly elements: readonly Element[];
  /** NaN where there is none. */
  readonly parameter: number | string;
  readonly notes: Notes;
}

/** Elements that are aggregated together. */
interface Group {
  readonly labels: Labels;
  isNameless: boolean;
  readonly elements: Element[];
}

/** The elements that come of it. */
export function aggregate(expression: Aggregation, told: Told): readonly Element[] {
  const { operator } = expression;
  const elements = operator === 'count_values' ? counted(expression, told) : told.elements;
  const { parameter } = told;
  if (isOfCount(operator)) countOf(Number(parameter));
  const groups = groupsOf(expression, elements);
  if (operator === 'quantile') checkShare(parameter, told.notes);
  if (operator === 'limit_ratio') checkRatio(parameter, told.notes);
  return groups.flatMap(group => {
    const numbers = withoutHistograms(operator, group.elements, told.notes);
    const chosen = choose(operator, numbers, Number(parameter));
    if (chosen !== undefined) return chosen;
    const { labels, isNameless } = group;
    const own = { labels, ...(isNameless && { isNameless }) };
    if ((operator === 'sum' || operator === 'avg') && numbers.some(isHistogram)) {
      const histogram = total(operator, numbers, told.notes);
      return histogram === undefined ? [] : [{ ...own, value: NaN, histogram }];
    }
    if (numbers.length === 0) return [];
    const values = numbers.map(({ value }) => value);
    return { ...own, value: reduce(operator, values, Number(parameter)) };
  });
}

const isHistogram = ({ histogram }: Element): boolean => histogram !== undefined;
/** Aggregations that take a histogram for one more element, or can add it. */
const ofAnything: ReadonlySet<string> = new Set(
  'sum avg count count_values group limitk limit_ratio'.split(' '),
);

/** The elements that an aggregation is for; that it leaves others out is noted. */
function withoutHistograms(
  operator: string,
  elements: readonly Element[],
  notes: Notes,
): readonly Element[] {
  if (ofAnything.has(operator) || !elements.some(isHistogram)) return elements;
  notes.inform(remark.ignoredInAggregation(operator));
  return elements.filter(element => !isHistogram(element));
}

/** The sum or the mean of histograms, among which no number may be. */
function total(operator: string, elements: readonly Element[], notes: Notes) {
  const histograms = elements.flatMap(({ histogram }) => histogram ?? []);
  if (histograms.length < elements.length) {
    notes.warn(remark.mixedInAggregation);
    return undefined;
  }
  const nameOf = (index: number) => elements[index]?.labels.name ?? '';
  return totalOf({ histograms, isMean: operator === 'avg', nameOf }, notes);
}

const isOfCount = (operator: string): boolean =>
  operator === 'topk' || operator === 'bottomk' || operator === 'limitk';

/** Groups in the order in which they come first. */
function groupsOf(expression: Aggregation, elements: readonly Element[]): readonly Group[] {
  const { isWithout } = expression;
  const names = namesOf(expression);
  const keepsName = !isWithout && names.has(nameLabel);
  const groups = new Map<string, Group>();
  for (const element of elements) {
    const own = isWithout ? element.labels.drop(names) : element.labels.keep(names);
    let group = groups.get(own.key);
    if (group === undefined) {
      group = { labels: own, isNameless: false, elements: [] };
      groups.set(own.key, group);
    }
    // One that has lost its name takes it from all.
    if (keepsName && element.isNameless === true) group.isNameless = true;
    group.elements.push(element);
  }
  return [...groups.values()];
}

/** The names of each aggregation that was worked out: rules are the same again and again. */
const namesKnown = new WeakMap<Aggregation, ReadonlySet<string>>();

/** The labels that are kept, or left out. */
function namesOf(expression: Aggregation): ReadonlySet<string> {
  const known = namesKnown.get(expression);
  if (known !== undefined) return known;
  const { labels, isWithout, operator, parameter } = expression;
  const names = new Set(isWithout ? [...labels, nameLabel] : labels);
  // The label that tells the value is part of what is counted, unless it is among those left out.
  const told = parameter && unwrapped(parameter);
  if (operator === 'count_values' && told?.kind === 'string' && !isWithout) names.add(told.value);
  namesKnown.set(expression, names);
  return names;
}

/** Each element with its value as a label. */
function counted({ parameter, isWithout }: Aggregation, told: Told): readonly Element[] {
  const name = String(told.parameter);
  // What was no UTF-8 shows as this character.
  if (name === '' || name.includes('\uFFFD')) {
    failQuery(`invalid label name ${JSON.stringify(name)}`);
  }
  return told.elements.map(({ labels, value, histogram }) => ({
    labels: (isWithout || parameter === undefined ? labels.withoutName() : labels).with([
      [name, histogram === undefined ? plainNumber(value) : histogramText(histogram)],
    ]),
    value,
  }));
}

/** Aggregations that keep elements as they are; undefined: it is none of them. */
function choose(
  operator: string,
  elements: readonly Element[],
  parameter: number,
): readonly Element[] | undefined {
  switch (operator) {
    case 'topk':
    case 'bottomk':
      return extremes(elements, countOf(parameter), operator === 'topk' ? -1 : 1);
    case 'limitk':
      return elements.slice(0, countOf(parameter));
    case 'limit_ratio':
      return elements.filter(({ labels }) => isWithin(placeOf(labels), parameter));
    default:
      return undefined;
  }
}

function countOf(parameter: number): number {
  if (Number.isNaN(parameter)) failQuery('Parameter value is NaN');
  if (Math.abs(parameter) >= 2 ** 63) {
    failQuery(`Scalar value ${parameter} overflows int64`);
  }
  return Math.max(0, Math.trunc(parameter));
}

/** NaN is the least of all, for either end. */
function extremes(elements: readonly Element[], count: number, sign: number): readonly Element[] {
  const ranked = [...elements].sort((a, b) => {
    if (Number.isNaN(a.value) || Number.isNaN(b.value)) {
      return Number(Number.isNaN(a.value)) - Number(Number.isNaN(b.value));
    }
    return sign * compareNumbers(a.value, b.value);
  });
  return ranked.slice(0, count);
}

/** Where labels stand between 0 and 1, by chance but always the same. */
function placeOf(labels: Labels): number {
  return Number(hashOfLabels(labels)) / Number(2n ** 64n - 1n);
}

/** A negative ratio keeps what its complement leaves. */
function isWithin(place: number, told: number): boolean {
  const ratio = Math.max(-1, Math.min(1, told));
  return ratio >= 0 ? place < ratio : place >= 1 + ratio;
}

function checkShare(share: number | string, notes: Notes): void {
  const value = Number(share);
  if (!(value >= 0 && value <= 1)) {
    notes.warn(`quantile value should be between 0 and 1, got ${plainNumber(value)}`);
  }
}

function checkRatio(ratio: number | string, notes: Notes): void {
  const value = Number(ratio);
  if (Number.isNaN(value)) failQuery('Ratio value is NaN');
  if (value < -1 || value > 1) {
    const capped = value > 1 ? 1 : -1;
    notes.warn(
      `ratio value should be between -1 and 1, got ${plainNumber(value)}, capping to ${capped}`,
    );
  }
}

function reduce(operator: string, values: readonly number[], parameter: number): number {
  switch (operator) {
    case 'sum':
      return sumOf(values);
    case 'avg':
      return meanOf(values);
    case 'count':
    case 'count_values':
      return values.length;
    case 'group':
      return 1;
    case 'min':
      return extreme(values, (a, b) => a < b);
    case 'max':
      return extreme(values, (a, b) => a > b);
    case 'stdvar':
      return varianceOf(values);
    case 'stddev':
      return Math.sqrt(varianceOf(values));
    case 'quantile':
      return quantileOf(parameter, values);
    default:
      return failQuery(`the aggregation ${operator} is not simulated`);
  }
}

/** Any number goes before NaN. */
export function extreme(
  values: readonly number[],
  isBefore: (a: number, b: number) => boolean,
): number {
  return values.reduce((best, value) =>
    isBefore(value, best) || Number.isNaN(best) ? value : best,
  );
}
