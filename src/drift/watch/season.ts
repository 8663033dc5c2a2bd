/** The season of an instant: rows of one season may be compared where the hour makes a difference. */

const hourMs = 3_600_000;
const hoursOfDay = 24;
const daysOfWeek = 7;
/** 1970-01-01 was a Thursday; days count from Monday. */
const firstDay = 3;
const saturday = 5;

/** How many seasons there are. */
export const seasons = 2 * hoursOfDay;

/** The hour of the day (UTC), on weekends counted on from 24. */
export function seasonOf(timeMs: number): number {
  const hours = Math.floor(timeMs / hourMs);
  const day = (Math.floor(hours / hoursOfDay) + firstDay) % daysOfWeek;
  return (hours % hoursOfDay) + (day >= saturday ? hoursOfDay : 0);
}
