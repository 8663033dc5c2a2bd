/** Tables as plain text: columns of equal width, numbers to the right, readable without colour. */
import type { ReportTable } from '../stacks/stack.js';

const isNumber = (text: string): boolean => /^[-+]?[$]?[\d.,]+(\s?[%a-zA-Z/µ]+)?$/.test(text);

/** The lines of a table, with its title above and its notes below. */
export function tableLines({ title, columns, rows, notes = [] }: ReportTable): string[] {
  const widths = columns.map((name, index) =>
    Math.max(name.length, ...rows.map(row => (row[index] ?? '').length)),
  );
  const isRight = columns.map((_, index) =>
    rows.every(row => isNumber(row[index] ?? '') || ['', '-'].includes(row[index] ?? '')),
  );
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
