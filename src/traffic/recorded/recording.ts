/** Recorded traffic: a file of timestamped transactions in place of the generator. */
import { invariant } from '../../../sim/engine/invariant.js';
import { InputError } from '../../input/errors.js';
import type { ArrivalBlock, Arrivals } from '../flow/contract.js';
import type { Transaction, TransactionSource } from '../transaction.js';
import { columnsOf, type ColumnNames, type Columns } from './columns.js';
import { RowReader } from './row.js';
import { openTable, type Table } from './table.js';

/** Where a recording is. */
export interface RecordingFile {
  readonly file: string;
  /** What its columns are called, where they are not called as usual. */
  readonly columns?: ColumnNames;
}

/** What a recording holds, once all of it has been read. */
export interface RecordingSummary {
  readonly rows: number;
  /** The first and the last instant, in milliseconds since the epoch. */
  readonly fromMs: number;
  readonly untilMs: number;
  /** One more than the largest number of each. */
  readonly customers: number;
  readonly terminals: number;
  readonly hasLabels: boolean;
  readonly frauds: number;
}

/**
 * The transactions of a recording, in memory that does not grow with it but for names that stand in place
 * of numbers.
 *
 * @throws InputError with file, line, column and next step at a row that is torn, of the wrong type, or
 * earlier than the one before it.
 */
export function* recordedTransactions(recording: RecordingFile): Generator<Transaction, void> {
  yield* opened(recording).transactions;
}

/** The columns of a recording, and its transactions; the file is closed when they have been read. */
function opened({ file, columns: names }: RecordingFile): {
  readonly columns: Columns;
  readonly transactions: Generator<Transaction, void>;
} {
  const table = openTable(file);
  const { header, line, close } = table;
  try {
    const columns = columnsOf(header, { file, line, ...(names !== undefined && { names }) });
    return { columns, transactions: transactionsOf(table, new RowReader(file, columns)) };
  } catch (error) {
    close();
    throw error;
  }
}

function* transactionsOf({ rows, close }: Table, reader: RowReader): Generator<Transaction, void> {
  try {
    for (const row of rows) yield reader.read(row.cells, row.line);
  } finally {
    close();
  }
}

/**
 * Reads all of a recording, so that what is wrong with it is known before anything runs.
 *
 * @throws InputError as `recordedTransactions` does, and when there is no row.
 */
export function checkRecording(recording: RecordingFile): RecordingSummary {
  const { columns, transactions } = opened(recording);
  let rows = 0;
  let fromMs = NaN;
  let untilMs = NaN;
  let customers = 0;
  let terminals = 0;
  let frauds = 0;
  for (const { timeMs, customer, terminal, scenario } of transactions) {
    if (rows++ === 0) fromMs = timeMs;
    untilMs = timeMs;
    customers = Math.max(customers, customer + 1);
    terminals = Math.max(terminals, terminal + 1);
    if (scenario !== 0) frauds++;
  }
  if (rows === 0)
    throw new InputError(
      { file: recording.file },
      'has a header and no row',
      'record some traffic',
    );
  return {
    rows,
    fromMs,
    untilMs,
    customers,
    terminals,
    hasLabels: columns.label !== undefined,
    frauds,
  };
}

/** How a recording is replayed. */
export interface ReplayOptions extends RecordingFile {
  /** The first instant of the recording, from `checkRecording`. */
  readonly fromMs: number;
  /** The instant at which its first row arrives, in milliseconds since the epoch. */
  readonly startMs: number;
}

/**
 * Replays a recording: its rows arrive at their own distances from a new start. Arrivals and transactions
 * are read by two readers, so either may be ahead.
 */
export class RecordedTraffic implements Arrivals, TransactionSource {
  private readonly shiftMs: number;
  private readonly arrivals: Cursor;
  private readonly rows: Cursor;
  private offsetsMs = new Float64Array(1024);

  constructor(options: ReplayOptions) {
    this.shiftMs = options.startMs - options.fromMs;
    this.arrivals = new Cursor(recordedTransactions(options));
    this.rows = new Cursor(recordedTransactions(options));
  }

  between(fromMs: number, untilMs: number): ArrivalBlock {
    let count = 0;
    for (let row = this.arrivals.current; row !== undefined; row = this.arrivals.advance()) {
      const offsetMs = row.timeMs + this.shiftMs - fromMs;
      if (offsetMs >= untilMs - fromMs) break;
      if (offsetMs < 0) continue;
      if (count === this.offsetsMs.length) {
        const larger = new Float64Array(count * 2);
        larger.set(this.offsetsMs);
        this.offsetsMs = larger;
      }
      this.offsetsMs[count++] = offsetMs;
    }
    return { count, offsetsMs: this.offsetsMs };
  }

  /** The transaction of an arrival, counted from 0; ordinals never go back. Undefined after the last. */
  transaction(arrival: number): Transaction | undefined {
    while (this.rows.place < arrival && this.rows.current !== undefined) this.rows.advance();
    return this.rows.current === undefined ? undefined : this.shifted(this.rows.current);
  }

  /**
   * The next row that is not earlier than this instant: rows that are left out in between are skipped. After
   * the last row, the last again.
   */
  next(timeMs: number): Transaction {
    // Half a millisecond: instants may have been rounded on their way here.
    const fromMs = timeMs - this.shiftMs - 0.5;
    while (this.rows.current !== undefined && this.rows.current.timeMs < fromMs)
      this.rows.advance();
    const row = this.rows.current ?? this.rows.last;
    this.rows.advance();
    return { ...this.shifted(row), timeMs };
  }

  /** Closes the file, for a run that ends before the recording does. */
  close(): void {
    this.arrivals.close();
    this.rows.close();
  }

  private shifted(row: Transaction): Transaction {
    return { ...row, timeMs: row.timeMs + this.shiftMs };
  }
}

/** A place in a recording. */
class Cursor {
  place = 0;
  current: Transaction | undefined;
  last: Transaction;

  constructor(private readonly rows: Generator<Transaction, void>) {
    const first = rows.next();
    invariant(first.done !== true, 'checkRecording has refused a recording without rows');
    this.current = first.value;
    this.last = first.value;
  }

  close(): void {
    this.rows.return();
  }

  advance(): Transaction | undefined {
    if (this.current === undefined) return undefined;
    const next = this.rows.next();
    this.place++;
    this.current = next.done === true ? undefined : next.value;
    if (this.current !== undefined) this.last = this.current;
    return this.current;
  }
}
