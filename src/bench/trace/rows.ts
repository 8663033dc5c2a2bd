/** The rows of a trace's CSV file, read by the names of its columns. */
import { existsSync } from 'node:fs';
import { exitCodes, InputError, meantOrKnown, UserError } from '../../input/errors.js';
import { openTable } from '../../traffic/recorded/table.js';

/** Where traces are to be had, for those who have none. */
export const whereToGetTraces =
  'get the traces: git clone https://github.com/hkust-adsl/kubernetes-scheduler-simulator and name its ' +
  'data/csv folder with --trace';

/** A row whose cells are asked for by column. */
export interface Row {
  readonly line: number;
  /** The cell's text; '' where the column is absent. */
  text(column: string): string;
  /**
   * The cell as a whole number from 0 on; absent columns and empty cells are `absent`.
   *
   * @throws InputError that names file, line and field.
   */
  count(column: string, absent?: number): number;
  /** The cell as any finite number. */
  number(column: string): number;
}

/**
 * Reads all rows.
 *
 * @throws UserError when there is no such file, InputError when a row is torn or a column is missing.
 */
export function* rowsOf(file: string, needed: readonly string[]): Generator<Row, void> {
  if (!existsSync(file)) {
    throw new UserError(`no such file: ${file}`, {
      exitCode: exitCodes.usage,
      code: 'no-such-file',
      next: whereToGetTraces,
    });
  }
  const table = openTable(file);
  const places = new Map(table.header.map((name, index) => [name, index]));
  const missing = needed.find(name => !places.has(name));
  if (missing !== undefined) {
    table.close();
    const next = meantOrKnown(missing, table.header);
    throw new InputError({ file, line: table.line, field: missing }, 'the column is missing', next);
  }
  for (const { cells, line } of table.rows) yield rowOf({ file, line, cells, places });
}

function rowOf({
  file,
  line,
  cells,
  places,
}: {
  readonly file: string;
  readonly line: number;
  readonly cells: readonly unknown[];
  readonly places: ReadonlyMap<string, number>;
}): Row {
  const text = (column: string): string => {
    const place = places.get(column);
    const cell = place === undefined ? undefined : cells[place];
    return typeof cell === 'string' ? cell.trim() : typeof cell === 'number' ? String(cell) : '';
  };
  const number = (column: string): number => {
    const value = text(column);
    if (value !== '' && Number.isFinite(Number(value))) return Number(value);
    throw new InputError(
      { file, line, field: column },
      `"${value}" is not a number`,
      'write digits alone',
    );
  };
  return {
    line,
    text,
    number,
    count(column, absent) {
      if (absent !== undefined && text(column) === '') return absent;
      const value = text(column);
      if (/^\d+(\.0+)?$/.test(value)) return Number(value);
      throw new InputError(
        { file, line, field: column },
        `"${value}" is not a whole number from 0 on`,
        'mend or remove the row',
      );
    },
  };
}
