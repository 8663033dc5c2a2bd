/** The rows of a CSV or JSON-lines file as cells, in the order of its header. */
import { InputError } from '../../input/errors.js';
import { linesOf, type Line } from './lines.js';

/** A cell: a text of a CSV file, or any value of a JSON one. */
export type Cell = unknown;

/** A table that is read row by row. */
export interface Table {
  readonly header: readonly string[];
  /** The line of the header, or of the first row where each row names its own columns. */
  readonly line: number;
  readonly rows: Iterable<{ readonly cells: readonly Cell[]; readonly line: number }>;
  /** Closes the file; reading all rows does so too. */
  close(): void;
}

/**
 * Opens a table. A file whose first line begins with `{` is of JSON lines, any other is CSV with a header.
 *
 * @throws InputError at a row that is torn: with another number of cells, an open quote, or half an object.
 */
export function openTable(file: string): Table {
  const lines = linesOf(file);
  const { value: first } = lines.next();
  if (first === undefined) {
    throw new InputError({ file }, 'is empty', 'give a header and a row for each transaction');
  }
  const close = (): void => void lines.return();
  try {
    const read = first.text.startsWith('{') ? jsonTable : csvTable;
    return { ...read(file, first, lines), close };
  } catch (error) {
    close();
    throw error;
  }
}

type Rows = Omit<Table, 'close'>;

function csvTable(file: string, first: Line, lines: Iterable<Line>): Rows {
  const header = cellsOf(first, file).map(name => name.trim());
  return { header, line: first.number, rows: csvRows(file, header, lines) };
}

function* csvRows(
  file: string,
  header: readonly string[],
  lines: Iterable<Line>,
): Generator<{ readonly cells: readonly Cell[]; readonly line: number }, void> {
  for (const line of lines) {
    const cells = cellsOf(line, file);
    if (cells.length !== header.length) {
      throw torn(file, line.number, `has ${cells.length} cells, the header ${header.length}`);
    }
    yield { cells, line: line.number };
  }
}

function jsonTable(file: string, first: Line, lines: Iterable<Line>): Rows {
  const object = objectOf(first, file);
  const header = Object.keys(object);
  return { header, line: first.number, rows: jsonRows(file, header, { first, lines }) };
}

function* jsonRows(
  file: string,
  header: readonly string[],
  { first, lines }: { readonly first: Line; readonly lines: Iterable<Line> },
): Generator<{ readonly cells: readonly Cell[]; readonly line: number }, void> {
  const row = (line: Line): { readonly cells: readonly Cell[]; readonly line: number } => {
    const object = objectOf(line, file);
    return { cells: header.map(name => object[name]), line: line.number };
  };
  yield row(first);
  for (const line of lines) yield row(line);
}

function objectOf(line: Line, file: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(line.text);
  } catch {
    throw torn(file, line.number, 'is not a whole JSON object');
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as Readonly<Record<string, unknown>>;
  }
  throw torn(file, line.number, 'is not a JSON object');
}

/** The cells of a line of CSV (RFC 4180), whose quotes may not hold the end of a line. */
function cellsOf({ text, number }: Line, file: string): string[] {
  if (!text.includes('"')) return text.split(',');
  const cells: string[] = [];
  const cell = /(?:"((?:[^"]|"")*)"|([^",]*))(,|$)/y;
  for (;;) {
    const found = cell.exec(text);
    if (found === null) throw torn(file, number, 'has a quote that is not closed');
    cells.push(found[1]?.replaceAll('""', '"') ?? found[2] ?? '');
    if (found[3] === '') return cells;
  }
}

const torn = (file: string, line: number, what: string): InputError =>
  new InputError({ file, line }, `the row is torn: it ${what}`, 'mend or remove the row');
