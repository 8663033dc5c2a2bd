/** Joins values by operators. @upstream promql/engine.go */
import { isComparison } from './check.js';
import type { Binary, Matching } from './expression.js';
import { failQuery } from './fault.js';
import { nameLabel, type Labels } from './labels.js';
import type { Element } from './value.js';

/** What the joined elements are named by: the query under way. */
interface Renaming {
  renamed(element: Element, value: number): Element;
}

/** The result for two numbers; a comparison gives 0 or 1. */
export function joinScalars(operator: string, a: number, b: number): number {
  switch (operator) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      return a / b;
    case '^':
      return power(a, b);
    case '%':
      return a % b;
    case 'atan2':
      return Math.atan2(a, b);
    case '==':
      return Number(a === b);
    case '!=':
      return Number(a !== b);
    case '>':
      return Number(a > b);
    case '<':
      return Number(a < b);
    case '>=':
      return Number(a >= b);
    case '<=':
      return Number(a <= b);
    default:
      return failQuery(
        `operator ${operator} is only for native histograms, which are not simulated`,
      );
  }
}

/** As Go has it: 1 to any power, and -1 to an infinite one, is 1. */
function power(a: number, b: number): number {
  if (a === 1 || (a === -1 && (b === Infinity || b === -Infinity))) return 1;
  return a ** b;
}

/** A vector and a number: a comparison keeps those that hold, as they are. */
export function joinVectorAndScalar(
  renaming: Renaming,
  { operator, isBool }: Binary,
  told: {
    readonly elements: readonly Element[];
    readonly scalar: number;
    /** The number stands on the left. */
    readonly isSwapped: boolean;
  },
): readonly Element[] {
  const { elements, scalar, isSwapped } = told;
  const result = ({ value }: Element): number =>
    isSwapped ? joinScalars(operator, scalar, value) : joinScalars(operator, value, scalar);
  if (isComparison(operator) && !isBool) return elements.filter(element => result(element) === 1);
  return elements.map(element => renaming.renamed(element, result(element)));
}

/** What tells which elements belong together. */
export function matchKey({ isOn, labels }: Matching): (labels: Labels) => string {
  if (isOn) {
    const names = new Set(labels);
    return own => own.keep(names).key;
  }
  const names = new Set([...labels, nameLabel]);
  return own => own.drop(names).key;
}

/** `and`, `or`, `unless`. */
export function joinSets(
  { operator, matching }: Binary,
  left: readonly Element[],
  right: readonly Element[],
): readonly Element[] {
  const key = matchKey(matching);
  if (operator === 'or') {
    const known = new Set(left.map(({ labels }) => key(labels)));
    return [...left, ...right.filter(({ labels }) => !known.has(key(labels)))];
  }
  const known = new Set(right.map(({ labels }) => key(labels)));
  return left.filter(({ labels }) => known.has(key(labels)) === (operator === 'and'));
}

/**
 * Two vectors, element by element.
 *
 * @throws QueryFault where it cannot be told which belong together.
 */
export function joinVectors(
  renaming: Renaming,
  binary: Binary,
  left: readonly Element[],
  right: readonly Element[],
): readonly Element[] {
  const { fill, group } = binary.matching;
  const isFilled = fill.left !== undefined || fill.right !== undefined;
  if ((left.length === 0 || right.length === 0) && !isFilled) return [];
  const isSwapped = group === 'right';
  const [many, one] = isSwapped ? [right, left] : [left, right];
  const joining = new Joining(renaming, binary, isSwapped);
  joining.take(one);
  joining.join(many);
  joining.fillMany();
  return joining.found;
}

/** The many side meets the one side. */
class Joining {
  readonly found: Element[] = [];
  private readonly key: (labels: Labels) => string;
  private readonly ones = new Map<string, Element>();
  /** Keys that met, each with the labels of what came of it. */
  private readonly met = new Map<string, Set<string>>();
  private readonly fillOfMany: number | undefined;
  private readonly fillOfOne: number | undefined;

