/** Keeps the books of the traffic: totals, and a row of every revision each minute. */
import { LatencyHistogram } from '../../../sim/workloads/serving/histogram.js';
import type { CountOutcome } from '../../../sim/workloads/serving/per-batch-server.js';
import { ServerOutcome } from '../../../sim/workloads/serving/server.js';
import type { FailureReason } from './contract.js';
import { ColumnsInMaking } from './columns.js';
import type {
  FlowTotals,
  HourOutcome,
  OutcomeColumns,
  OutcomeSeries,
  SpanOutcome,
} from './outcome.js';

/** All reasons, in the order in which they are told. */
export const failureReasons: readonly FailureReason[] = [
  'no gateway',
  'no route',
  'denied by policy',
  'refused',
  'reset',
  'timed out',
  'shed',
];

const hourMs = 3_600_000;

/** The book of a revision; the one named '' is of requests that came to none. */
export class RevisionBook {
  readonly outcome: ServerOutcome;
  /** What was reckoned per batch. */
  readonly counts: CountOutcome = { finished: 0, shed: 0, expired: 0, late: 0, requestMs: 0 };
  readonly columns = new ColumnsInMaking();
  /** Since the start: for spans that are shorter than rows. */
  readonly sums: SpanCounts = { offered: 0, finished: 0, failures: noFailures() };
  /** Of the row under way. */
  readonly row = { offered: 0, unmeasured: 0, failed: 0, shed: 0, retried: 0, replicas: 0 };

  private spanStart: SpanCounts = { offered: 0, finished: 0, failures: noFailures() };

  constructor(
    readonly name: string,
    private readonly total: MutableTotals,
    limits: { readonly deadlineMs: number; readonly wayMs: number },
  ) {
    this.outcome = new ServerOutcome(limits);
  }

  offer(count: number): void {
    this.row.offered += count;
    this.sums.offered += count;
  }

  fail(reason: FailureReason, count: number): void {
    this.total.failures[reason] += count;
    this.sums.failures[reason] += count;
    if (reason === 'shed') this.row.shed += count;
    else this.row.failed += count;
  }

  retry(): void {
    this.row.retried++;
    this.total.retried++;
  }

  /** Takes in what the servers counted by themselves. */
  collect(): void {
    const { outcome, counts, row } = this;
    if (outcome.late > 0) this.fail('timed out', outcome.late);
    row.unmeasured += outcome.unmeasured + counts.finished;
    if (counts.shed > 0) this.fail('shed', counts.shed);
    if (counts.expired + counts.late > 0) this.fail('timed out', counts.expired + counts.late);
    outcome.late = 0;
    outcome.unmeasured = 0;
    Object.assign(counts, { finished: 0, shed: 0, expired: 0, late: 0, requestMs: 0 });
  }

  /** Counts since it was asked last. */
  takeSpan(): SpanCounts {
    const { sums, spanStart } = this;
    const now = { ...sums, finished: sums.finished + this.finished };
    this.spanStart = { ...now, failures: { ...sums.failures } };
    const failures = noFailures();
    for (const reason of failureReasons) {
      failures[reason] = sums.failures[reason] - spanStart.failures[reason];
    }
    return {
      offered: now.offered - spanStart.offered,
      finished: now.finished - spanStart.finished,
      failures,
    };
  }

  /** Answered in the row under way. */
  get finished(): number {
    return this.outcome.latencies.count + this.row.unmeasured;
  }
}

interface SpanCounts {
  offered: number;
  finished: number;
  readonly failures: Record<FailureReason, number>;
}

/** None for any reason. */
export function noFailures(): Record<FailureReason, number> {
  return Object.fromEntries(failureReasons.map(reason => [reason, 0])) as Record<
    FailureReason,
    number
  >;
}

interface MutableTotals {
  offered: number;
  dropped: number;
  finished: number;
  unmeasured: number;
  retried: number;
  readonly failures: Record<FailureReason, number>;
}

/** The books. */
export class Ledger implements OutcomeSeries {
  readonly latencies = new LatencyHistogram();
  private readonly books = new Map<string, RevisionBook>();
  private readonly all = new ColumnsInMaking();
  /** All latencies of the row under way, once it ends. */
  private readonly rowLatencies = new LatencyHistogram();
  private readonly hourList: { startMs: number; latencies: LatencyHistogram }[] = [];
  private readonly total: MutableTotals = {
    offered: 0,
    dropped: 0,
    finished: 0,
    unmeasured: 0,
    retried: 0,
    failures: noFailures(),
  };
  private readonly spanList: SpanOutcome[] = [];
  /** At the start of the span: what was sent, and what had failed without a backend. */
  private before = { sent: 0, astray: noFailures() };

  constructor(
    readonly startMs: number,
    readonly rowMs: number,
    private readonly limits: { readonly deadlineMs: number; readonly wayMs: number },
  ) {}

  get rows(): number {
    return this.all.rows;
  }

  /** The book of this name, opened when it is new. */
  book(name: string): RevisionBook {
    let book = this.books.get(name);
    if (book === undefined) {
      book = new RevisionBook(name, this.total, this.limits);
      book.columns.skipTo(this.all.rows);
      this.books.set(name, book);
    }
    return book;
  }

