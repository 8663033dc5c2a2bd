/** The commands that take no time: the part of busybox that test and demo containers use. */
import type { ShellHost } from './host.js';
import { systemCommands } from './system-commands.js';
import { textCommands } from './text-commands.js';

/** What a command is given. */
export interface CommandCall {
  readonly name: string;
  readonly args: readonly string[];
  readonly stdin: string;
  readonly host: ShellHost;
  readonly variables: ReadonlyMap<string, string>;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}

/** Returns the exit status. */
export type PlainCommand = (call: CommandCall) => number;

const test: PlainCommand = ({ name, args, host, err }) => {
  if (name === 'test') return testStatus(args, host);
  const end = name === '[' ? ']' : ']]';
  if (args.at(-1) === end) return testStatus(args.slice(0, -1), host);
  err(`sh: missing ${end}\n`);
  return 2;
};

/** All commands by name. */
export const plainCommands: Readonly<Record<string, PlainCommand>> = {
  ...textCommands,
  ...systemCommands,
  ':': () => 0,
  true: () => 0,
  false: () => 1,
  '[': test,
  '[[': test,
  test,
  cat: ({ args, stdin, host, out, err }) => {
    if (args.length === 0) out(stdin);
    return each(args, path => {
      const content = path === '-' ? stdin : host.files.read(path);
      if (content === undefined) {
        const why = host.files.problem(path, 'read') ?? 'No such file or directory';
        err(`cat: can't open '${path}': ${why}\n`);
      } else out(content);
      return content === undefined ? 1 : 0;
    });
  },
  date: ({ args, host, out }) => {
    const seconds = Math.floor(host.nowMs() / 1000);
    const isStamp = args[0] === '+%s';
    out(isStamp ? `${seconds}\n` : `${new Date(seconds * 1000).toUTCString()}\n`);
    return 0;
  },
  dd: ({ args, host, err }) => {
    const option = (key: string) =>
      args.find(arg => arg.startsWith(`${key}=`))?.slice(key.length + 1);
    const blockBytes = byteCount(option('bs') ?? '512');
    const count = Number(option('count') ?? '1');
    host.useMemory(blockBytes);
    const target = option('of');
    if (target !== undefined && target !== '/dev/null') {
      host.files.write(target, '\0'.repeat(blockBytes * count));
    }
    err(`${count}+0 records in\n${count}+0 records out\n`);
    return 0;
  },
  echo: ({ args, out }) => {
    let words = args;
    let newline = '\n';
    let isEscaped = false;
    while (/^-[neE]+$/.test(words[0] ?? '')) {
      if (words[0]?.includes('n')) newline = '';
      if (words[0]?.includes('e')) isEscaped = true;
      words = words.slice(1);
    }
    const text = words.join(' ');
    out((isEscaped ? unescaped(text) : text) + newline);
    return 0;
  },
  env: ({ variables, out }) => {
    for (const [name, value] of variables) out(`${name}=${value}\n`);
    return 0;
  },
  head: ({ args, stdin, host, out }) => {
    const count = Number(args[args.findIndex(arg => arg === '-n' || arg === '-c') + 1] ?? 10);
    const path = args.find(
      (arg, index) => !arg.startsWith('-') && !/^-[nc]$/.test(args[index - 1] ?? ''),
    );
    const text = path === undefined ? stdin : (host.files.read(path) ?? zeros(path, count));
    const part = lines(text).slice(0, count);
    out(args.includes('-c') ? text.slice(0, count) : part.map(line => `${line}\n`).join(''));
    return 0;
  },
  hostname: ({ args, host, out }) => {
    out(`${args.includes('-f') ? fullName(host) : host.hostname}\n`);
    return 0;
  },
  httpd: ({ args, host }) => {
    const option = (name: string) => args[args.indexOf(name) + 1] ?? '';
    const port = args.includes('-p') ? Number(option('-p').split(':').at(-1)) : 80;
    host.listen(port, args.includes('-h') ? option('-h') : '/');
    return 0;
  },
  nc: ({ args, host }) => {
    const at = args.findIndex(arg => arg === '-p' || arg === '-lp');
    if (at >= 0) host.listen(Number(args[at + 1]), '');
    return 0;
  },
  pidof: ({ args, host, out }) => {
    if (args[0] !== host.mainName()) return 1;
    out('1\n');
    return 0;
  },
  printf: ({ args, out }) => {
    out(formatted(args[0] ?? '', args.slice(1)));
    return 0;
  },
  rm: ({ args, host, err }) => {
    const isForced = args.some(arg => /^-\w*f/.test(arg));
    return each(
      args.filter(arg => !arg.startsWith('-')),
      path => {
        const below = host.files.list(`${path}/`);
        for (const file of below) host.files.remove(file);
        if (host.files.remove(path) || below.length > 0 || isForced) return 0;
        err(`rm: can't remove '${path}': No such file or directory\n`);
        return 1;
      },
    );
  },
  seq: ({ args, out }) => {
    const numbers = args.map(Number);
    const [first, step, last] = [
      numbers.length > 1 ? (numbers[0] ?? 1) : 1,
      numbers.length > 2 ? (numbers[1] ?? 1) : 1,
      numbers.at(-1) ?? 0,
    ];
    for (let value = first; step > 0 ? value <= last : value >= last; value += step)
      out(`${value}\n`);
    return 0;
  },
  touch: ({ args, host, err }) =>
    each(args, path => {
      if (host.files.write(path, host.files.read(path) ?? '')) return 0;
      err(`touch: ${path}: ${host.files.problem(path, 'write') ?? ''}\n`);
      return 1;
    }),
  wc: ({ args, stdin, host, out, err }) => {
    const path = args.find(arg => !arg.startsWith('-'));
    const text = path === undefined ? stdin : host.files.read(path);
    if (text === undefined) {
      err(`wc: ${path ?? ''}: No such file or directory\n`);
      return 1;
    }
    const count = args.includes('-l') ? text.split('\n').length - 1 : text.length;
    out(`${count}${path === undefined ? '' : ` ${path}`}\n`);
    return 0;
  },
};

