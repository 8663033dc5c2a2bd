/** What became of the traffic: totals, rows of a time series by revision, histograms by hour. */
import type { LatencyHistogram } from '../../../sim/workloads/serving/histogram.js';
import type { FailureReason } from './contract.js';

/**
 * Counts of requests since the start. At each moment offered = dropped + started, and
 * started = finished + failed + shed + those under way.
 */
export interface FlowTotals {
  /** All arrivals. */
  readonly offered: number;
  /** Arrivals that were never sent, for want of connections (k6's dropped_iterations). */
  readonly dropped: number;
  readonly started: number;
  /** Answered in time. */
  readonly finished: number;
  /** Of the finished: reckoned per batch, so that their latencies are not known one by one. */
  readonly unmeasured: number;
  /** Failed for good, but not by shedding. */
  readonly failed: number;
  /** Refused by a full queue, for good. */
  readonly shed: number;
  /** Further attempts of requests, which are counted once above. */
  readonly retried: number;
  /** Failed and shed by reason. */
  readonly failures: Readonly<Record<FailureReason, number>>;
}

/** Columns of a time series; row i covers [startMs + i * rowMs, startMs + (i + 1) * rowMs). */
export interface OutcomeColumns {
  /** Counts of requests. */
  readonly offered: Float64Array;
  readonly finished: Float64Array;
  readonly failed: Float64Array;
  readonly shed: Float64Array;
  readonly retried: Float64Array;
  /** Latency of finished requests, from their intended start; NaN: not known, or none finished. */
  readonly meanMs: Float64Array;
  readonly p50Ms: Float64Array;
  readonly p95Ms: Float64Array;
  readonly p99Ms: Float64Array;
  /** Replicas that took requests at the row's end. */
  readonly replicas: Float64Array;
}

/** Histograms of the latencies of one hour of the run. */
export interface HourOutcome {
  readonly startMs: number;
  readonly latencies: LatencyHistogram;
}

/** What came of the requests to one revision in a minute or less. */
export interface SpanOutcome {
  readonly startMs: number;
  readonly endMs: number;
  /** The backend's name in the routes; '' is the gateways': all that was sent to them. */
  readonly revision: string;
  readonly offered: number;
  /** Answered in time in the span. */
  readonly finished: number;
  /** Failed for good, shed included. */
  readonly failures: Readonly<Record<FailureReason, number>>;
  /** Requests that its replicas, as they were at the end, could have served in the span. */
  readonly capacity: number;
}

/** The time series of a run. Its memory is some hundred bytes a row. */
export interface OutcomeSeries {
  /** When traffic began; 0 before. */
  readonly startMs: number;
  readonly rowMs: number;
  /** Full rows so far: the columns are so long. */
  readonly rows: number;
  /** All traffic. */
  columns(): OutcomeColumns;
  /** By the names of backends in the routes, sorted. */
  revisions(): ReadonlyMap<string, OutcomeColumns>;
  /** Minute by minute, revision by revision; nothing for those that got no requests. */
  spans(): readonly SpanOutcome[];
  /** The hours so far, the last one as far as it goes. */
  hours(): readonly HourOutcome[];
  /** Of the whole run. */
  readonly latencies: LatencyHistogram;
}