  offer(count: number): void {
    this.total.offered += count;
  }

  drop(count: number): void {
    this.total.dropped += count;
  }

  /** Ends the row under way. */
  endRow(): void {
    const row = { offered: 0, unmeasured: 0, failed: 0, shed: 0, retried: 0, replicas: 0 };
    const { rowLatencies } = this;
    rowLatencies.clear();
    for (const book of this.books.values()) {
      const { latencies } = book.outcome;
      book.sums.finished += book.finished;
      book.columns.push(book.row, latencies);
      rowLatencies.add(latencies);
      latencies.clear();
      for (const key of Object.keys(row) as (keyof typeof row)[]) {
        row[key] += book.row[key];
        book.row[key] = 0;
      }
    }
    this.hourOf(this.all.rows * this.rowMs).add(rowLatencies);
    this.all.push(row, rowLatencies);
    this.latencies.add(rowLatencies);
    this.total.finished += rowLatencies.count + row.unmeasured;
    this.total.unmeasured += row.unmeasured;
  }

  /**
   * Ends a span: what each revision's requests came to in it. To be called before a row ends.
   *
   * @param capacities Requests a second that the replicas of each book can serve.
   */
  endSpan(
    span: { readonly startMs: number; readonly endMs: number },
    capacities: ReadonlyMap<RevisionBook, number>,
  ): void {
    const seconds = (span.endMs - span.startMs) / 1_000;
    for (const book of this.books.values()) {
      const counts = book.takeSpan();
      // Those that were under way when the last arrived finish in a span that offers none.
      const isIdle = counts.offered === 0 && counts.finished === 0;
      if (book.name === '' || (isIdle && failureReasons.every(of => counts.failures[of] === 0))) {
        continue;
      }
      const capacity = (capacities.get(book) ?? 0) * seconds;
      this.spanList.push({ ...span, revision: book.name, ...counts, capacity });
    }
    this.endSpanOfAll(span);
  }

  /** What gateways were offered is all that was sent; what came to no backend, failed there. */
  private endSpanOfAll(span: { readonly startMs: number; readonly endMs: number }): void {
    const { total, before } = this;
    const astray = this.books.get('')?.sums.failures ?? noFailures();
    const sent = total.offered - total.dropped;
    const failures = noFailures();
    for (const reason of failureReasons) failures[reason] = astray[reason] - before.astray[reason];
    const offered = sent - before.sent;
    const failed = failureReasons.reduce((sum, reason) => sum + failures[reason], 0);
    this.before = { sent, astray: { ...astray } };
    if (offered === 0) return;
    const finished = offered - failed;
    this.spanList.push({ ...span, revision: '', offered, finished, failures, capacity: Infinity });
  }

  spans(): readonly SpanOutcome[] {
    return this.spanList;
  }

  /** As it stands, the row under way included. */
  totals(): FlowTotals {
    const { offered, dropped, retried, failures } = this.total;
    let { finished, unmeasured } = this.total;
    for (const book of this.books.values()) {
      finished += book.finished;
      unmeasured += book.row.unmeasured;
    }
    const { shed, ...others } = failures;
    const failed = Object.values(others).reduce((sum, count) => sum + count, 0);
    const started = offered - dropped;
    return {
      offered,
      dropped,
      started,
      finished,
      unmeasured,
      failed,
      shed,
      retried,
      failures: { ...failures },
    };
  }

  /** How many were answered within each of some times since the start, and the sum of all latencies. */
  answeredWithin(boundsMs: readonly number[]): {
    readonly counts: readonly number[];
    readonly sumMs: number;
  } {
    const histograms = [this.latencies];
    for (const { outcome } of this.books.values()) histograms.push(outcome.latencies);
    const all = histograms.map(histogram => histogram.countsWithin(boundsMs));
    return {
      counts: boundsMs.map((_, index) => all.reduce((sum, own) => sum + (own[index] ?? 0), 0)),
      sumMs: histograms.reduce((sum, own) => sum + own.sumMs, 0),
    };
  }

  /** A quantile of the row under way; undefined where it cannot be known. */
  rowQuantiles(shares: readonly number[]): readonly (number | undefined)[] {
    const merged = new LatencyHistogram();
    let isKnown = true;
    for (const { outcome, row } of this.books.values()) {
      merged.add(outcome.latencies);
      isKnown &&= row.unmeasured === 0;
    }
    return shares.map(share => (isKnown ? merged.quantile(share) : undefined));
  }

  columns(): OutcomeColumns {
    return this.all.columns();
  }

  revisions(): ReadonlyMap<string, OutcomeColumns> {
    const names = [...this.books.keys()].filter(name => name !== '').sort();
    return new Map(names.map(name => [name, this.book(name).columns.columns()]));
  }

  hours(): readonly HourOutcome[] {
    return this.hourList;
  }

  private hourOf(offsetMs: number): LatencyHistogram {
    const hour = Math.floor(offsetMs / hourMs);
    for (let next = this.hourList.length; next <= hour; next++) {
      const startMs = this.startMs + next * hourMs;
      this.hourList.push({ startMs, latencies: new LatencyHistogram() });
    }
    return this.hourList[hour]?.latencies ?? this.latencies;
  }
}
