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
export class AskedSeries implements OutcomeSeries {
  readonly startMs: number;
  readonly rowMs: number;
  readonly rows: number;

  constructor(
    { startMs, rowMs, rows }: Pick<OutcomeSeries, 'startMs' | 'rowMs' | 'rows'>,
    readonly columns: () => OutcomeColumns,
    private readonly all: () => SentSeries,
  ) {
    this.startMs = startMs;
    this.rowMs = rowMs;
    this.rows = rows;
  }

  revisions(): ReadonlyMap<string, OutcomeColumns> {
    return this.all().revisions;
  }

  spans(): readonly SpanOutcome[] {
    return this.all().spans;
  }

  hours(): readonly HourOutcome[] {
    return this.all().hours;
  }

  get latencies(): LatencyHistogram {
    return this.all().latencies;
  }
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
