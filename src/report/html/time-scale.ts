/** The time axis that all lanes share: where an instant is, and which instants are written out. */

/** The lanes' drawing: a gutter for the scale on the left, then the time of the run. */
export const plot = { left: 150, width: 1030, right: 20 } as const;

/** The width of a lane's drawing. */
export const laneWidth = plot.left + plot.width + plot.right;

const minuteMs = 60_000;
const hourMs = 3_600_000;
const steps = [
  100,
  200,
  500,
  1_000,
  2_000,
  5_000,
  10_000,
  30_000,
  minuteMs,
  2 * minuteMs,
  5 * minuteMs,
  10 * minuteMs,
  30 * minuteMs,
  hourMs,
  2 * hourMs,
  4 * hourMs,
  6 * hourMs,
  12 * hourMs,
  24 * hourMs,
];
const ticksMax = 14;

/** A scale of time for one run. */
export interface TimeScale {
  readonly startMs: number;
  readonly durationMs: number;
  /** The place of an instant since the start, in the drawing. */
  x(ms: number): number;
  readonly ticks: readonly { readonly ms: number; readonly label: string }[];
  /** Whether the axis tells the time of day; short runs tell the time since the start. */
  readonly isClock: boolean;
}

/** The scale; times of day are UTC. */
export function timeScale({
  startMs,
  durationMs,
}: {
  readonly startMs: number;
  readonly durationMs: number;
}): TimeScale {
  const spanMs = Math.max(1, Math.ceil(durationMs));
  const isClock = spanMs >= 2 * hourMs;
  const fitting = steps.find(step => spanMs / step <= ticksMax);
  const step = fitting ?? Math.ceil(spanMs / ticksMax / (24 * hourMs)) * 24 * hourMs;
  const firstMs = isClock ? Math.ceil(startMs / step) * step - startMs : 0;
  const count = Math.floor((spanMs - firstMs) / step) + 1;
  const ticks = Array.from({ length: Math.max(0, count) }, (_, index) => firstMs + index * step);
  return {
    startMs,
    durationMs: spanMs,
    x: ms => plot.left + (plot.width * Math.min(spanMs, Math.max(0, ms))) / spanMs,
    ticks: ticks.map(ms => ({
      ms,
      label: isClock ? clockLabel(startMs + ms) : sinceLabel(ms, step),
    })),
    isClock,
  };
}

function clockLabel(epochMs: number): string {
  const text = new Date(epochMs).toISOString();
  const clock = text.slice(11, 16);
  return clock === '00:00' ? text.slice(5, 10) : clock;
}

function sinceLabel(ms: number, step: number): string {
  if (step < 1_000) return `${(ms / 1_000).toFixed(1)} s`;
  if (step < minuteMs && ms < minuteMs) return `${ms / 1_000} s`;
  const two = (value: number): string => String(value).padStart(2, '0');
  const minutes = Math.floor(ms / minuteMs);
  const hours = Math.floor(minutes / 60);
  if (hours > 0) return `${hours}:${two(minutes % 60)} h`;
  return step < minuteMs ? `${minutes}:${two((ms / 1_000) % 60)}` : `${minutes} min`;
}
