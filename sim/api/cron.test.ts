/** Cron schedules: robfig's rules where other readers differ. */
import { describe, expect, it } from 'vitest';
import { parseSchedule } from './cron.js';

function nextOf(text: string, from: string): string | undefined {
  const schedule = parseSchedule(text);
  if (!schedule.isOk) throw new Error(schedule.error);
  const next = schedule.value.next(Date.parse(from));
  return next === undefined ? undefined : new Date(next).toISOString();
}

function errorOf(text: string): string | undefined {
  const schedule = parseSchedule(text);
  return schedule.isOk ? undefined : schedule.error;
}

describe('parseSchedule', () => {
  it.each([
    ['* * * * *', '2026-03-02T10:00:30Z', '2026-03-02T10:01:00.000Z'],
    ['*/15 * * * *', '2026-03-02T10:00:00Z', '2026-03-02T10:15:00.000Z'],
    ['30 6-16/4 * * mon-fri', '2026-03-06T15:00:00Z', '2026-03-09T06:30:00.000Z'],
    ['0 0 29 2 *', '2026-01-01T00:00:00Z', '2028-02-29T00:00:00.000Z'],
    ['59 23 31 2 *', '2026-01-01T00:00:00Z', undefined],
    ['5/10 * * * *', '2026-03-02T10:00:00Z', '2026-03-02T10:05:00.000Z'],
    // A day of the month or a day of the week, when neither is a star.
    ['0 0 13 * fri', '2026-03-02T10:00:00Z', '2026-03-06T00:00:00.000Z'],
    // `*/1` is still a star, so that only Fridays count.
    ['0 0 */1 * fri', '2026-03-02T10:00:00Z', '2026-03-06T00:00:00.000Z'],
    ['@hourly', '2026-03-02T10:00:00Z', '2026-03-02T11:00:00.000Z'],
    ['@every 90m', '2026-03-02T10:00:00.5Z', '2026-03-02T11:30:00.000Z'],
    ['TZ=Asia/Tokyo 0 5 * * *', '2026-03-02T10:00:00Z', '2026-03-02T20:00:00.000Z'],
    // Two o'clock does not exist on the day on which the clocks go forward.
    ['TZ=America/New_York 30 2 * * *', '2026-03-08T00:00:00-05:00', '2026-03-09T06:30:00.000Z'],
  ])('%s after %s is %s', (text, from, next) => {
    expect(nextOf(text, from)).toBe(next);
  });

  it.each([
    ['', 'empty spec string'],
    ['* * * *', 'expected exactly 5 fields, found 4: [* * * *]'],
    ['0 0 * * 7', 'end of range (7) above maximum (6): 7'],
    ['60 * * * *', 'end of range (60) above maximum (59): 60'],
    ['*/0 * * * *', 'step of range should be a positive number: */0'],
    ['5-1 * * * *', 'beginning of range (5) beyond end of range (1): 5-1'],
    ['@often', 'unrecognized descriptor: @often'],
    ['TZ=Mars/Base * * * * *', 'provided bad location Mars/Base: unknown time zone Mars/Base'],
  ])('refuses %j: %s', (text, error) => {
    expect(errorOf(text)).toBe(error);
  });
});
