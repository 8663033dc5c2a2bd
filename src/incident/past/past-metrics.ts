/** Answers PromQL for the past: over the samples of a run's journal, and the series that were imported. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { nameLabel, Labels } from '../../../sim/metrics/promql/labels.js';
import { queryAt, queryRange, type Answer } from '../../../sim/metrics/promql/query.js';
import { SeriesStore } from '../../../sim/metrics/promql/series-store.js';
import { readInput } from '../../input/located.js';
import type { Journal } from '../../scenario/journal/reader.js';
import { incidentFiles, type RecordedSeries } from '../contract.js';
import { stateSamples } from './state-samples.js';

/** As Prometheus scrapes by default. */
const everyMs = 60_000;
/** Of a long run fewer samples are taken. */
const samplesMax = 2_000;

/** A range of instants. */
export interface QueryRange {
  readonly startMs: number;
  readonly endMs: number;
  readonly stepMs: number;
}

/** The metrics of a run. They are gathered when the first question comes. */
export class PastMetrics {
  private store: SeriesStore | undefined;

  constructor(
    private readonly journal: Journal,
    /** What an import wrote, where the run is one of it. */
    private readonly folder?: string,
  ) {}

  /** The answer at an instant: nothing that came later is known. */
  at(query: string, timeMs: number): Answer {
    return queryAt(this.gathered(), query, timeMs);
  }

  /** The answers at the steps of a range. */
  over(query: string, range: QueryRange): Answer {
    return queryRange(this.gathered(), query, range);
  }

  private gathered(): SeriesStore {
    if (this.store !== undefined) return this.store;
    const store = new SeriesStore();
    if (this.folder !== undefined) addRecorded(store, this.folder);
    this.addJournal(store);
    this.store = store;
    return store;
  }

  private addJournal(store: SeriesStore): void {
    const { journal } = this;
    const { startMs, endMs } = journal;
    const stepMs = Math.max(everyMs, Math.ceil((endMs - startMs) / samplesMax));
    const instant = journal.at(startMs);
    for (let atMs = startMs; ; atMs = Math.min(atMs + stepMs, endMs)) {
      for (const _news of journal.forward(instant, atMs));
      // The way back is of no use here, and long.
      instant.undone.length = 0;
      stateSamples(instant, (metric, labels, value) => {
        store.append(Labels.of({ ...labels, [nameLabel]: metric }), atMs, value);
      });
      if (atMs >= endMs) return;
    }
  }
}

/** Series that were imported tell changes: in between the value held, and is told as often as it was scraped. */
function addRecorded(store: SeriesStore, folder: string): void {
  const file = join(folder, incidentFiles.series);
  if (!existsSync(file)) return;
  for (const text of readInput(file).split('\n')) {
    if (text === '') continue;
    // Only an import writes it.
    const { metric, labels, samples, stepMs } = JSON.parse(text) as RecordedSeries;
    const own = Labels.of({ ...labels, [nameLabel]: metric });
    samples.forEach(([atMs, value], index) => {
      const untilMs = samples[index + 1]?.[0] ?? atMs + 1;
      const byMs = Math.min(stepMs ?? everyMs, everyMs);
      for (let heldMs = atMs; heldMs < untilMs; heldMs += byMs) {
        store.append(
          own,
          heldMs,
          Number(value === '+Inf' ? Infinity : value === '-Inf' ? -Infinity : value),
        );
      }
    });
  }
}
