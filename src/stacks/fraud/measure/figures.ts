/** Figures as tables show them; what is not known is a dash. */

const unknown = '-';

/** `94,012,345`. */
export function count(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

/** With so many digits behind the point. */
export function number(value: number | undefined, digits: number): string {
  return value === undefined || Number.isNaN(value) ? unknown : value.toFixed(digits);
}

/** `12.3 ms`. */
export function milliseconds(value: number | undefined): string {
  return value === undefined || Number.isNaN(value) ? unknown : `${value.toFixed(1)} ms`;
}

/** A part of a whole: `99.98 %`. */
export function percent(part: number, whole: number): string {
  return whole === 0 ? unknown : `${((part / whole) * 100).toFixed(2)} %`;
}

/** `1h 05m`, `12m`, `40s`. */
export function duration(ms: number | undefined): string {
  if (ms === undefined) return unknown;
  if (ms < 60_000) return `${Math.round(ms / 1000)}s`;
  const minutes = Math.round(ms / 60_000);
  if (minutes < 60) return `${minutes}m`;
  return `${Math.floor(minutes / 60)}h ${String(minutes % 60).padStart(2, '0')}m`;
}

/** The UTC time of day, with the day: `27 14:05`. */
export function clockTime(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(8, 16).replace('T', ' ');
}
