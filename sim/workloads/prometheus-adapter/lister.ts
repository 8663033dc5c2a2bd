/** Lists the series of all rules, now and again: each selector is asked for once. @upstream pkg/custom-provider/provider.go updateMetrics, pkg/external-provider/*_lister.go */
import { goQuote } from '../../api/go-text.js';
import type { ContainerContext } from '../workload.js';
import type { Namer } from './namer.js';
import type { Had, PrometheusClient, Series } from './prometheus-client.js';

/** How often, and how old a series may be. */
export interface ListingTimes {
  readonly intervalMs: number;
  readonly maxAgeMs: number;
}

/** The series of one rule. */
export interface ListedSeries {
  readonly namer: Namer;
  readonly series: readonly Series[];
}

/** Lists for the rules of one API. */
export class Lister {
  constructor(
    private readonly context: ContainerContext,
    private readonly client: PrometheusClient,
    private readonly namers: readonly Namer[],
    private readonly times: ListingTimes,
  ) {}

  /** Lists from now on; each time that all could be had, `found` gets them in the order of the rules. */
  start(found: (listed: readonly ListedSeries[]) => void): void {
    const { context, times } = this;
    this.list(listed => {
      if ('error' in listed) context.log(`unable to update list of all metrics: ${listed.error}`);
      else found(listed.value);
      context.clock.after(times.intervalMs, 'prometheus-adapter lists series', () =>
        this.start(found),
      );
    });
  }

  private list(done: (listed: Had<readonly ListedSeries[]>) => void): void {
    const { client, namers, context, times } = this;
    const startMs = context.clock.now() - times.maxAgeMs;
    const selectors = [...new Set(namers.map(({ selector }) => selector))];
    const had = new Map<string, Had<readonly Series[]>>();
    for (const selector of selectors) {
      client.series(selector, startMs, series => {
        had.set(selector, series);
        if (had.size === selectors.length) done(this.merged(had));
      });
    }
  }

  private merged(had: ReadonlyMap<string, Had<readonly Series[]>>): Had<readonly ListedSeries[]> {
    const listed: ListedSeries[] = [];
    for (const namer of this.namers) {
      const series = had.get(namer.selector) ?? { value: [] };
      if ('error' in series) {
        const of = goQuote(namer.selector);
        return { error: `unable to fetch metrics for query ${of}: ${series.error}` };
      }
      listed.push({ namer, series: namer.taken(series.value) });
    }
    return { value: listed };
  }
}
