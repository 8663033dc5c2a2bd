/** The tree of a query. Times and lengths are in ms. */
import type { Matcher } from './matcher.js';

/** What an expression is of. */
export type ValueType = 'scalar' | 'string' | 'vector' | 'matrix';

/** The span that a query is asked for; an instant query starts and ends at once. */
export interface QuerySpan {
  readonly startMs: number;
  readonly endMs: number;
  /** 0 for an instant query. */
  readonly stepMs: number;
}

/** A length that may be reckoned from the query's step and range. */
export type Length = (span: QuerySpan) => number;

/** How a selector's or a subquery's time is moved. */
export interface Moved {
  readonly offset?: Length;
  readonly at?: number | 'start' | 'end';
}

/** How the ends of a range are filled: by the samples nearest to them. */
export type RangeEnds = 'anchored' | 'smoothed';

/** An expression. `at` of errors is not kept: Prometheus' positions are for people. */
export type Expression =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'string'; readonly value: string }
  | Selector
  | MatrixExpression
  | Subquery
  | { readonly kind: 'paren'; readonly inner: Expression }
  | { readonly kind: 'negated'; readonly inner: Expression }
  | Call
  | Aggregation
  | Binary;

/** Selects series; each answers with its newest sample. */
export interface Selector extends Moved {
  readonly kind: 'selector';
  readonly matchers: readonly Matcher[];
  readonly ends?: RangeEnds;
  /** Only counts and sums of its histograms are asked for: Prometheus then looks for resets as it reads. */
  readonly isCounted?: boolean;
}

/** Selects the samples of a range. */
export interface MatrixExpression {
  readonly kind: 'matrix';
  readonly selector: Selector;
  readonly range: Length;
}

/** Asks a query over a range, step by step. */
export interface Subquery extends Moved {
  readonly kind: 'subquery';
  readonly inner: Expression;
  readonly range: Length;
  /** Default: the evaluation interval. */
  readonly step?: Length;
}

/** Calls a function. */
export interface Call {
  readonly kind: 'call';
  readonly name: string;
  readonly arguments: readonly Expression[];
}

/** Makes one element of each group. */
export interface Aggregation {
  readonly kind: 'aggregation';
  readonly operator: string;
  readonly labels: readonly string[];
  readonly isWithout: boolean;
  readonly parameter?: Expression;
  readonly inner: Expression;
}

/** Which elements of two vectors belong together. */
export interface Matching {
  readonly isOn: boolean;
  readonly labels: readonly string[];
  readonly group: 'none' | 'left' | 'right';
  readonly include: readonly string[];
  /** Values for elements without a partner. */
  readonly fill: { readonly left?: number; readonly right?: number };
}

/** Joins two expressions. */
export interface Binary {
  readonly kind: 'binary';
  readonly operator: string;
  readonly left: Expression;
  readonly right: Expression;
  readonly isBool: boolean;
  readonly matching: Matching;
}

/** The expression inside of parentheses. */
export function unwrapped(expression: Expression): Expression {
  return expression.kind === 'paren' ? unwrapped(expression.inner) : expression;
}
