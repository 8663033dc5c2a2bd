/** Reads at which instant of a run somebody wants to stand. */
import { printDuration } from '../../../sim/api/duration.js';
import { exitCodes, UserError } from '../../input/errors.js';
import { durationMs } from '../../input/duration.js';

/** From when to when a run went, in milliseconds since the epoch. */
export interface Span {
  readonly startMs: number;
  readonly endMs: number;
}

const dayMs = 86_400_000;

/**
 * The instant of `+1h12m` after the start, of `09:27` or `09:27:30` of UTC, the first in the run, of an RFC
 * 3339 time, of `start` or of `end`.
 *
 * @throws UserError when it cannot be read or is not in the run.
 */
export function instantOf(text: string, { startMs, endMs }: Span): number {
  const atMs = readInstant(text, { startMs, endMs });
  if (atMs === undefined || Number.isNaN(atMs)) {
    throw refused(`"${text}" is no instant`, 'write it as 09:27, +1h12m, or 2026-08-20T09:27:00Z');
  }
  if (atMs >= startMs - dayMs && atMs <= endMs) return Math.max(atMs, startMs);
  const told = [startMs, endMs].map(ms => new Date(ms).toISOString()).join(' to ');
  const length = printDuration(Math.round(endMs - startMs) * 1_000_000);
  throw refused(`${text} is not in the run`, `it went from ${told} (+${length})`);
}

function readInstant(text: string, { startMs, endMs }: Span): number | undefined {
  if (text === 'start') return startMs;
  if (text === 'end') return endMs;
  if (text.startsWith('+')) return startMs + durationMs(text.slice(1));
  const ofDay = /^([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d(?:\.\d+)?))?$/.exec(text);
  // What else Date takes for a time is no time: it reads 09:75 as the year 1975.
  if (ofDay === null) return /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : undefined;
  const [, hours = '', minutes = '', seconds = '0'] = ofDay;
  const sinceMidnightMs = Number(hours) * 3_600_000 + Number(minutes) * 60_000;
  const timeOfDayMs = sinceMidnightMs + Number(seconds) * 1000;
  const midnightMs = Math.floor(startMs / dayMs) * dayMs;
  const firstMs = midnightMs + timeOfDayMs;
  return firstMs >= startMs ? firstMs : firstMs + dayMs;
}

function refused(message: string, next: string): UserError {
  return new UserError(message, { exitCode: exitCodes.usage, code: 'no-such-instant', next });
}
