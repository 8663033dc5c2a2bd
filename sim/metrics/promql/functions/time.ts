/** Functions of time. */
import { unwrapped } from '../expression.js';
import { Labels } from '../labels.js';
import { scalarOf, vectorOf, type Value } from '../value.js';
import {
  argument,
  ofEach,
  scalarAt,
  vectorAt,
  type CallContext,
  type PromqlFunction,
} from './function.js';

/** The calendar repeats itself after so many years. */
const eraYears = 400;
const eraSeconds = 12_622_780_800n;
/** From where Go's calendar begins to 1970, in seconds; what lies before is after its end. */
const goEpochSeconds = 9_223_372_028_741_760_000n;

/** A date of 1970 to 2369 that has the same place in its era, and how many years it stands for more. */
interface Dated {
  readonly date: Date;
  readonly yearsMore: number;
}

/** The date (UTC) of a value in seconds as Go has it, in which what no int64 can hold is the least one. */
function dateOf(value: number): Dated {
  const isHeld = value >= -(2 ** 63) && value < 2 ** 63;
  const told = isHeld ? BigInt(Math.trunc(value)) : -(2n ** 63n);
  const seconds = told < -goEpochSeconds ? told + 2n ** 64n : told;
  const within = ((seconds % eraSeconds) + eraSeconds) % eraSeconds;
  const eras = Number((seconds - within) / eraSeconds);
  return { date: new Date(Number(within) * 1000), yearsMore: eras * eraYears };
}

/** A part of a date of each value; of now where none is given. */
function dated(part: (date: Date, yearsMore: number) => number): PromqlFunction {
  const of = (seconds: number): number => {
    const { date, yearsMore } = dateOf(seconds);
    return part(date, yearsMore);
  };
  return context =>
    context.call.arguments.length > 0
      ? ofEach(of)(context)
      : vectorOf([{ labels: Labels.none, value: of(context.timeMs / 1000) }]);
}

const dayMs = 86_400_000;

function dayOfYear(date: Date): number {
  return Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 1)) / dayMs) + 1;
}

function daysInMonth(date: Date): number {
  return new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
}

/** A selector's samples have times of their own; all else is of now. */
function timestamp(context: CallContext): Value {
  const { evaluation, timeMs } = context;
  const inner = unwrapped(argument(context, 0));
  const found =
    inner.kind === 'selector'
      ? evaluation.newest(inner, timeMs)
      : vectorAt(context, 0).map(element => ({ element, timeMs }));
  return evaluation.distinct(
    found.map(({ element, timeMs: ownMs }) => evaluation.renamed(element, ownMs / 1000)),
  );
}

/** When the samples of a selector began; all else has lost it, and nothing is told where it is not gone by. */
function startTimestamp(context: CallContext): Value {
  const { evaluation, timeMs } = context;
  const inner = unwrapped(argument(context, 0));
  if (inner.kind !== 'selector' || !evaluation.usesStarts) return vectorOf([]);
  return evaluation.distinct(
    evaluation
      .newest(inner, timeMs)
      .map(({ element, startMs = 0 }) => evaluation.renamed(element, startMs / 1000)),
  );
}

/** By name. */
export const timeFunctions: Readonly<Record<string, PromqlFunction>> = {
  day_of_month: dated(date => date.getUTCDate()),
  day_of_week: dated(date => date.getUTCDay()),
  day_of_year: dated(dayOfYear),
  days_in_month: dated(daysInMonth),
  end: ({ evaluation }) => scalarOf(evaluation.span.endMs / 1000),
  hour: dated(date => date.getUTCHours()),
  minute: dated(date => date.getUTCMinutes()),
  month: dated(date => date.getUTCMonth() + 1),
  range: ({ evaluation: { span } }) => scalarOf((span.endMs - span.startMs) / 1000),
  start_timestamp: startTimestamp,
  start: ({ evaluation }) => scalarOf(evaluation.span.startMs / 1000),
  step: ({ evaluation }) => scalarOf(evaluation.span.stepMs / 1000),
  time: ({ timeMs }) => scalarOf(timeMs / 1000),
  timestamp,
  vector: context => vectorOf([{ labels: Labels.none, value: scalarAt(context, 0) }]),
  year: dated((date, yearsMore) => date.getUTCFullYear() + yearsMore),
};
