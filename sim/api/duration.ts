/**
 * Go's durations, and how kubectl prints ages.
 * @upstream staging/src/k8s.io/apimachinery/pkg/util/duration/duration.go
 */
import { goQuote } from './go-text.js';
import type { Parsed } from './time.js';

const unitNanoseconds: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  μs: 1e3,
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3600e9,
};

const nanosecondsMax = 2 ** 63;

/** Durations that were read, by their text: metrics tell the same windows again and again. */
const durationsRead = new Map<string, Parsed<number>>();
const durationsReadMax = 256;

/** Reads `1h15m30.918s` as Go's time.ParseDuration does. The value is in nanoseconds. */
export function parseDuration(text: string): Parsed<number> {
  let duration = durationsRead.get(text);
  if (duration === undefined) {
    duration = readDuration(text);
    if (durationsRead.size >= durationsReadMax) durationsRead.clear();
    durationsRead.set(text, duration);
  }
  return duration;
}

function readDuration(text: string): Parsed<number> {
  const isNegative = text.startsWith('-');
  let rest = isNegative || text.startsWith('+') ? text.slice(1) : text;
  if (rest === '0') return { isOk: true, value: 0 };
  const bad = { isOk: false, error: `time: invalid duration ${goQuote(text)}` } as const;
  if (rest === '') return bad;
  let sum = 0;
  while (rest !== '') {
    const number = /^(?:\d+\.?\d*|\.\d+)/.exec(rest)?.[0];
    if (number === undefined) return bad;
    rest = rest.slice(number.length);
    const unit = /^[^.\d]*/.exec(rest)?.[0] ?? '';
    if (unit === '') {
      return { isOk: false, error: `time: missing unit in duration ${goQuote(text)}` };
    }
    const nanoseconds = unitNanoseconds[unit];
    if (nanoseconds === undefined) {
      const error = `time: unknown unit ${goQuote(unit)} in duration ${goQuote(text)}`;
      return { isOk: false, error };
    }
    rest = rest.slice(unit.length);
    sum += Math.trunc(Number((Number(number) * nanoseconds).toPrecision(15)));
    if (sum >= nanosecondsMax) return bad;
  }
  return { isOk: true, value: isNegative ? -sum : sum };
}

/** A duration in nanoseconds as Go's Duration.String prints it: `1h0m0s`, `1.5ms`, `0s`. */
export function printDuration(nanoseconds: number): string {
  const sign = nanoseconds < 0 ? '-' : '';
  const size = Math.abs(nanoseconds);
  if (size === 0) return '0s';
  if (size < 1e3) return `${sign}${size}ns`;
  if (size < 1e6) return `${sign}${fraction(size, 1e3)}µs`;
  if (size < 1e9) return `${sign}${fraction(size, 1e6)}ms`;
  const minutes = Math.floor(size / 60e9);
  const seconds = `${fraction(size - minutes * 60e9, 1e9)}s`;
  if (minutes === 0) return sign + seconds;
  const hours = Math.floor(minutes / 60);
  return sign + (hours > 0 ? `${hours}h${minutes % 60}m${seconds}` : `${minutes}m${seconds}`);
}

function fraction(nanoseconds: number, unit: number): string {
  const whole = Math.floor(nanoseconds / unit);
  const rest = nanoseconds - whole * unit;
  if (rest === 0) return String(whole);
  const digits = String(Math.round(rest)).padStart(Math.log10(unit), '0').replace(/0+$/, '');
  return digits === '' ? String(whole) : `${whole}.${digits}`;
}

/** An age as kubectl prints it: `5m10s`, `3h`, `2d4h`. */
export function humanDuration(ms: number): string {
  const seconds = Math.trunc(ms / 1000);
  if (seconds < -1) return '<invalid>';
  if (seconds < 0) return '0s';
  if (seconds < 120) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 10) return withRest(minutes, 'm', seconds % 60, 's');
  if (minutes < 180) return `${minutes}m`;
  const hours = Math.floor(minutes / 60);
  if (hours < 8) return withRest(hours, 'h', minutes % 60, 'm');
  if (hours < 48) return `${hours}h`;
  const days = Math.floor(hours / 24);
  if (hours < 24 * 8) return withRest(days, 'd', hours % 24, 'h');
  if (days < 365 * 2) return `${days}d`;
  const years = Math.floor(days / 365);
  if (days < 365 * 8) return withRest(years, 'y', days % 365, 'd');
  return `${years}y`;
}

function withRest(count: number, unit: string, rest: number, restUnit: string): string {
  return rest === 0 ? `${count}${unit}` : `${count}${unit}${rest}${restUnit}`;
}

/** The age in one unit, for events: `59s`, `5m`, `3h`, `2d`. */
export function shortHumanDuration(ms: number): string {
  const seconds = Math.trunc(ms / 1000);
  if (seconds < -1) return '<invalid>';
  if (seconds < 0) return '0s';
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m`;
  const hours = Math.floor(seconds / 3600);
  if (hours < 24) return `${hours}h`;
  return hours < 24 * 365 ? `${Math.floor(hours / 24)}d` : `${Math.floor(hours / 24 / 365)}y`;
}
