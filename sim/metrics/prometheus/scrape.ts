/** Scrapes one target again and again: what Prometheus keeps of it. @upstream scrape/scrape.go */
import { readExposition, type ShownMetadata, type ShownSample } from '../promql/exposition.js';
import type { Histogram } from '../promql/histogram/histogram.js';
import { Labels, nameLabel } from '../promql/labels.js';
import { Series, type SeriesStore } from '../promql/series-store.js';
import { convertedIn } from './converted-histograms.js';
import { relabel, type RelabelRule } from './relabel.js';
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
  /** What the target itself says wins over its labels. Default: the target's labels win. */
  readonly honorsLabels?: boolean;
  /** The times that the target tells count. Default true; else those of the scrapes. */
  readonly honorsTimes?: boolean;
  /** What becomes of its series. Default: nothing. */
  readonly relabels?: readonly RelabelRule[];
  /**
   * Its classic histograms become native ones with told bounds: instead of their series, or beside them.
   * Default: they stay classic.
   */
  readonly convertsHistograms?: 'instead' | 'beside';
}

/** How the last scrape of a target went. */
export interface ScrapeHealth {
  readonly health: 'up' | 'down' | 'unknown';
  readonly lastMs: number | undefined;
  readonly error: string;
}

const none: ReadonlySet<Series> = new Set();

/** A line that rules drop: its samples go nowhere. */
class DroppedSeries extends Series {
  override count = 1;

  override append(): boolean {
    return true;
  }
}

/** A target's series. Lines are known by what stands before their value. */
export class TargetScrape {
  private readonly known = new Map<string, Series>();
  /** How the last text was laid out: the next one mostly differs in its values alone. */
  private layout: ShownLayout | undefined;
  /** Series of the last scrape. */
  private shown: ReadonlySet<Series> = none;
  /** Series whose times the target tells: they do not end with a scrape, but when they are too old. */
  private timed = new WeakSet<Series>();
  private readonly reports: Readonly<Record<'up' | 'samples', Labels>>;
  private last: ScrapeHealth = { health: 'unknown', lastMs: undefined, error: '' };

  constructor(
    readonly target: Target,
    private readonly store: SeriesStore,
  ) {
    this.reports = {
      up: this.reportOf('up'),
      samples: this.reportOf('scrape_samples_scraped'),
    };
  }

  /** What it tells of its metrics besides their samples. */
  metadata: readonly ShownMetadata[] = [];

  /** How the last scrape went. */
  get health(): ScrapeHealth {
    return this.last;
  }

  /** Takes what the target shows; undefined or a text that cannot be read: the scrape has failed. */
  take(text: string | undefined, nowMs: number, error = ''): void {
    const series = text === undefined ? undefined : this.read(text, nowMs);
    const shown = series ?? none;
    const problem = text === undefined ? error : 'the text that it shows cannot be read';
    this.last =
      series === undefined
        ? { health: 'down', lastMs: nowMs, error: problem }
        : { health: 'up', lastMs: nowMs, error: '' };
    if (shown !== this.shown) {
      for (const before of this.shown) if (!shown.has(before)) this.endSeries(before, nowMs);
      this.shown = shown;
    }
    this.store.append(this.reports.up, nowMs, series === undefined ? 0 : 1);
    this.store.append(this.reports.samples, nowMs, shown.size);
  }

  /** Goes on where another has scraped the target: what is shown no more ends with the next scrape. */
  follow(before: TargetScrape): void {
    this.shown = before.shown;
    this.timed = before.timed;
    this.last = before.last;
  }

  /** The target is no more: all its series end. */
  end(nowMs: number): void {
    for (const series of this.shown) this.endSeries(series, nowMs);
    for (const labels of Object.values(this.reports)) this.store.append(labels, nowMs, 'stale');
    this.shown = none;
  }

  private endSeries(series: Series, nowMs: number): void {
    if (!this.timed.has(series)) series.append(nowMs, 'stale');
  }

  /** Some series are no longer in the store: those that are shown again are new ones. */
  forgetGone(): void {
    for (const [line, { count }] of this.known) if (count === 0) this.known.delete(line);
    const isWhole = [...(this.layout?.shown ?? none)].every(({ count }) => count > 0);
    if (!isWhole) this.layout = undefined;
  }

  private read(text: string, nowMs: number): ReadonlySet<Series> | undefined {
    if (this.target.convertsHistograms !== undefined) return this.readAll(text, nowMs);
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
    const read = readExposition(text);
    if (read.error !== undefined) return undefined;
    this.metadata = read.metadata;
    const shown = new Set<Series>();
    const lines = text.split('\n').filter(line => line.trim() !== '' && !line.startsWith('#'));
    const { convertsHistograms } = this.target;
    const converted = convertsHistograms === undefined ? undefined : convertedIn(read);
    read.samples.forEach(({ metric, value, timestampMs }, index) => {
      if (convertsHistograms === 'instead' && converted?.isOfHistogram(index) === true) return;
      const series = this.seriesOf(metric);
      const line = lines[index] ?? '';
      if (timestampMs === undefined) this.known.set(line.slice(0, line.lastIndexOf(' ')), series);
      this.append(series, timestampMs, nowMs, value);
      shown.add(series);
    });
    for (const { metric, histogram, timestampMs } of converted?.histograms ?? []) {
      const series = this.seriesOf(metric);
      this.append(series, timestampMs, nowMs, histogram);
      shown.add(series);
    }
    return shown;
  }

  private seriesOf(metric: ShownSample['metric']): Series {
    const labels = this.relabelled(this.labelled(metric));
    return labels === undefined ? this.dropped() : this.store.series(labels);
  }

  private append(
    series: Series,
    toldMs: number | undefined,
    nowMs: number,
    value: number | Histogram,
  ): void {
    const { honorsTimes = true } = this.target;
    const timestampMs = honorsTimes ? toldMs : undefined;
    if (timestampMs !== undefined) this.timed.add(series);
    series.append(timestampMs ?? nowMs, value);
  }

  private dropped(): Series {
    return new DroppedSeries(Labels.none);
  }

  /** Undefined: its rules drop it. */
  private relabelled(labels: Labels): Labels | undefined {
    const { relabels = [] } = this.target;
    if (relabels.length === 0) return labels;
    const changed = new Map(labels.pairs);
    return relabel(changed, relabels) ? Labels.of(changed) : undefined;
  }

  /** The target's labels win; what a program shows under their names is kept as `exported_...`. */
  private labelled(metric: Readonly<Record<string, string>>): Labels {
    const own = this.ownLabels();
    if (this.target.honorsLabels === true) return Labels.of([...own, ...Object.entries(metric)]);
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
