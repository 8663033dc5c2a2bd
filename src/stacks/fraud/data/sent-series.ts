/** The outcome of traffic, as it is sent from one thread to another. */
import { LatencyHistogram } from '../../../../sim/workloads/serving/histogram.js';
import type {
  HourOutcome,
  OutcomeColumns,
  OutcomeSeries,
  SpanOutcome,
} from '../../../traffic/flow/outcome.js';

/** Plain data; histograms arrive without their methods. */
export interface SentSeries {
  readonly revisions: ReadonlyMap<string, OutcomeColumns>;
  readonly spans: readonly SpanOutcome[];
  readonly hours: readonly HourOutcome[];
  readonly latencies: LatencyHistogram;
}

/** Makes it ready to be sent. */
export function sentSeries(series: OutcomeSeries): SentSeries {
  const { latencies } = series;
  return {
    revisions: series.revisions(),
    spans: series.spans(),
    hours: series.hours(),
    latencies,
  };
}

/** The outcome whose columns, and all else, are asked for when they are wanted. */
export function askedSeries(
  { startMs, rowMs, rows }: Pick<OutcomeSeries, 'startMs' | 'rowMs' | 'rows'>,
  columns: () => OutcomeColumns,
  all: () => Pick<SentSeries, 'revisions' | 'spans' | 'hours' | 'latencies'>,
): OutcomeSeries {
  return {
    startMs,
    rowMs,
    rows,
    columns,
    revisions: () => all().revisions,
    spans: () => all().spans,
    hours: () => all().hours,
    get latencies() {
      return all().latencies;
    },
  };
}

/** Gives histograms their methods again. */
export function readSeries(sent: SentSeries): SentSeries {
  const hours = sent.hours.map(hour => ({
    startMs: hour.startMs,
    latencies: revived(hour.latencies),
  }));
  return { ...sent, hours, latencies: revived(sent.latencies) };
}

function revived(sent: LatencyHistogram): LatencyHistogram {
  const histogram = new LatencyHistogram();
  histogram.counts.set(sent.counts);
  const { count, sumMs, maxMs, minMs } = sent;
  return Object.assign(histogram, { count, sumMs, maxMs, minMs });
}
