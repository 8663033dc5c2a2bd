/** What a program counts of itself, told apart by labels: counters, gauges and histograms. */
import type { Family, MetricLabels } from './exposition.js';

/** A metric before anything is counted. */
export interface MetricDefinition {
  readonly name: string;
  /** With its stability: `[STABLE] Counter of ...`. */
  readonly help: string;
  readonly labels?: readonly string[];
}

const separator = '\u0000';

abstract class Vector<T> {
  protected readonly cells = new Map<string, T>();

  constructor(protected readonly definition: MetricDefinition) {}

  /** What was counted; empty as long as nothing was. */
  abstract family(): Family;

  protected key(values: readonly string[]): string {
    return values.length === 1 ? (values[0] ?? '') : values.join(separator);
  }

  protected labelsOf(key: string): MetricLabels {
    const { labels = [] } = this.definition;
    if (labels.length === 0) return {};
    const values = key.split(separator);
    return Object.fromEntries(labels.map((label, place) => [label, values[place] ?? '']));
  }

  protected get head(): Pick<Family, 'name' | 'help'> {
    return { name: this.definition.name, help: this.definition.help };
  }
}

abstract class NumberVector extends Vector<number> {
  protected abstract readonly type: 'counter' | 'gauge';

  /** Adds to the value of these labels, which begins with 0. */
  add(values: readonly string[], by = 1): void {
    const key = this.key(values);
    this.cells.set(key, (this.cells.get(key) ?? 0) + by);
  }

  family(): Family {
    const samples = [...this.cells].map(([key, value]) => ({ labels: this.labelsOf(key), value }));
    return { ...this.head, type: this.type, samples };
  }
}

/** What only grows. */
export class Counters extends NumberVector {
  protected readonly type = 'counter';
}

/** What rises and falls. */
export class Gauges extends NumberVector {
  protected readonly type = 'gauge';

  set(values: readonly string[], value: number): void {
    this.cells.set(this.key(values), value);
  }
}

interface Observed {
  /** By bound: those that were no greater than it and greater than the one before. */
  readonly counts: number[];
  count: number;
  sum: number;
}

/** How great values were. */
export class Histograms extends Vector<Observed> {
  /** `bounds`: the upper ones, in order, without that of infinity. */
  constructor(
    definition: MetricDefinition,
    private readonly bounds: readonly number[],
  ) {
    super(definition);
  }

  observe(values: readonly string[], value: number): void {
    const cell = this.cell(values);
    const place = this.bounds.findIndex(bound => value <= bound);
    if (place >= 0) cell.counts[place] = (cell.counts[place] ?? 0) + 1;
    cell.count++;
    cell.sum += value;
  }

  /** Shows these labels, also as long as nothing was observed of them. */
  touch(values: readonly string[]): void {
    this.cell(values);
  }

  private cell(values: readonly string[]): Observed {
    const key = this.key(values);
    let cell = this.cells.get(key);
    if (cell === undefined) {
      cell = { counts: this.bounds.map(() => 0), count: 0, sum: 0 };
      this.cells.set(key, cell);
    }
    return cell;
  }

  family(): Family {
    const samples = [...this.cells].map(([key, { counts, count, sum }]) => {
      let below = 0;
      const buckets = this.bounds.map((bound, place): readonly [number, number] => {
        below += counts[place] ?? 0;
        return [bound, below];
      });
      return { labels: this.labelsOf(key), buckets, count, sum };
    });
    return { ...this.head, type: 'histogram', samples };
  }
}

/** Bounds that grow by a factor. @upstream client_golang ExponentialBuckets */
export function exponentialBounds(start: number, factor: number, count: number): number[] {
  const bounds: number[] = [];
  for (let bound = start; bounds.length < count; bound *= factor) bounds.push(bound);
  return bounds;
}

/** A value that is worked out when somebody looks. */
export function gaugeNow(
  definition: MetricDefinition,
  values: readonly (readonly [labels: readonly string[], value: number])[],
): Family {
  const gauges = new Gauges(definition);
  for (const [labels, value] of values) gauges.set(labels, value);
  return gauges.family();
}

/** When the program began, as the collector of processes tells it. @upstream client_golang process_collector.go */
export function processStart(startedMs: number): Family {
  return startOf('Start time of the process since unix epoch in seconds.', startedMs);
}

/** The same where that collector is not there: at `/metrics/slis`. @upstream component-base/metrics/processstarttime.go */
export function registryStart(startedMs: number): Family {
  return startOf('[ALPHA] Start time of the process since unix epoch in seconds.', startedMs);
}

function startOf(help: string, startedMs: number): Family {
  return gaugeNow({ name: 'process_start_time_seconds', help }, [[[], startedMs / 1000]]);
}
