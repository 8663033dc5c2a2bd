/** Commands that pick, sort and change lines, as far as scripts ask. */
import type { CommandCall, PlainCommand } from './commands.js';
import { unescaped } from './printf.js';

/** Lines without their ends. */
export function linesOf(text: string): string[] {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

/** What the files hold one after another, or the input; a file that is not there is told. */
function textOf({ name, input, host, err }: CommandCall, paths: readonly string[]) {
  if (paths.length === 0) return { text: input.rest(), status: 0 };
  let [text, status] = ['', 0];
  for (const path of paths) {
    const content = path === '-' ? input.rest() : host.files.read(path);
    if (content === undefined) {
      const why = host.files.problem(path, 'read') ?? 'No such file or directory';
      err(`${name}: ${path}: ${why}\n`);
      status = 1;
    } else text += content;
  }
  return { text, status };
}

/** `-3`, `-n 3`, `-n3`, `-c 3`, and the files. */
function countOf(args: readonly string[]) {
  let [count, isBytes] = ['10', false];
  const paths: string[] = [];
  for (let at = 0; at < args.length; at++) {
    const arg = args[at] ?? '';
    const short = /^-([nc])(.*)$/.exec(arg);
    if (short !== null) {
      isBytes = short[1] === 'c';
      count = short[2] === '' ? (args[++at] ?? '') : (short[2] ?? '');
    } else if (/^-\d+$/.test(arg)) count = arg.slice(1);
    else if (!/^-\w+$/.test(arg)) paths.push(arg);
  }
  return { count, isBytes, paths };
}

/** Bytes of a device without end are made as they are asked for. */
function zeros(path: string | undefined, count: number): string | undefined {
  return path === '/dev/zero' || path === '/dev/urandom' ? '\0'.repeat(count) : undefined;
}

const head: PlainCommand = call => {
  const { count, isBytes, paths } = countOf(call.args);
  const wanted = Number(count);
  const made = zeros(paths[0], wanted);
  const { text, status } = made === undefined ? textOf(call, paths) : { text: made, status: 0 };
  const part = linesOf(text).slice(0, wanted);
  call.out(isBytes ? text.slice(0, wanted) : part.map(line => `${line}\n`).join(''));
  return status;
};

/** `-n +2`: from the second line on. */
const tail: PlainCommand = call => {
  const { count, isBytes, paths } = countOf(call.args);
  const { text, status } = textOf(call, paths);
  const wanted = Number(count);
  const from = (length: number) =>
    count.startsWith('+') ? Math.max(0, wanted - 1) : Math.max(0, length - Math.abs(wanted));
  const lines = linesOf(text);
  if (isBytes) call.out(text.slice(from(text.length)));
  else for (const line of lines.slice(from(lines.length))) call.out(`${line}\n`);
  return status;
};

/** `-n` by number, `-r` backwards, `-u` each once. */
const sort: PlainCommand = call => {
  const flags = call.args.filter(arg => /^-\w+$/.test(arg)).join('');
  const { text, status } = textOf(
    call,
    call.args.filter(arg => !/^-\w+$/.test(arg)),
  );
  const key = (line: string) => Number.parseFloat(/^\s*-?[\d.]+/.exec(line)?.[0] ?? '0') || 0;
  const byText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
  const isNumeric = flags.includes('n');
  const order = (a: string, b: string) => (isNumeric ? key(a) - key(b) : 0) || byText(a, b);
  const sorted = linesOf(text).sort((a, b) => (flags.includes('r') ? order(b, a) : order(a, b)));
  const isSame = (a: string, b: string) => (isNumeric ? key(a) === key(b) : a === b);
  for (const [index, line] of sorted.entries()) {
    const before = sorted[index - 1];
    if (flags.includes('u') && before !== undefined && isSame(before, line)) continue;
    call.out(`${line}\n`);
  }
  return status;
};

/** `-c` with how many, `-d` only what comes more than once. */
const uniq: PlainCommand = call => {
  const flags = call.args.filter(arg => arg.startsWith('-')).join('');
  const { text, status } = textOf(
    call,
    call.args.filter(arg => !arg.startsWith('-')),
  );
  const runs: { readonly line: string; count: number }[] = [];
  for (const line of linesOf(text)) {
    const last = runs.at(-1);
    if (last?.line === line) last.count++;
    else runs.push({ line, count: 1 });
  }
  for (const { line, count } of runs) {
    if (flags.includes('d') && count === 1) continue;
    call.out(`${flags.includes('c') ? `${String(count).padStart(7)} ` : ''}${line}\n`);
  }
  return status;
};

/** `tr SET1 SET2`, `-d SET`, `-s SET`. */
const tr: PlainCommand = ({ args, input, out }) => {
  const flag = /^-[ds]$/.test(args[0] ?? '') ? args[0] : undefined;
  const sets = flag === undefined ? args : args.slice(1);
  const from = charsOf(sets[0] ?? '');
  const to = charsOf(sets[1] ?? '');
  let [text, last] = ['', ''];
  for (const char of input.rest()) {
    const at = from.indexOf(char);
    if (flag === '-d') text += at < 0 ? char : '';
    else if (flag === '-s' && sets.length === 1) text += at >= 0 && char === last ? '' : char;
    else text += at < 0 ? char : (to[at] ?? to.at(-1) ?? '');
    last = char;
  }
  out(text);
  return 0;
};

const classes: Readonly<Record<string, string>> = {
  '[:lower:]': 'a-z',
  '[:upper:]': 'A-Z',
  '[:digit:]': '0-9',
  '[:alpha:]': 'A-Za-z',
  '[:alnum:]': '0-9A-Za-z',
  '[:space:]': '\t\n\v\f\r ',
};

/** `a-z`, `\n`, `[:lower:]`, or the characters themselves. */
function charsOf(set: string): readonly string[] {
  const plain = unescaped(set.replace(/\[:\w+:\]/g, name => classes[name] ?? name));
  return [...plain.matchAll(/(.)-(.)|[^]/gs)].flatMap(([char, first, last]) => {
    if (first === undefined || last === undefined) return [char];
    const [low, high] = [first.charCodeAt(0), last.charCodeAt(0)];
    return Array.from({ length: high - low + 1 }, (_, index) => String.fromCharCode(low + index));
  });
}

/** `tee FILES`, `-a` to append. */
const tee: PlainCommand = ({ args, input, host, out, err }) => {
  const text = input.rest();
  const isAppending = args.includes('-a');
  let status = 0;
  for (const path of args.filter(arg => !arg.startsWith('-'))) {
    const before = isAppending ? (host.files.read(path) ?? '') : '';
    if (host.files.write(path, before + text)) continue;
    err(`tee: ${path}: ${host.files.problem(path, 'write') ?? 'Permission denied'}\n`);
    status = 1;
  }
  out(text);
  return status;
};

/** All of them by name. */
export const lineCommands: Readonly<Record<string, PlainCommand>> = {
  head,
  sort,
  tail,
  tee,
  tr,
  uniq,
};
