/** Intervals of time in which routes are mute or active, in UTC. @upstream prometheus/alertmanager timeinterval */

type Range = readonly [from: number, to: number];

/** One interval: all that is written must hold. */
export interface TimeInterval {
  /** Minutes of the day, without the last. */
  readonly times?: readonly Range[];
  /** From Sunday, 0. */
  readonly weekdays?: readonly Range[];
  /** Below 0: counted from the end of the month. */
  readonly daysOfMonth?: readonly Range[];
  readonly months?: readonly Range[];
  readonly years?: readonly Range[];
}

/** As it is written. */
export interface WrittenInterval {
  readonly times?: readonly { readonly start_time?: string; readonly end_time?: string }[];
  readonly weekdays?: readonly string[];
  readonly days_of_month?: readonly string[];
  readonly months?: readonly string[];
  readonly years?: readonly string[];
}

const weekdays = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];
const months = [
  ...['', 'january', 'february', 'march', 'april', 'may', 'june'],
  ...['july', 'august', 'september', 'october', 'november', 'december'],
];

/** Undefined: it cannot be read. */
export function timeInterval(written: WrittenInterval): TimeInterval | undefined {
  const { times, weekdays: days, days_of_month: dates, months: parts, years } = written;
  const read = {
    times: times?.map(({ start_time: from = '', end_time: to = '' }) => [minute(from), minute(to)]),
    weekdays: days?.map(text => rangeOf(text, weekdays)),
    daysOfMonth: dates?.map(text => rangeOf(text)),
    months: parts?.map(text => rangeOf(text, months)),
    years: years?.map(text => rangeOf(text)),
  };
  const numbers = Object.values(read).flatMap(ranges => (ranges ?? []).flat());
  // Pairs by construction.
  return numbers.some(Number.isNaN) ? undefined : (read as unknown as TimeInterval);
}

function minute(text: string): number {
  const [, hours, minutes] = /^(\d\d):(\d\d)$/.exec(text) ?? [];
  return Number(hours) * 60 + Number(minutes);
}

/** `monday:friday`, `1:7`, `-1`. */
function rangeOf(text: string, names: readonly string[] = []): Range {
  const [from = '', to = from] = text.toLowerCase().split(':');
  const number = (word: string): number => {
    const named = names.indexOf(word);
    return named >= 0 ? named : word === '' ? Number.NaN : Number(word);
  };
  return [number(from), number(to)];
}

/** Whether the moment is in it. */
export function containsTime(interval: TimeInterval, atMs: number): boolean {
  const date = new Date(atMs);
  const day = date.getUTCDate();
  const daysMax = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  const fromStart = (number: number): number => (number < 0 ? daysMax + 1 + number : number);
  const now = date.getUTCHours() * 60 + date.getUTCMinutes();
  const isIn = (ranges: readonly Range[] | undefined, value: number): boolean =>
    ranges === undefined || ranges.some(([from, to]) => value >= from && value <= to);
  const { times, weekdays: days, daysOfMonth, months: parts, years } = interval;
  return (
    (times === undefined || times.some(([from, to]) => now >= from && now < to)) &&
    isIn(days, date.getUTCDay()) &&
    (daysOfMonth === undefined ||
      daysOfMonth.some(([from, to]) => day >= fromStart(from) && day <= fromStart(to))) &&
    isIn(parts, date.getUTCMonth() + 1) &&
    isIn(years, date.getUTCFullYear())
  );
}
