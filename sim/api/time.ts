/**
 * Times and durations as the API writes and reads them.
 * @upstream staging/src/k8s.io/apimachinery/pkg/apis/meta/v1/time.go, micro_time.go
 */
import { goQuote } from './go-text.js';

/** Or an error, told as Go tells it. */
export type Parsed<T> =
  { readonly isOk: true; readonly value: T } | { readonly isOk: false; readonly error: string };

let lastSecond = Number.NaN;
let lastSecondText = '';
let olderSecond = Number.NaN;
let olderSecondText = '';
let lastMinute = Number.NaN;
let lastMinuteText = '';

/** `2006-01-02T15:04:05Z`: a Time, whole seconds. */
export function rfc3339(ms: number): string {
  const second = Math.floor(ms / 1000);
  if (second === lastSecond) return lastSecondText;
  // What is told of measurements has two times: when they were made, and now.
  const text = second === olderSecond ? olderSecondText : `${textOfSecond(second)}Z`;
  olderSecond = lastSecond;
  olderSecondText = lastSecondText;
  lastSecond = second;
  lastSecondText = text;
  return text;
}

/** `2006-01-02T15:04:05.000000Z`: a MicroTime. */
export function rfc3339Micro(ms: number): string {
  const second = Math.floor(ms / 1000);
  const whole = Math.floor(ms);
  const micros = (whole - second * 1000) * 1000 + Math.floor((ms - whole) * 1000);
  return `${textOfSecond(second)}.${String(micros + 1_000_000).slice(1)}Z`;
}

/** Without its zone. Only the first time of a minute is worked out by a Date. */
function textOfSecond(second: number): string {
  const minute = Math.floor(second / 60);
  if (minute !== lastMinute) {
    lastMinuteText = new Date(minute * 60_000).toISOString().slice(0, -7);
    lastMinute = minute;
  }
  return lastMinuteText + String(second - minute * 60 + 100).slice(1);
}

const plainTime = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?Z$/;

/** Times that were read, by their text: objects are looked at again and again. */
const timesRead = new Map<string, number | undefined>();
const timesReadMax = 512;

/** Milliseconds of a time that the API gave, or undefined when it is none: Go writes a zero time as null. */
export function timeMs(text: string | null | undefined): number | undefined {
  if (text === undefined || text === null) return undefined;
  let ms = timesRead.get(text);
  if (ms === undefined) {
    ms = readTime(text);
    if (timesRead.size >= timesReadMax) timesRead.clear();
    timesRead.set(text, ms);
  }
  return ms;
}

function readTime(text: string): number | undefined {
  if (plainTime.test(text)) {
    const ms = Date.parse(text);
    if (ms === ms) return ms;
  }
  const parsed = parseTime(text);
  return parsed.isOk ? parsed.value : undefined;
}

/** The layouts of Go in which the API takes times. */
export const timeLayouts = {
  seconds: '2006-01-02T15:04:05Z07:00',
  micro: '2006-01-02T15:04:05.000000Z07:00',
} as const;

/** Reads a time as Go's time.Parse does with the layout, errors included. The value is in milliseconds. */
export function parseTime(
  text: string,
  layout: keyof typeof timeLayouts = 'seconds',
): Parsed<number> {
  const reader = new TimeReader(text, layout);
  const error = reader.read();
  return error === undefined
    ? { isOk: true, value: reader.milliseconds() }
    : { isOk: false, error };
}

type Part = readonly [name: string, element: string, digits: number, min: number, max: number];

const parts: readonly Part[] = [
  ['year', '2006', 4, 0, 9999],
  ['month', '01', 2, 1, 12],
  ['day', '02', 2, 0, 99],
  ['hour', '15', 2, 0, 23],
  ['minute', '04', 2, 0, 59],
  ['second', '05', 2, 0, 59],
];
const separators = ['', '-', '-', 'T', ':', ':'];

class TimeReader {
  private rest: string;
  private readonly values: number[] = [];
  private fractionMs = 0;
  private offsetMinutes = 0;

  constructor(
    private readonly text: string,
    private readonly layout: keyof typeof timeLayouts,
  ) {
    this.rest = text;
  }

  milliseconds(): number {
    const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = this.values;
    const date = new Date(0);
    date.setUTCFullYear(year, month - 1, day);
    date.setUTCHours(hour, minute - this.offsetMinutes, second);
    return date.getTime() + this.fractionMs;
  }

  /** The error, if there is one. */
  read(): string | undefined {
    for (const [index, part] of parts.entries()) {
      const error = this.separator(separators[index] ?? '') ?? this.part(part);
      if (error !== undefined) return error;
    }
    const error = this.fraction() ?? this.zone();
    if (error !== undefined) return error;
    if (this.rest !== '') return this.message(`extra text: ${goQuote(this.rest)}`);
    const [year = 0, month = 1, day = 0] = this.values;
    return day < 1 || day > daysIn(year, month) ? this.message('day out of range') : undefined;
  }

  private separator(separator: string): string | undefined {
    if (!this.rest.startsWith(separator)) return this.cannotParse(this.rest, separator);
    this.rest = this.rest.slice(separator.length);
    return undefined;
  }

  private part([name, element, digits, min, max]: Part): string | undefined {
    const hold = this.rest;
    const isShortHour = name === 'hour' && /^\d(?!\d)/.test(hold);
    const piece = hold.slice(0, isShortHour ? 1 : digits);
    if (!/^\d+$/.test(piece) || (piece.length < digits && !isShortHour)) {
      return this.cannotParse(hold, element);
    }
    this.rest = hold.slice(piece.length);
    const value = Number(piece);
    this.values.push(value);
    return value < min || value > max ? this.message(`${name} out of range`) : undefined;
  }

  private fraction(): string | undefined {
    const hold = this.rest;
    if (this.layout === 'micro') {
      const micros = /^[.,]\d{6}/.exec(hold);
      if (micros === null) return this.cannotParse(hold, '.000000');
    }
    const found = this.layout === 'micro' ? /^[.,]\d{6}/.exec(hold) : /^[.,]\d+/.exec(hold);
    if (found === null) return undefined;
    this.rest = hold.slice(found[0].length);
    this.fractionMs = Number(`0.${found[0].slice(1)}`) * 1000;
    return undefined;
  }

  private zone(): string | undefined {
    const hold = this.rest;
    if (hold.startsWith('Z')) {
      this.rest = hold.slice(1);
      return undefined;
    }
    const found = /^([+-])(\d\d):(\d\d)/.exec(hold);
    if (found === null) return this.cannotParse(hold, 'Z07:00');
    const [whole, sign, hours, minutes] = found;
    this.rest = hold.slice(whole.length);
    if (Number(hours) > 24) return this.message('time zone offset hour out of range');
    if (Number(minutes) > 60) return this.message('time zone offset minute out of range');
    this.offsetMinutes = (Number(hours) * 60 + Number(minutes)) * (sign === '-' ? -1 : 1);
    return undefined;
  }

  private cannotParse(value: string, element: string): string {
    const layout = goQuote(timeLayouts[this.layout]);
    return `parsing time ${goQuote(this.text)} as ${layout}: cannot parse ${goQuote(value)} as ${goQuote(element)}`;
  }

  private message(message: string): string {
    return `parsing time ${goQuote(this.text)}: ${message}`;
  }
}

function daysIn(year: number, month: number): number {
  return new Date(Date.UTC(2000 + (year % 400), month, 0)).getUTCDate();
}
