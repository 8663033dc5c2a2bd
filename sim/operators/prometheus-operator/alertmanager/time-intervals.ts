/** Time intervals of AlertmanagerConfigs: what is wrong with them, and how the file has them. @upstream prometheus-operator v0.93 pkg/apis/monitoring/v1alpha1/validation.go, pkg/alertmanager/amcfg.go convertMuteTimeInterval */
import type { Fields } from '../relabelings.js';
import type { MuteTimeInterval } from './types.js';

const weekdays = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];
const months = [
  ...['january', 'february', 'march', 'april', 'may', 'june'],
  ...['july', 'august', 'september', 'october', 'november', 'december'],
];

/** What is wrong with one; undefined: nothing. */
export function intervalError({ name = '', timeIntervals = [] }: MuteTimeInterval) {
  if (name === '') return 'empty name field for mute time interval';
  for (const [index, each] of timeIntervals.entries()) {
    const { times = [], daysOfMonth = [] } = each;
    const found =
      first(times, timesError, `time range at ${index} is invalid`) ??
      first(each.weekdays ?? [], weekdayError, `weekday range at ${index} is invalid`) ??
      first(
        daysOfMonth,
        dayError,
        `mute time interval is invalid - day of month range at ${index} is invalid`,
      ) ??
      first(each.months ?? [], monthError, `month range at ${index} is invalid`) ??
      first(each.years ?? [], yearError, `year range at ${index} is invalid`);
    if (found !== undefined) return found;
  }
  return undefined;
}

function first<T>(
  all: readonly T[],
  errorOf: (one: T) => string | undefined,
  where: string,
): string | undefined {
  for (const one of all) {
    const error = errorOf(one);
    if (error !== undefined) return `${where}: ${error}`;
  }
  return undefined;
}

function minutes(text: string): number {
  const [hours = '', rest = ''] = text.split(':');
  return Number(hours) * 60 + Number(rest);
}

function timesError({ startTime = '', endTime = '' }: { startTime?: string; endTime?: string }) {
  if (startTime === '' || endTime === '') return 'start and end are required';
  const [start, end] = [minutes(startTime), minutes(endTime)];
  return start >= end
    ? `start time ${start} cannot be equal or greater than end time ${end}`
    : undefined;
}

function ends(range: string): readonly [from: string, to: string] {
  const [from = '', to = from] = range.toLowerCase().split(':');
  return [from, to];
}

function weekdayError(range: string): string | undefined {
  const [from, to] = ends(range);
  return weekdays.indexOf(from) > weekdays.indexOf(to)
    ? 'start day cannot be before end day'
    : undefined;
}

function monthOf(text: string): number {
  const named = months.indexOf(text);
  return named < 0 ? Number(text) : named + 1;
}

function monthError(range: string): string | undefined {
  const [from, to] = ends(range);
  return monthOf(from) > monthOf(to) ? `end month ${to} is before start month ${from}` : undefined;
}

function yearError(range: string): string | undefined {
  const [from, to] = ends(range);
  return Number(from) > Number(to) ? `end year ${to} is before start year ${from}` : undefined;
}

/** Days below 0 are counted from the end of the month, which has 28 at least. */
function dayError({ start = 0, end = 0 }: { start?: number; end?: number }): string | undefined {
  for (const day of [start, end]) {
    if (day === 0) return `${day} is not a valid day of the month: out of range`;
  }
  if (start < 0 && end > 0) return 'end day must be negative if start day is negative';
  const from = start < 0 ? 28 + start : start;
  const to = end < 0 ? 28 + end : end;
  return from > to ? `end day ${end} is always before start day ${start}` : undefined;
}

/** As the file has it: `1:3` for january:march. */
export function intervalOf(
  { name = '', timeIntervals = [] }: MuteTimeInterval,
  prefix: string,
): Fields {
  const range = (text: string, word: (end: string) => string): string => {
    const [from, to] = ends(text).map(word);
    return from === to ? (from ?? '') : `${from}:${to}`;
  };
  const month = (text: string): string => range(text, end => String(monthOf(end)));
  return {
    name: `${prefix}${name}`,
    time_intervals: timeIntervals.map(each => ({
      ...(each.times !== undefined && {
        times: each.times.map(({ startTime, endTime }) => ({
          start_time: startTime,
          end_time: endTime,
        })),
      }),
      ...(each.weekdays !== undefined && {
        weekdays: each.weekdays.map(text => range(text, end => end)),
      }),
      ...(each.daysOfMonth !== undefined && {
        days_of_month: each.daysOfMonth.map(({ start = 0, end = 0 }) =>
          range(`${start}:${end}`, day => day),
        ),
      }),
      ...(each.months !== undefined && { months: each.months.map(month) }),
      ...(each.years !== undefined && { years: each.years.map(text => range(text, end => end)) }),
    })),
  };
}
