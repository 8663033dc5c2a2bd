/**
 * Marks the selectors of which only counts and sums of histograms are asked for.
 *
 * @upstream promql/engine.go: `detectHistogramStatsDecoding`
 */
import type { Expression, Selector } from './expression.js';
import { isTrimming } from './join.js';

const counting: ReadonlySet<string> = new Set([
  'histogram_count',
  'histogram_sum',
  'histogram_avg',
]);
const needingBuckets: ReadonlySet<string> = new Set([
  'histogram_quantile',
  'histogram_quantiles',
  'histogram_fraction',
]);

/** What stands around an expression: a function of counts, something that needs all buckets, or neither. */
type Around = 'counts' | 'buckets' | undefined;

/** The expression with its selectors marked. */
export function withCounted(expression: Expression, around?: Around): Expression {
  switch (expression.kind) {
    case 'selector':
      return around === 'counts' ? { ...expression, isCounted: true } : expression;
    case 'matrix': {
      const selector = withCounted(expression.selector, around) as Selector;
      return selector === expression.selector ? expression : { ...expression, selector };
    }
    case 'subquery':
      return { ...expression, inner: withCounted(expression.inner, 'buckets') };
    case 'paren':
    case 'negated':
    case 'aggregation':
      return { ...expression, inner: withCounted(expression.inner, around) };
    case 'call': {
      const own = within(expression.name, around);
      return { ...expression, arguments: expression.arguments.map(one => withCounted(one, own)) };
    }
    case 'binary': {
      const own = isTrimming(expression.operator) ? 'buckets' : around;
      const { left, right } = expression;
      return { ...expression, left: withCounted(left, own), right: withCounted(right, own) };
    }
    default:
      return expression;
  }
}

function within(name: string, around: Around): Around {
  if (around === 'buckets' || needingBuckets.has(name)) return 'buckets';
  return counting.has(name) ? 'counts' : around;
}
