/** Functions of single values. */
import type { Value } from '../value.js';
import { scalarOf, vectorOf } from '../value.js';
import { ofEach, scalarAt, vectorAt, type CallContext, type PromqlFunction } from './function.js';

const degrees = 180 / Math.PI;

/** As Go has it: an infinity that nothing exceeds is the answer, also beside what is not a number. */
const greater = (a: number, b: number): number =>
  a === Infinity || b === Infinity ? Infinity : Math.max(a, b);
const lesser = (a: number, b: number): number =>
  a === -Infinity || b === -Infinity ? -Infinity : Math.min(a, b);

function clamped(lowAt: number | undefined, highAt: number | undefined): PromqlFunction {
  return context => {
    const low = lowAt === undefined ? -Infinity : scalarAt(context, lowAt);
    const high = highAt === undefined ? Infinity : scalarAt(context, highAt);
    // Also where nothing is left, the vector's own faults are told.
    const all = ofEach(value => greater(low, lesser(high, value)))(context);
    return high < low ? vectorOf([]) : all;
  };
}

/** Halves go up. */
function rounded(context: CallContext): Value {
  const nearest = context.call.arguments.length > 1 ? scalarAt(context, 1) : 1;
  // Multiplying loses less than dividing by a fraction.
  const inverse = 1 / nearest;
  return ofEach(value => Math.floor(value * inverse + 0.5) / inverse)(context);
}

function sign(value: number): number {
  return value > 0 ? 1 : value < 0 ? -1 : value;
}

function single(context: CallContext): Value {
  const numbers = vectorAt(context, 0).filter(({ histogram }) => histogram === undefined);
  const [only] = numbers;
  return scalarOf(numbers.length === 1 && only !== undefined ? only.value : NaN);
}

/** By name. */
export const mathFunctions: Readonly<Record<string, PromqlFunction>> = {
  abs: ofEach(Math.abs),
  acos: ofEach(Math.acos),
  acosh: ofEach(Math.acosh),
  asin: ofEach(Math.asin),
  asinh: ofEach(Math.asinh),
  atan: ofEach(Math.atan),
  atanh: ofEach(Math.atanh),
  ceil: ofEach(Math.ceil),
  clamp: clamped(1, 2),
  clamp_max: clamped(undefined, 1),
  clamp_min: clamped(1, undefined),
  cos: ofEach(Math.cos),
  cosh: ofEach(Math.cosh),
  deg: ofEach(value => value * degrees),
  exp: ofEach(Math.exp),
  floor: ofEach(Math.floor),
  ln: ofEach(Math.log),
  log10: ofEach(Math.log10),
  log2: ofEach(Math.log2),
  max_of: context => scalarOf(greater(scalarAt(context, 0), scalarAt(context, 1))),
  min_of: context => scalarOf(lesser(scalarAt(context, 0), scalarAt(context, 1))),
  pi: () => scalarOf(Math.PI),
  rad: ofEach(value => value / degrees),
  round: rounded,
  scalar: single,
  sgn: ofEach(sign),
  sin: ofEach(Math.sin),
  sinh: ofEach(Math.sinh),
  sqrt: ofEach(Math.sqrt),
  tan: ofEach(Math.tan),
  tanh: ofEach(Math.tanh),
};
