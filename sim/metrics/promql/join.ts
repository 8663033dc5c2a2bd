/** What an operator makes of two samples, each a number or a histogram. @upstream promql/engine.go: `vectorElemBinop` */
import { isComparison } from './check.js';
import { failQuery } from './fault.js';
import { areEqual, compacted, divided, multiplied, type Histogram } from './histogram/histogram.js';
import { joined } from './histogram/sum.js';
import { trimmed } from './histogram/trim.js';
import { remark } from './remarks.js';
import type { Element, Notes } from './value.js';

/** A number, or a histogram. */
export type Sample = Pick<Element, 'value' | 'histogram'>;

/** What comes of two samples. */
export interface Joined extends Sample {
  /** A comparison of which nothing is left where it does not hold. */
  readonly holds: boolean;
}

/** What comes of two samples; undefined: nothing, and what is wrong with them is noted. */
export function joinSamples(
  operator: string,
  a: Sample,
  b: Sample,
  notes: Notes,
): Joined | undefined {
  if (a.histogram !== undefined || b.histogram !== undefined) {
    return joinHistograms(operator, a, b, notes);
  }
  if (isTrimming(operator)) return incompatible(operator, a, b, notes);
  const result = joinScalars(operator, a.value, b.value);
  return isComparison(operator)
    ? { value: a.value, holds: result === 1 }
    : { value: result, holds: true };
}

/** Whether an operator cuts observations off. */
export const isTrimming = (operator: string): boolean => operator === '</' || operator === '>/';

function incompatible(operator: string, a: Sample, b: Sample, notes: Notes): undefined {
  const kindOf = ({ histogram }: Sample) => (histogram === undefined ? 'float' : 'histogram');
  notes.inform(remark.incompatibleTypes(kindOf(a), operator, kindOf(b)));
}

function joinHistograms(operator: string, a: Sample, b: Sample, notes: Notes): Joined | undefined {
  if (a.histogram !== undefined && b.histogram !== undefined) {
    return joinTwo(operator, [a.histogram, b.histogram], notes);
  }
  const own = a.histogram ?? b.histogram;
  const scaled =
    own === undefined ? undefined : byNumber(operator, own, a.histogram === undefined ? a : b, a);
  return scaled === undefined ? incompatible(operator, a, b, notes) : kept(compacted(scaled));
}

/** A histogram and a number, which may stand before it; undefined: they do not go together. */
function byNumber(
  operator: string,
  histogram: Histogram,
  { value }: Sample,
  first: Sample,
): Histogram | undefined {
  if (operator === '*') return multiplied(histogram, value);
  if (first.histogram === undefined) return undefined;
  if (operator === '/') return divided(histogram, value);
  if (operator === '</') return trimmed(histogram, { value, keeps: 'below' });
  return operator === '>/' ? trimmed(histogram, { value, keeps: 'above' }) : undefined;
}

const kept = (histogram: Histogram): Joined => ({ value: NaN, histogram, holds: true });

function joinTwo(
  operator: string,
  [a, b]: readonly [Histogram, Histogram],
  notes: Notes,
): Joined | undefined {
  switch (operator) {
    case '==':
    case '!=':
      return { value: NaN, histogram: a, holds: areEqual(a, b) === (operator === '==') };
    case '+':
    case '-':
      return addTwo(operator, [a, b], notes);
    default:
      return incompatible(
        operator,
        { value: NaN, histogram: a },
        { value: NaN, histogram: b },
        notes,
      );
  }
}

function addTwo(
  operator: '+' | '-',
  [a, b]: readonly [Histogram, Histogram],
  notes: Notes,
): Joined | undefined {
  const isSum = operator === '+';
  const found = joined(a, b, isSum ? 1 : -1);
  if (found === undefined) {
    notes.warn(remark.incompatibleLayout(operator));
    return undefined;
  }
  const { isCollision, isReconciled, histogram } = found;
  const doing = isSum ? 'addition' : 'subtraction';
  if (isCollision) {
    notes.warn(remark.collision(doing));
    return undefined;
  }
  if (isReconciled) notes.inform(remark.reconciled(doing));
  const own: Histogram = isSum ? histogram : { ...histogram, hint: 'gauge' };
  return kept(compacted(own));
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
      return failQuery(`operator ${JSON.stringify(operator)} not allowed for Scalar operations`);
  }
}

/** As Go has it: 1 to any power, and -1 to an infinite one, is 1. */
function power(a: number, b: number): number {
  if (a === 1 || (a === -1 && (b === Infinity || b === -Infinity))) return 1;
  return a ** b;
}
