/** Markdown as GitHub shows it: tables, folded parts, and text that is no markup. */
import type { ReportTable } from '../stacks/stack.js';
import { numericColumns } from './text-table.js';

const rowsMax = 40;

/** A part that opens when its title is clicked. */
export function folded(title: string, body: string): string[] {
  return ['<details>', `<summary>${title}</summary>`, '', body, '', '</details>', ''];
}

/** Lines as they are, in a fence longer than any run of ticks in them. */
export function fenced(lines: readonly string[]): string {
  const text = lines.join('\n').trim();
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}text\n${text}\n${fence}`;
}

/** A table; what is beyond forty rows is counted. */
export function markdownTable(table: ReportTable): string {
  const { title, columns, rows, notes = [] } = table;
  const isNumeric = numericColumns(table);
  const line = (cells: readonly string[]): string => `| ${cells.map(inline).join(' | ')} |`;
  const rule = `|${columns.map((_, index) => (isNumeric[index] === true ? ' ---: ' : ' --- ')).join('|')}|`;
  const more = rows.length - rowsMax;
  return [
    `**${inline(title)}**`,
    '',
    line(columns),
    rule,
    ...rows.slice(0, rowsMax).map(line),
    '',
    ...(more > 0 ? [`and ${more} more rows`, ''] : []),
    ...notes.map(note => `- ${inline(note)}`),
  ].join('\n');
}

/** Text that is no markup: neither Markdown's nor HTML's. */
export function inline(text: string): string {
  return text.replaceAll(/\s+/g, ' ').replaceAll(/[\\`*_{}[\]<>|~]/g, sign => `\\${sign}`);
}
