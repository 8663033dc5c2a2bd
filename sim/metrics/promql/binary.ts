/** Joins values by operators. @upstream promql/engine.go */
import { isComparison } from './check.js';
import type { Binary, Matching } from './expression.js';
import { failQuery } from './fault.js';
import { isTrimming, joinSamples, type Joined, type Sample } from './join.js';
import { nameLabel, type Labels } from './labels.js';
import type { Element, Notes } from './value.js';

/** What the joined elements are named by, and where remarks go: the query under way. */
interface Renaming {
  readonly notes: Notes;
  renamed(element: Element, value: number): Element;
  renamedTo(element: Element, sample: Sample): Element;
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
  const number: Sample = { value: scalar };
  const result = (element: Element): Joined | undefined =>
    isSwapped
      ? joinSamples(operator, number, element, renaming.notes)
      : joinSamples(operator, element, number, renaming.notes);
  if (isComparison(operator) && !isBool) {
    return elements.filter(element => result(element)?.holds === true);
  }
  return elements.flatMap(element => {
    const joined = result(element);
    if (joined === undefined) return [];
    if (isBool) return [renaming.renamed(element, Number(joined.holds))];
    if (!isTrimming(operator)) return [renaming.renamedTo(element, joined)];
    const { value, histogram } = joined;
    return [{ ...element, value, ...(histogram !== undefined && { histogram }) }];
  });
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
    const [a, b] = this.isSwapped ? [one, many] : [many, one];
    const result = joinSamples(operator, a, b, this.renaming.notes);
    if (result === undefined) return;
    const isFilter = isComparison(operator) && !isBool;
    const before = this.met.get(key);
    if (matching.group === 'none' && before !== undefined) {
      failQuery(
        'multiple matches for labels: many-to-one matching must be explicit ' +
          '(group_left/group_right)',
      );
    }
    const sample = isBool ? { value: Number(result.holds) } : result;
    const joined = this.joined(many, isKnown ? one.labels : undefined, { sample, isFilter });
    // What a comparison leaves out counts as well.
    if (before?.has(joined.labels.key) === true) {
      failQuery('multiple matches for labels: grouping labels must ensure unique matches');
    }
    this.met.set(key, new Set([...(before ?? []), joined.labels.key]));
    if (!isFilter || result.holds) this.found.push(joined);
  }

  private joined(
    many: Element,
    one: Labels | undefined,
    { sample, isFilter }: { readonly sample: Sample; readonly isFilter: boolean },
  ): Element {
    const { isOn, labels, group, include } = this.binary.matching;
    const own: { labels: Labels; readonly isNameless?: boolean } = {
      labels: many.labels,
      ...(many.isNameless === true && { isNameless: true }),
    };
    if (group === 'none') {
      const names = new Set(labels);
      own.labels = isOn ? many.labels.keep(names) : many.labels.drop(names);
    }
    const { value, histogram } = sample;
    const told: Element = { ...own, value, ...(histogram !== undefined && { histogram }) };
    const keepsName = isFilter || isTrimming(this.binary.operator);
    const renamed = keepsName ? told : this.renaming.renamedTo(told, sample);
    if (group === 'none') return renamed;
    if (include.length === 0) return renamed;
    // The name goes before the labels of the one side come: it may be among them.
    const taken = include.map(name => [name, one?.get(name) ?? ''] as const);
    return { ...renamed, labels: renamed.labels.with(taken) };
  }
}