  constructor(
    private readonly renaming: Renaming,
    private readonly binary: Binary,
    private readonly isSwapped: boolean,
  ) {
    const { matching } = binary;
    this.key = matchKey(matching);
    // Upstream swaps the sides of `group_right` before it fills: the fills keep their names.
    this.fillOfMany = matching.fill.left;
    this.fillOfOne = matching.fill.right;
  }

  take(ones: readonly Element[]): void {
    for (const element of ones) {
      const key = this.key(element.labels);
      const twin = this.ones.get(key);
      if (twin !== undefined) {
        this.refuseTwins(element.labels, twin.labels);
      }
      this.ones.set(key, element);
    }
  }

  private refuseTwins(first: Labels, second: Labels): void {
    const { isOn, labels } = this.binary.matching;
    const matched = isOn
      ? first.keep(new Set(labels))
      : first.drop(new Set([...labels, nameLabel]));
    const side = this.isSwapped ? 'left' : 'right';
    const twins = [first.listed(), second.listed()].sort().join(', ');
    failQuery(
      `found duplicate series for the match group ${matched.listed()} on the ${side} hand-side of ` +
        `the operation: [${twins}];many-to-many matching not allowed: matching labels must be ` +
        'unique on one side',
    );
  }

  join(many: readonly Element[]): void {
    for (const element of many) {
      const key = this.key(element.labels);
      const one = this.ones.get(key);
      if (one !== undefined) this.meet(key, element, one);
      else if (this.fillOfOne !== undefined) {
        this.meet(key, element, { labels: element.labels, value: this.fillOfOne }, false);
      }
    }
  }

  /** Elements of the one side that met nobody. */
  fillMany(): void {
    if (this.fillOfMany === undefined) return;
    for (const [key, one] of this.ones) {
      if (this.met.has(key)) continue;
      const { isOn, labels } = this.binary.matching;
      const names = new Set(isOn ? labels : [...labels, nameLabel]);
      const own = isOn ? one.labels.keep(names) : one.labels.drop(names);
      this.meet(key, { labels: own, value: this.fillOfMany }, one);
    }
  }

  private meet(key: string, many: Element, one: Element, isKnown = true): void {
    const { operator, isBool, matching } = this.binary;
    const [a, b] = this.isSwapped ? [one.value, many.value] : [many.value, one.value];
    const result = joinScalars(operator, a, b);
    const isFilter = isComparison(operator) && !isBool;
    const before = this.met.get(key);
    if (matching.group === 'none' && before !== undefined) {
      failQuery(
        'multiple matches for labels: many-to-one matching must be explicit ' +
          '(group_left/group_right)',
      );
    }
    const value = isFilter ? a : result;
    const joined = this.joined(many, isKnown ? one.labels : undefined, { value, isFilter });
    // What a comparison leaves out counts as well.
    if (before?.has(joined.labels.key) === true) {
      failQuery('multiple matches for labels: grouping labels must ensure unique matches');
    }
    this.met.set(key, new Set([...(before ?? []), joined.labels.key]));
    if (!isFilter || result !== 0) this.found.push(joined);
  }

  private joined(
    many: Element,
    one: Labels | undefined,
    { value, isFilter }: { readonly value: number; readonly isFilter: boolean },
  ): Element {
    const { isOn, labels, group, include } = this.binary.matching;
    const own: { labels: Labels; value: number; readonly isNameless?: boolean } = {
      ...many,
      value,
    };
    if (group === 'none') {
      const names = new Set(labels);
      own.labels = isOn ? many.labels.keep(names) : many.labels.drop(names);
      return isFilter ? own : this.renaming.renamed(own, value);
    }
    const renamed = isFilter ? own : this.renaming.renamed(own, value);
    if (include.length === 0) return renamed;
    // The name goes before the labels of the one side come: it may be among them.
    const taken = include.map(name => [name, one?.get(name) ?? ''] as const);
    return { ...renamed, labels: renamed.labels.with(taken) };
  }
}
