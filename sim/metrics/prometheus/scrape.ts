/** Scrapes one target again and again: what Prometheus keeps of it. @upstream scrape/scrape.go */
import { readExposition } from '../promql/exposition.js';
import { Labels, nameLabel } from '../promql/labels.js';
import type { Series, SeriesStore } from '../promql/series-store.js';
import { ShownLayout } from './shown-layout.js';

/** What a scraper says to a program's metrics port; the program answers with a text. */
export const scrapeRequest = { kind: 'scrape' } as const;

/** Whether a message is one. */
export function isScrape(payload: unknown): boolean {
  return (
    typeof payload === 'object' &&
    payload !== null &&
    'kind' in payload &&
    payload.kind === 'scrape'
  );
}

/** A target, and the labels that its series get. */
export interface Target {
  readonly job: string;
  /** `ip:port`. */
  readonly instance: string;
  readonly labels?: Readonly<Record<string, string>>;
}

const none: ReadonlySet<Series> = new Set();

/** A target's series. Lines are known by what stands before their value. */
export class TargetScrape {
  private readonly known = new Map<string, Series>();
  /** How the last text was laid out: the next one mostly differs in its values alone. */
  private layout: ShownLayout | undefined;
  /** Series of the last scrape. */
  private shown: ReadonlySet<Series> = none;
  private readonly reports: Readonly<Record<'up' | 'samples', Labels>>;

  constructor(
    readonly target: Target,
    private readonly store: SeriesStore,
  ) {
    this.reports = {
      up: this.reportOf('up'),
      samples: this.reportOf('scrape_samples_scraped'),
    };
  }

  /** Takes what the target shows; undefined or a text that cannot be read: the scrape has failed. */
  take(text: string | undefined, nowMs: number): void {
    const series = text === undefined ? undefined : this.read(text, nowMs);
    const shown = series ?? none;
    if (shown !== this.shown) {
      for (const before of this.shown) if (!shown.has(before)) before.append(nowMs, 'stale');
      this.shown = shown;
    }
    this.store.append(this.reports.up, nowMs, series === undefined ? 0 : 1);
    this.store.append(this.reports.samples, nowMs, shown.size);
  }

  /** The target is no more: all its series end. */
  end(nowMs: number): void {
    for (const series of this.shown) series.append(nowMs, 'stale');
    for (const labels of Object.values(this.reports)) this.store.append(labels, nowMs, 'stale');
    this.shown = none;
  }

  /** Some series are no longer in the store: those that are shown again are new ones. */
  forgetGone(): void {
    for (const [line, { count }] of this.known) if (count === 0) this.known.delete(line);
    const isWhole = [...(this.layout?.shown ?? none)].every(({ count }) => count > 0);
    if (!isWhole) this.layout = undefined;
  }

  private read(text: string, nowMs: number): ReadonlySet<Series> | undefined {
    const { layout } = this;
    if (layout?.append(text, nowMs) === true) return layout.shown;
    const shown = this.readLines(text, nowMs);
    this.layout = shown && ShownLayout.of(text, this.known, shown);
    return shown;
  }

  private readLines(text: string, nowMs: number): Set<Series> | undefined {
    const shown = new Set<Series>();
    const samples: [Series, number][] = [];
    for (const line of text.split('\n')) {
      if (line === '' || line.startsWith('#')) continue;
      const cut = line.lastIndexOf(' ');
      const series = this.known.get(line.slice(0, cut));
      const value = Number(line.slice(cut + 1));
      // A line that is new, or of a value that is no plain number, makes all be read in full.
      if (series === undefined || Number.isNaN(value)) return this.readAll(text, nowMs);
      samples.push([series, value]);
    }
    for (const [series, value] of samples) {
      series.append(nowMs, value);
      shown.add(series);
    }
    return shown;
  }

  private readAll(text: string, nowMs: number): Set<Series> | undefined {
    const { samples, error } = readExposition(text);
    if (error !== undefined) return undefined;
    const shown = new Set<Series>();
    const lines = text.split('\n').filter(line => line.trim() !== '' && !line.startsWith('#'));
    samples.forEach(({ metric, value, timestampMs }, index) => {
      const series = this.store.series(this.labelled(metric));
      const line = lines[index] ?? '';
      if (timestampMs === undefined) this.known.set(line.slice(0, line.lastIndexOf(' ')), series);
      series.append(timestampMs ?? nowMs, value);
      shown.add(series);
    });
    return shown;
  }

  /** The target's labels win; what a program shows under their names is kept as `exported_...`. */
  private labelled(metric: Readonly<Record<string, string>>): Labels {
    const own = this.ownLabels();
    const renamed = Object.entries(metric).map(
      ([name, value]) => [own.has(name) ? `exported_${name}` : name, value] as const,
    );
    return Labels.of([...renamed, ...own]);
  }

  private ownLabels(): ReadonlyMap<string, string> {
    const { job, instance, labels = {} } = this.target;
    return new Map([['job', job], ['instance', instance], ...Object.entries(labels)]);
  }

  private reportOf(name: string): Labels {
    return Labels.of([[nameLabel, name], ...this.ownLabels()]);
  }
}
