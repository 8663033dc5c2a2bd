/**
 * Cron schedules, read and followed as Kubernetes does.
 * @upstream github.com/robfig/cron/v3 parser.go, spec.go, constantdelay.go
 */
import { parseDuration } from './duration.js';
import { instantOf, isTimeZone, zoneOffsetMs } from './time-zone.js';
import type { Parsed } from './time.js';

/** When something is to happen again and again. */
export interface Schedule {
  /** The first time after this one; undefined when there is none within five years. */
  next(ms: number): number | undefined;
}

interface Field {
  readonly values: ReadonlySet<number>;
  /** Whether it was written `*` or `?`: then it does not restrict the days beside another field. */
  readonly isStar: boolean;
}

interface Bounds {
  readonly min: number;
  readonly max: number;
  readonly names?: Readonly<Record<string, number>>;
}

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const days = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const numbered = (names: readonly string[], from: number) =>
  Object.fromEntries(names.map((name, index) => [name, index + from]));

const bounds: readonly Bounds[] = [
  { min: 0, max: 59 },
  { min: 0, max: 23 },
  { min: 1, max: 31 },
  { min: 1, max: 12, names: numbered(months, 1) },
  { min: 0, max: 6, names: numbered(days, 0) },
];

const descriptors: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
};

class ScheduleError extends Error {}

/** Reads `30 6-16/4 * * mon-fri`, `@hourly`, `@every 90m`, `TZ=Asia/Tokyo 0 5 * * *`. */
export function parseSchedule(text: string): Parsed<Schedule> {
  try {
    return { isOk: true, value: read(text) };
  } catch (error) {
    if (error instanceof ScheduleError) return { isOk: false, error: error.message };
    throw error;
  }
}

function read(text: string): Schedule {
  if (text === '') throw new ScheduleError('empty spec string');
  if (!text.startsWith('TZ=') && !text.startsWith('CRON_TZ=')) return readIn('', text);
  const space = text.indexOf(' ');
  // Upstream panics when there is nothing after the zone, and its callers tell so.
  if (space < 0) throw new ScheduleError(`recovered from panic: no schedule after ${text}`);
  const zone = text.slice(text.indexOf('=') + 1, space);
  if (!isTimeZone(zone)) {
    throw new ScheduleError(`provided bad location ${zone}: unknown time zone ${zone}`);
  }
  return readIn(zone, text.slice(space).trim());
}

function readIn(zone: string, text: string): Schedule {
  if (text.startsWith('@')) {
    const spec = descriptors[text];
    if (spec !== undefined) return readFields(zone, spec);
    return readEvery(text);
  }
  return readFields(zone, text);
}

function readEvery(text: string): Schedule {
  const every = '@every ';
  if (!text.startsWith(every)) throw new ScheduleError(`unrecognized descriptor: ${text}`);
  const duration = parseDuration(text.slice(every.length));
  if (!duration.isOk) {
    throw new ScheduleError(`failed to parse duration ${text}: ${duration.error}`);
  }
  const seconds = Math.max(1, Math.floor(duration.value / 1e9));
  return { next: ms => Math.floor(ms / 1000 + seconds) * 1000 };
}

function readFields(zone: string, text: string): Schedule {
  const texts = text.split(/\s+/).filter(part => part !== '');
  if (texts.length !== 5) {
    const found = `[${texts.join(' ')}]`;
    throw new ScheduleError(`expected exactly 5 fields, found ${texts.length}: ${found}`);
  }
  const fields = texts.map((part, index) => readField(part, bounds[index] as Bounds));
  const [minute, hour, day, month, weekday] = fields as [Field, Field, Field, Field, Field];
  return new FieldSchedule({ minute, hour, day, month, weekday }, zone);
}

function readField(text: string, limits: Bounds): Field {
  const values = new Set<number>();
  let isStar = false;
  for (const part of text.split(',').filter(item => item !== '')) {
    const range = readRange(part, limits);
    for (let value = range.start; value <= range.end; value += range.step) values.add(value);
    isStar ||= range.isStar;
  }
  return { values, isStar };
}

