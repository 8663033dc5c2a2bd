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
  readonly source: Source;
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
    const all: (readonly [number, number])[] = [];
    for (const index of order) {
      const atMs = times[index] ?? 0;
      const value = values[index] ?? Number.NaN;
      const last = all.at(-1);
      if (last?.[0] !== atMs) all.push([atMs, value]);
      else if (!Object.is(last[1], value)) {
        this.clashes.push({ metric, atMs, values: [last[1], value], source });
      }
    }
    const stepMs = usualStep(all);
    const samples = withoutRepeats(all, stepMs);
    return { metric, labels, source, samples, ...(stepMs !== undefined && { stepMs }) };
  }
}

/** The most frequent time between two samples. */
function usualStep(samples: readonly (readonly [number, number])[]): number | undefined {
  const steps = new Map<number, number>();
  for (const [index, [atMs]] of samples.entries()) {
    const before = samples[index - 1];
    if (before !== undefined) steps.set(atMs - before[0], (steps.get(atMs - before[0]) ?? 0) + 1);
  }
  return [...steps].sort(([, a], [, b]) => b - a)[0]?.[0];
}

/** Where the value changed, and the last; a hole in the series is not a number. */
function withoutRepeats(
  all: readonly (readonly [number, number])[],
  stepMs: number | undefined,
): (readonly [number, number])[] {
  const samples: (readonly [number, number])[] = [];
  let last: readonly [number, number] | undefined;
  for (const sample of all) {
    if (last !== undefined && stepMs !== undefined && sample[0] - last[0] > stepMs * 2.5) {
      samples.push([last[0] + stepMs, Number.NaN]);
    }
    const previous = samples.at(-1);
    if (previous === undefined || !Object.is(previous[1], sample[1])) samples.push(sample);
    last = sample;
  }
  if (last !== undefined && samples.at(-1)?.[0] !== last[0]) samples.push(last);
  return samples;
}

/** Labels in order, so that two sources of one series meet. */
function keyOf(metric: string, labels: Readonly<Record<string, string>>): string {
  const names = Object.keys(labels).sort();
  return `${metric}{${names.map(name => `${name}=${JSON.stringify(labels[name])}`).join(',')}}`;
}
