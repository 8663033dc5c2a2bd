/** The parts of an instant, in Coordinated Universal Time. */

/** Milliseconds of an hour. */
export const hourMs = 3_600_000;

/** Milliseconds of a day. */
export const dayMs = 86_400_000;

/** The hour of the day, 0 to 23. */
export const hourOf = (timeMs: number): number => Math.floor(timeMs / hourMs) - dayOf(timeMs) * 24;

/** The day of the week, 0 for Sunday to 6 for Saturday. The epoch began on a Thursday. */
export const weekdayOf = (timeMs: number): number => (((dayOf(timeMs) + 4) % 7) + 7) % 7;

/** Days since the epoch. */
export const dayOf = (timeMs: number): number => Math.floor(timeMs / dayMs);

/** Whether a day is a Saturday or a Sunday. */
export function isWeekend(timeMs: number): boolean {
  const weekday = weekdayOf(timeMs);
  return weekday === 0 || weekday === 6;
}

/** The last hour that counts as night in the Fraud Detection Handbook. */
const nightHourMax = 6;

/** Whether an hour is one of the handbook's night: from 0 to before 7 h. */
export const isNight = (timeMs: number): boolean => hourOf(timeMs) <= nightHourMax;
