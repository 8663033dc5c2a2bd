/** Reads transactions out of the cells of a table. */
import { InputError } from '../../input/errors.js';
import { scenarios } from '../scenarios.js';
import type { Transaction } from '../transaction.js';
import type { Column, Columns } from './columns.js';
import type { Cell } from './table.js';

/** Reads row after row; what it must remember for that: names that it has numbered, the last instant. */
export class RowReader {
  private readonly customers: Numbering;
  private readonly terminals: Numbering;
  private lastMs = -Infinity;

  constructor(
    private readonly file: string,
    private readonly columns: Columns,
  ) {
    this.customers = new Numbering(file, columns.customer);
    this.terminals = new Numbering(file, columns.terminal);
  }

  /**
   * The transaction of a row.
   *
   * @throws InputError when a cell is of the wrong type, or the row is earlier than the one before it.
   */
  read(cells: readonly Cell[], line: number): Transaction {
    const { time, customer, terminal, amount, label } = this.columns;
    const timeMs = this.timeOf(cells[time.place], line);
    if (timeMs < this.lastMs) {
      const iso = (ms: number): string => new Date(ms).toISOString();
      throw this.wrong(
        line,
        time,
        `time goes back from ${iso(this.lastMs)} to ${iso(timeMs)}`,
        'sort the rows by time',
      );
    }
    this.lastMs = timeMs;
    return {
      timeMs,
      customer: this.customers.numberOf(cells[customer.place], line),
      terminal: this.terminals.numberOf(cells[terminal.place], line),
      amount: this.amountOf(cells[amount.place], line),
      scenario: label === undefined ? scenarios.genuine : this.labelOf(cells[label.place], line),
    };
  }

  private timeOf(cell: Cell, line: number): number {
    const number = numberOf(cell);
    // Seconds since the epoch have at most eleven digits for some thousand years.
    if (number !== undefined && number >= 0) return number < 1e11 ? number * 1000 : number;
    if (typeof cell === 'string' && /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d/.test(cell)) {
      const text = /(Z|[+-]\d\d:?\d\d)$/i.test(cell) ? cell : `${cell}Z`;
      const timeMs = Date.parse(text.replace(' ', 'T'));
      if (!Number.isNaN(timeMs)) return timeMs;
    }
    const next = 'write 2026-11-27T12:00:00Z, or seconds or milliseconds since the epoch';
    throw this.wrong(line, this.columns.time, `${told(cell)} is not an instant`, next);
  }

  private amountOf(cell: Cell, line: number): number {
    const amount = numberOf(cell);
    if (amount !== undefined && amount >= 0) return Math.round(amount * 100) / 100;
    const what = `${told(cell)} is not an amount`;
    throw this.wrong(line, this.columns.amount, what, 'write a number of at least 0: 57.16');
  }

  private labelOf(cell: Cell, line: number): number {
    if (cell === false || cell === 'false' || cell === 'False') return scenarios.genuine;
    if (cell === true || cell === 'true' || cell === 'True') return scenarios.recorded;
    const { label } = this.columns;
    const isScenario = label?.name.toLowerCase().includes('scenario') === true;
    const number = numberOf(cell);
    if (number !== undefined && Number.isInteger(number) && number >= 0) {
      if (isScenario && number <= 255) return number;
      if (number <= 1) return number === 0 ? scenarios.genuine : scenarios.recorded;
    }
    const next = isScenario ? 'write a number from 0 to 255' : 'write 0 or 1, false or true';
    throw this.wrong(line, label, `${told(cell)} is not a label`, next);
  }

  private wrong(line: number, column: Column | undefined, what: string, next: string): InputError {
    const field = column?.name ?? '';
    return new InputError({ file: this.file, line, field }, what, next);
  }
}

/** Numbers of customers or terminals: as they stand, or in the order in which names appear. */
class Numbering {
  private kind: 'numbers' | 'names' | undefined;
  private readonly numbers = new Map<string, number>();

  constructor(
    private readonly file: string,
    private readonly column: Column,
  ) {}

  numberOf(cell: Cell, line: number): number {
    const number = numberOf(cell);
    const isNumber = number !== undefined && number >>> 0 === number && number < 2 ** 31;
    // The first row decides: what comes later must be of its kind.
    this.kind ??= isNumber ? 'numbers' : 'names';
    if (this.kind === 'names') return this.named(cell, line);
    if (isNumber) return number;
    const what = `${told(cell)} is not a number, as those before it are`;
    throw new InputError({ file: this.file, line, field: this.column.name }, what, 'mend the row');
  }

  private named(cell: Cell, line: number): number {
    if ((typeof cell !== 'string' && typeof cell !== 'number') || cell === '') {
      const place = { file: this.file, line, field: this.column.name };
      throw new InputError(place, `${told(cell)} is no name or number`, 'mend the row');
    }
    const name = String(cell);
    const known = this.numbers.get(name);
    if (known !== undefined) return known;
    const number = this.numbers.size;
    this.numbers.set(name, number);
    return number;
  }
}

const told = (cell: Cell): string =>
  cell === undefined || cell === '' ? 'an empty cell' : JSON.stringify(cell);

/** The finite number that a cell holds, if it does. */
function numberOf(cell: Cell): number | undefined {
  if (typeof cell === 'number') return Number.isFinite(cell) ? cell : undefined;
  if (typeof cell !== 'string' || !/^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/i.test(cell)) {
    return undefined;
  }
  const number = Number(cell);
  return Number.isFinite(number) ? number : undefined;
}
