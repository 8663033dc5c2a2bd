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
  readonly startMs: number;
  readonly rowMs: number;
  readonly rows: number;
  readonly columns: OutcomeColumns;
  readonly revisions: ReadonlyMap<string, OutcomeColumns>;
  readonly spans: readonly SpanOutcome[];
  readonly hours: readonly HourOutcome[];
  readonly latencies: LatencyHistogram;
}

/** Makes it ready to be sent. */
export function sentSeries(series: OutcomeSeries): SentSeries {
  const { startMs, rowMs, rows, latencies } = series;
  return {
    startMs,
    rowMs,
    rows,
    columns: series.columns(),
    revisions: series.revisions(),
    spans: series.spans(),
    hours: series.hours(),
    latencies,
  };
}

/** Reads what was sent. */
export function readSeries(sent: SentSeries): OutcomeSeries {
  const { startMs, rowMs, rows, columns, revisions, spans } = sent;
  const hours = sent.hours.map(hour => ({
    startMs: hour.startMs,
    latencies: revived(hour.latencies),
  }));
  return {
    startMs,
    rowMs,
    rows,
    columns: () => columns,
    revisions: () => revisions,
    spans: () => spans,
    hours: () => hours,
    latencies: revived(sent.latencies),
  };
}

function revived(sent: LatencyHistogram): LatencyHistogram {
  const histogram = new LatencyHistogram();
  histogram.counts.set(sent.counts);
  const { count, sumMs, maxMs, minMs } = sent;
  return Object.assign(histogram, { count, sumMs, maxMs, minMs });
}
