/** The contract of a function, and what most of them are made with. */
import type { Evaluation } from '../evaluation.js';
import type { Call, Expression } from '../expression.js';
import { failQuery } from '../fault.js';
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
  const value = context.evaluation.at(argument(context, index), context.timeMs);
  return value.kind === 'matrix' ? value : failQuery(`expected a range vector, got ${value.kind}`);
}

/** A function of each value by itself. */
export function ofEach(reckon: (value: number, context: CallContext) => number): PromqlFunction {
  return context => {
    const { evaluation } = context;
    const elements = vectorAt(context, 0);
    return evaluation.distinct(
      elements.map(element => evaluation.renamed(element, reckon(element.value, context))),
    );
  };
}

/** A function of each range; undefined: the series has no value. */
export function ofRange(
  reckon: (range: RangeElement, window: Window, context: CallContext) => number | undefined,
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
      const value = reckon(range, window, context);
      if (value === undefined) return [];
      if (!keepsName) return [evaluation.renamed(range, value)];
      const { labels, isNameless } = range;
      const own: Element = { labels, value, ...(isNameless === true && { isNameless }) };
      return [own];
    });
    return evaluation.distinct(elements);
  };
}