/** The first name of its line in the hosts file. */
function fullName({ hostname, files }: ShellHost): string {
  const lines = (files.read('/etc/hosts') ?? '').split('\n').map(line => line.split(/\s+/));
  const own = lines.find(([, ...names]) => names.includes(hostname));
  return own?.[1] ?? hostname;
}

function each(paths: readonly string[], handle: (path: string) => number): number {
  let status = 0;
  for (const path of paths) status = handle(path) || status;
  return status;
}

function lines(text: string): string[] {
  const all = text.split('\n');
  if (all.at(-1) === '') all.pop();
  return all;
}

function zeros(path: string, count: number): string {
  return path === '/dev/zero' || path === '/dev/urandom' ? '\0'.repeat(count) : '';
}

function byteCount(text: string): number {
  const units: Readonly<Record<string, number>> = { k: 1024, K: 1024, M: 1024 ** 2, G: 1024 ** 3 };
  return parseInt(text, 10) * (units[text.at(-1) ?? ''] ?? 1);
}

function unescaped(text: string): string {
  const codes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', '\\': '\\' };
  return text.replace(/\\([ntr\\])/g, (_, code: string) => codes[code] ?? code);
}

function formatted(format: string, args: readonly string[]): string {
  let at = 0;
  const once = (): string =>
    unescaped(format).replace(
      /%(0?)(\d*)([sd%])/g,
      (_, zero: string, width: string, kind: string) => {
        if (kind === '%') return '%';
        const value = args[at++] ?? (kind === 'd' ? '0' : '');
        return value.padStart(Number(width), zero === '0' ? '0' : ' ');
      },
    );
  let text = once();
  while (at > 0 && at < args.length) text += once();
  return text;
}

function testStatus(args: readonly string[], host: ShellHost): number {
  return isTrue(args, host) ? 0 : 1;
}

function isTrue(args: readonly string[], host: ShellHost): boolean {
  const [a = '', operator, b = ''] = args;
  if (a === '!' && args.length > 1) return !isTrue(args.slice(1), host);
  if (args.length <= 1) return a !== '';
  if (args.length === 2) {
    const value = operator ?? '';
    if (a === '-z') return value === '';
    if (a === '-n') return value !== '';
    const facts = () => host.files.stat(value);
    if (a === '-d') return facts()?.isFolder === true;
    if (a === '-f') return facts()?.isFolder === false;
    if (a === '-r') return facts() !== undefined && host.files.problem(value, 'read') === undefined;
    if (a === '-w')
      return facts() !== undefined && host.files.problem(value, 'write') === undefined;
    if (a === '-s') return (host.files.read(value) ?? '') !== '';
    return facts() !== undefined;
  }
  const [left, right] = [Number(a), Number(b)];
  switch (operator) {
    case '=':
    case '==':
      return a === b;
    case '!=':
      return a !== b;
    case '-eq':
      return left === right;
    case '-ne':
      return left !== right;
    case '-gt':
      return left > right;
    case '-ge':
      return left >= right;
    case '-lt':
      return left < right;
    case '-le':
      return left <= right;
    default:
      return false;
  }
}
