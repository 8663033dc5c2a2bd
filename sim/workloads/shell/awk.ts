/** The awk of pipelines: lines that match, with the fields that are wanted. Other programs are not understood. */
import type { PlainCommand } from './commands.js';

type Item = { readonly field: number | 'last' | 'line' } | { readonly text: string };

interface AwkProgram {
  readonly pattern: RegExp | undefined;
  readonly items: readonly Item[];
}

/** `/PATTERN/ { print $1, "text", $NF }`; undefined for all else that awk could do. */
export function awkProgram(text: string): AwkProgram | undefined {
  const match = /^\s*(?:\/((?:[^/\\]|\\.)*)\/)?\s*(?:\{\s*print\b([^{};]*?);?\s*\})?\s*$/.exec(
    text,
  );
  if (match === null || text.trim() === '') return undefined;
  const [, pattern, list = ''] = match;
  const items: Item[] = [];
  for (const word of list.trim() === '' ? ['$0'] : list.split(',')) {
    const item = itemOf(word.trim());
    if (item === undefined) return undefined;
    items.push(item);
  }
  try {
    return { pattern: pattern === undefined ? undefined : new RegExp(pattern), items };
  } catch {
    return undefined;
  }
}

function itemOf(word: string): Item | undefined {
  if (word === '$NF') return { field: 'last' };
  if (word === 'NR') return { field: 'line' };
  const field = /^\$(\d+)$/.exec(word)?.[1];
  if (field !== undefined) return { field: Number(field) };
  const text = /^"([^"\\]*)"$/.exec(word)?.[1];
  return text === undefined ? undefined : { text };
}

/** `awk -F: '{print $1}' FILE`. */
export const awk: PlainCommand = ({ args, input, host, out, err }) => {
  const at = args.findIndex(arg => arg.startsWith('-F'));
  const isApart = at >= 0 && args[at] === '-F';
  const divider = at < 0 ? undefined : isApart ? (args[at + 1] ?? ' ') : args[at]?.slice(2);
  const words = args.filter((_, index) => index !== at && !(isApart && index === at + 1));
  const [text = '', path] = words;
  const program = awkProgram(text);
  const read = path === undefined ? input.rest() : host.files.read(path);
  if (program === undefined || read === undefined) {
    err(
      program === undefined
        ? 'awk: cmd. line:1: Unexpected token\n'
        : `awk: ${path ?? ''}: No such file or directory\n`,
    );
    return 2;
  }
  const lines = read.split('\n');
  if (lines.at(-1) === '') lines.pop();
  for (const [index, line] of lines.entries()) {
    if (program.pattern?.test(line) === false) continue;
    const fields = divider === undefined ? line.trim().split(/\s+/) : line.split(divider);
    const shown = program.items.map(item => {
      if ('text' in item) return item.text;
      if (item.field === 'line') return String(index + 1);
      if (item.field === 'last') return fields.at(-1) ?? '';
      return item.field === 0 ? line : (fields[item.field - 1] ?? '');
    });
    out(`${shown.join(' ')}\n`);
  }
  return 0;
};
