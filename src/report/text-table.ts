/** Tables as plain text: columns of equal width, numbers to the right, readable without colour. */
import type { ReportTable } from '../stacks/stack.js';

const isNumber = (text: string): boolean => /^[-+]?[$]?[\d.,]+(\s?[%a-zA-Z/µ]+)?$/.test(text);

/** Which columns hold numbers only, or nothing: they go to the right. */
export function numericColumns({ columns, rows }: ReportTable): readonly boolean[] {
  return columns.map((_, index) =>
    rows.every(row => isNumber(row[index] ?? '') || ['', '-'].includes(row[index] ?? '')),
  );
}

/** The lines of a table, with its title above and its notes below. */
export function tableLines(table: ReportTable): string[] {
  const { title, columns, rows, notes = [] } = table;
  const widths = columns.map((name, index) =>
    Math.max(name.length, ...rows.map(row => (row[index] ?? '').length)),
  );
  const isRight = numericColumns(table);
  const line = (cells: readonly string[]): string =>
    widths
      .map((width, index) => {
        const text = cells[index] ?? '';
        return isRight[index] === true ? text.padStart(width) : text.padEnd(width);
      })
      .join('  ')
      .trimEnd();
  const rule = widths.map(width => '-'.repeat(width));
  return [title, line(columns), line(rule), ...rows.map(line), ...notes.map(note => `* ${note}`)];
}
