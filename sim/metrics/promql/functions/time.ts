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

/** A part of a date (UTC) of each value, which is in seconds; of now where none is given. */
function dated(part: (date: Date) => number): PromqlFunction {
  const of = (seconds: number): number =>
    Number.isFinite(seconds) ? part(new Date(Math.trunc(seconds) * 1000)) : NaN;
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
  start: ({ evaluation }) => scalarOf(evaluation.span.startMs / 1000),
  step: ({ evaluation }) => scalarOf(evaluation.span.stepMs / 1000),
  time: ({ timeMs }) => scalarOf(timeMs / 1000),
  timestamp,
  vector: context => vectorOf([{ labels: Labels.none, value: scalarAt(context, 0) }]),
  year: dated(date => date.getUTCFullYear()),
};
