/** Keeps series of samples: only where a value changes, and the last one. */
import type { Sample, Source } from '../import/format.js';

/** A series as it is kept. */
export interface Series {
  readonly metric: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly source: Source;
  /** By time: where the value changed, and the last. */
  readonly samples: readonly (readonly [atMs: number, value: number])[];
  /** The usual time between two samples. */
  readonly stepMs?: number;
}

/** What is without a time: a scrape. */
export interface Reading {
  readonly metric: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
  readonly source: Source;
}

interface Raw {
  readonly metric: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly source: Source;
  readonly times: number[];
  readonly values: number[];
}

/** Two series of one metric that tell different values for one time. */
export interface SeriesClash {
  readonly metric: string;
  readonly atMs: number;
  readonly values: readonly [number, number];
  readonly sources: readonly [Source, Source];
}

/** All series of an import. */
export class SeriesBook {
  readonly readings: Reading[] = [];
  readonly clashes: SeriesClash[] = [];
  private readonly raw = new Map<string, Raw>();

  add({ metric, labels, atMs, value, source }: Sample): void {
    if (atMs === undefined) return void this.readings.push({ metric, labels, value, source });
    const key = keyOf(metric, labels);
    let series = this.raw.get(key);
    if (series === undefined) {
      series = { metric, labels, source, times: [], values: [] };
      this.raw.set(key, series);
    }
    series.times.push(atMs);
    series.values.push(value);
  }

  /** All series, by name and labels. Several sources of one series are one. */
  all(): Series[] {
    return [...this.raw.entries()]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, raw]) => this.kept(raw));
  }

  private kept({ metric, labels, source, times, values }: Raw): Series {
    const order = times.map((_, index) => index);
    order.sort((a, b) => (times[a] ?? 0) - (times[b] ?? 0) || a - b);
    const samples: (readonly [number, number])[] = [];
    const steps = new Map<number, number>();
    let beforeMs: number | undefined;
    let last: readonly [number, number] | undefined;
    for (const index of order) {
      const atMs = times[index] ?? 0;
      const value = values[index] ?? Number.NaN;
      if (atMs === beforeMs) continue;
      if (beforeMs !== undefined) {
        const step = atMs - beforeMs;
        steps.set(step, (steps.get(step) ?? 0) + 1);
      }
      const previous = samples.at(-1);
      if (previous === undefined || !Object.is(previous[1], value)) samples.push([atMs, value]);
      beforeMs = atMs;
      last = [atMs, value];
    }
    if (last !== undefined && samples.at(-1)?.[0] !== last[0]) samples.push(last);
    const [usual] = [...steps].sort(([, a], [, b]) => b - a);
    return { metric, labels, source, samples, ...(usual !== undefined && { stepMs: usual[0] }) };
  }
}

/** Labels in order, so that two sources of one series meet. */
function keyOf(metric: string, labels: Readonly<Record<string, string>>): string {
  const names = Object.keys(labels).sort();
  return `${metric}{${names.map(name => `${name}=${JSON.stringify(labels[name])}`).join(',')}}`;
}
