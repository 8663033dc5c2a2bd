/** Aggregations. @upstream promql/engine.go */
import type { Aggregation } from './expression.js';
import { failQuery } from './fault.js';
import { plainNumber } from './go-text.js';
import { nameLabel, type Labels } from './labels.js';
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
  const groups = groupsOf(expression, elements);
  const { parameter } = told;
  if (operator === 'quantile') checkShare(parameter, told.notes);
  if (operator === 'limit_ratio') checkRatio(parameter, told.notes);
  return groups.flatMap(group => {
    const chosen = choose(operator, group.elements, Number(parameter));
    if (chosen !== undefined) return chosen;
    const values = group.elements.map(({ value }) => value);
    const value = reduce(operator, values, Number(parameter));
    const { labels, isNameless } = group;
    return { labels, value, ...(isNameless && { isNameless }) };
  });
}

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
  if (operator === 'count_values' && parameter?.kind === 'string' && !isWithout) {
    names.add(parameter.value);
  }
  namesKnown.set(expression, names);
  return names;
}

/** Each element with its value as a label. */
function counted({ parameter, isWithout }: Aggregation, told: Told): readonly Element[] {
  const name = String(told.parameter);
  if (name === '') failQuery(`invalid label name ${JSON.stringify(name)}`);
  return told.elements.map(({ labels, value }) => ({
    labels: (isWithout || parameter === undefined ? labels.withoutName() : labels).with([
      [name, plainNumber(value)],
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
  // FNV-1a; Prometheus hashes by xxhash, so that it keeps others.
  let hash = 0x811c9dc5;
  for (const character of labels.key) {
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x45d9f3b);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
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