function readRange(
  text: string,
  limits: Bounds,
): {
  readonly start: number;
  readonly end: number;
  readonly step: number;
  readonly isStar: boolean;
} {
  const [range = '', stepText, ...moreSlashes] = text.split('/');
  const [low = '', high, ...moreHyphens] = range.split('-');
  const isAll = low === '*' || low === '?';
  if (!isAll && moreHyphens.length > 0) throw new ScheduleError(`too many hyphens: ${text}`);
  const start = isAll ? limits.min : readNumber(low, limits);
  let end = isAll ? limits.max : high === undefined ? start : readNumber(high, limits);
  if (moreSlashes.length > 0) throw new ScheduleError(`too many slashes: ${text}`);
  const step = stepText === undefined ? 1 : readInteger(stepText);
  if (stepText !== undefined && high === undefined) end = limits.max;
  const fail = (problem: string): never => {
    throw new ScheduleError(`${problem}: ${text}`);
  };
  if (start < limits.min) fail(`beginning of range (${start}) below minimum (${limits.min})`);
  if (end > limits.max) fail(`end of range (${end}) above maximum (${limits.max})`);
  if (start > end) fail(`beginning of range (${start}) beyond end of range (${end})`);
  if (step === 0) fail('step of range should be a positive number');
  return { start, end, step, isStar: isAll && step === 1 };
}

function readNumber(text: string, { names }: Bounds): number {
  return names?.[text.toLowerCase()] ?? readInteger(text);
}

function readInteger(text: string): number {
  if (!/^[+-]?\d+$/.test(text)) {
    const reason = `strconv.Atoi: parsing "${text}": invalid syntax`;
    throw new ScheduleError(`failed to parse int from ${text}: ${reason}`);
  }
  const value = Number(text);
  if (value < 0) throw new ScheduleError(`negative number (${value}) not allowed: ${text}`);
  return value;
}

const secondMs = 1000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;
const yearsMax = 5;

interface Fields {
  readonly minute: Field;
  readonly hour: Field;
  readonly day: Field;
  readonly month: Field;
  readonly weekday: Field;
}

class FieldSchedule implements Schedule {
  constructor(
    private readonly fields: Fields,
    private readonly zone: string,
  ) {}

  next(ms: number): number | undefined {
    const { month, hour, minute } = this.fields;
    let at = Math.floor(ms / secondMs) * secondMs + secondMs;
    const second = this.wall(at).getUTCSeconds();
    if (second !== 0) at += minuteMs - second * secondMs;
    const yearLast = this.wall(at).getUTCFullYear() + yearsMax;
    // Each step moves on to the beginning of the next month, day, hour or minute; five years are at
    // most 60 months, 1830 days, 24 hours and 60 minutes of them.
    for (;;) {
      const wall = this.wall(at);
      if (wall.getUTCFullYear() > yearLast) return undefined;
      if (!month.values.has(wall.getUTCMonth() + 1)) at = this.beginning(wall, 'month');
      else if (!this.isDay(wall)) at = this.beginning(wall, 'day');
      else if (!hour.values.has(wall.getUTCHours())) at = nextMultiple(at, wall, hourMs);
      else if (!minute.values.has(wall.getUTCMinutes())) at = nextMultiple(at, wall, minuteMs);
      else return at;
    }
  }

  /** What the zone's clocks show, as if it were UTC. */
  private wall(ms: number): Date {
    return new Date(ms + zoneOffsetMs(this.zone, ms));
  }

  /** The first instant of the next month or day. */
  private beginning(wall: Date, unit: 'month' | 'day'): number {
    const [year, month, day] = [wall.getUTCFullYear(), wall.getUTCMonth(), wall.getUTCDate()];
    const next = unit === 'month' ? Date.UTC(year, month + 1, 1) : Date.UTC(year, month, day + 1);
    const at = instantOf(this.zone, next);
    // Midnight may not exist on the day on which the clocks change.
    const shown = this.wall(at).getUTCHours();
    if (shown === 0) return at;
    return shown > 12 ? at + (24 - shown) * hourMs : at - shown * hourMs;
  }

  private isDay(wall: Date): boolean {
    const { day, weekday } = this.fields;
    const isDay = day.values.has(wall.getUTCDate());
    const isWeekday = weekday.values.has(wall.getUTCDay());
    return day.isStar || weekday.isStar ? isDay && isWeekday : isDay || isWeekday;
  }
}

function nextMultiple(at: number, wall: Date, unitMs: number): number {
  return at - (wall.getTime() % unitMs) + unitMs;
}
