/** Time zones by name, as Go's time package uses them. The rules are those of the ICU data that Node.js carries. */

const formatters = new Map<string, Intl.DateTimeFormat>();

/** Names of the zone that needs no table. */
const utcNames: ReadonlySet<string> = new Set(['', 'UTC', 'Etc/UTC']);

/** Whether the zone is known. */
export function isTimeZone(zone: string): boolean {
  if (utcNames.has(zone)) return true;
  try {
    // Go looks for a file of this name: case counts, which Intl does not mind.
    const name = formatterOf(zone).resolvedOptions().timeZone;
    return name === zone || name.toLowerCase() !== zone.toLowerCase();
  } catch {
    // Intl tells of an unknown zone by a RangeError, and has no other way to ask.
    return false;
  }
}

function formatterOf(zone: string): Intl.DateTimeFormat {
  let formatter = formatters.get(zone);
  if (formatter === undefined) {
    formatter = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    formatters.set(zone, formatter);
  }
  return formatter;
}

/** How far the zone's clocks are ahead of UTC at the instant. */
export function zoneOffsetMs(zone: string, ms: number): number {
  if (utcNames.has(zone)) return 0;
  const parts: Record<string, number> = {};
  for (const { type, value } of formatterOf(zone).formatToParts(ms)) parts[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  const wall = Date.UTC(year, month - 1, day, hour, minute, second);
  return wall - Math.floor(ms / 1000) * 1000;
}

/** The instant at which the zone's clocks show this (given as if it were UTC). @upstream time.Date */
export function instantOf(zone: string, wallMs: number): number {
  const first = zoneOffsetMs(zone, wallMs);
  const guess = wallMs - first;
  const second = first === 0 ? 0 : zoneOffsetMs(zone, guess);
  return wallMs - second;
}

/** `2006-01-02T15:04:05+09:00`: the instant as the zone's clocks show it. */
export function rfc3339In(zone: string, ms: number): string {
  const offsetMs = zoneOffsetMs(zone, ms);
  const wall = new Date(Math.floor((ms + offsetMs) / 1000) * 1000).toISOString().slice(0, 19);
  if (offsetMs === 0) return `${wall}Z`;
  const minutes = Math.abs(offsetMs) / 60_000;
  const two = (value: number) => String(Math.floor(value)).padStart(2, '0');
  return `${wall}${offsetMs < 0 ? '-' : '+'}${two(minutes / 60)}:${two(minutes % 60)}`;
}
