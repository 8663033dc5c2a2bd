/** The contract of a function, and what most of them are made with. */
import type { Evaluation } from '../evaluation.js';
import { unwrapped, type Call, type Expression, type RangeEnds } from '../expression.js';
import { failQuery } from '../fault.js';
import type { Sample } from '../join.js';
import { remark } from '../remarks.js';
import type { Element, RangeElement, Value, Window } from '../value.js';

/** A call under way. */
export interface CallContext {
  readonly evaluation: Evaluation;
  readonly call: Call;
  readonly timeMs: number;
}

/** A function of PromQL. */
export type PromqlFunction = (context: CallContext) => Value;

/** The expression of an argument. */
export function argument({ call }: CallContext, index: number): Expression {
  return call.arguments[index] ?? failQuery(`${call.name} lacks an argument`);
}

/** The elements of an argument. */
export function vectorAt(context: CallContext, index: number): readonly Element[] {
  return context.evaluation.vector(argument(context, index), context.timeMs);
}

/** The number of an argument. */
export function scalarAt(context: CallContext, index: number): number {
  return context.evaluation.scalar(argument(context, index), context.timeMs);
}

/** The text of an argument. */
export function textAt(context: CallContext, index: number): string {
  return context.evaluation.text(argument(context, index));
}

/** The ranges of an argument. */
export function rangesAt(
  context: CallContext,
  index: number,
): { readonly ranges: readonly RangeElement[]; readonly window: Window } {
  const expression = argument(context, index);
  const ends = endsOf(expression);
  const { name } = context.call;
  if (ends !== undefined && !forEnds[ends].includes(name)) {
    failQuery(
      `${ends} modifier can only be used with: ${forEnds[ends].join(', ')} - not with ${name}`,
    );
  }
  return context.evaluation.matrix(expression, context.timeMs);
}

/** The functions that know what to do with samples beyond a range. */
const forEnds: Readonly<Record<RangeEnds, readonly string[]>> = {
  anchored: ['changes', 'delta', 'increase', 'rate', 'resets'],
  smoothed: ['delta', 'increase', 'rate'],
};

/** How the ends of a range are filled; undefined: they are not. */
export function endsOf(told: Expression): RangeEnds | undefined {
  const expression = unwrapped(told);
  return expression.kind === 'matrix' ? expression.selector.ends : undefined;
}

/** A function of each number by itself; it leaves histograms out. */
export function ofEach(reckon: (value: number, context: CallContext) => number): PromqlFunction {
  return context => {
    const { evaluation } = context;
    const elements: Element[] = [];
    for (const element of vectorAt(context, 0)) {
      if (element.histogram !== undefined) continue;
      elements.push(evaluation.renamed(element, reckon(element.value, context)));
    }
    return evaluation.distinct(elements);
  };
}

/** A function of the numbers of each range; undefined: the series has no value. */
export function ofRange(
  reckon: (range: RangeElement, window: Window, context: CallContext) => number | undefined,
  options: { readonly argumentIndex?: number } = {},
): PromqlFunction {
  return ofSamples((range, window, context) => {
    const { times, histograms, labels } = range;
    if (times.length === 0) return undefined;
    if (histograms !== undefined) {
      context.evaluation.notes.inform(remark.ignoredInRange(labels.name));
    }
    const value = reckon(range, window, context);
    return value === undefined ? undefined : { value };
  }, options);
}

/** A function of the samples of each range, numbers or histograms; undefined: the series has no value. */
export function ofSamples(
  reckon: (range: RangeElement, window: Window, context: CallContext) => Sample | undefined,
  {
    argumentIndex = 0,
    keepsName = false,
  }: {
    readonly argumentIndex?: number;
    readonly keepsName?: boolean;
  } = {},
): PromqlFunction {
  return context => {
    const { evaluation } = context;
    const { ranges, window } = rangesAt(context, argumentIndex);
    const elements = ranges.flatMap(range => {
      const sample = reckon(range, window, context);
      if (sample === undefined) return [];
      if (!keepsName) return [evaluation.renamedTo(range, sample)];
      const { labels, isNameless } = range;
      const { value, histogram } = sample;
      const own: Element = { labels, value, ...(isNameless === true && { isNameless }) };
      return [histogram === undefined ? own : { ...own, histogram }];
    });
    return evaluation.distinct(elements);
  };
}
