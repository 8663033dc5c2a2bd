/** The commands that take no time: the part of busybox that test and demo containers use. */
import { date } from './date.js';
import type { ShellHost } from './host.js';
import type { Input } from './input.js';
import { printf, unescaped } from './printf.js';
import { systemCommands } from './system-commands.js';
import { test } from './test-command.js';
import { textCommands } from './text-commands.js';
import type { Variables } from './variables.js';

/** What a command is given. */
export interface CommandCall {
  readonly name: string;
  readonly args: readonly string[];
  readonly input: Input;
  readonly host: ShellHost;
  readonly variables: Variables;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}

/** Returns the exit status. */
export type PlainCommand = (call: CommandCall) => number;

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
  cat: ({ args, input, host, out, err }) => {
    if (args.length === 0) {
      for (let some = input.some(); some !== undefined; some = input.some()) out(some);
    }
    return each(args, path => {
      const content = path === '-' ? input.rest() : host.files.read(path);
      if (content === undefined) {
        const why = host.files.problem(path, 'read') ?? 'No such file or directory';
        err(`cat: can't open '${path}': ${why}\n`);
      } else out(content);
      return content === undefined ? 1 : 0;
    });
  },
  date,
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
    out((isEscaped ? unescaped(text, '0') : text) + newline);
    return 0;
  },
  env: ({ variables, out }) => {
    for (const [name, value] of variables.environment()) out(`${name}=${value}\n`);
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
  printenv: ({ args, variables, out }) => {
    if (args.length === 0)
      for (const [name, value] of variables.environment()) out(`${name}=${value}\n`);
    let status = 0;
    for (const name of args) {
      const value = variables.isExported(name) ? variables.get(name) : undefined;
      if (value === undefined) status = 1;
      else out(`${value}\n`);
    }
    return status;
  },
  printf,
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
  wc: ({ args, input, host, out, err }) => {
    const path = args.find(arg => !arg.startsWith('-'));
    const text = path === undefined ? input.rest() : host.files.read(path);
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

function byteCount(text: string): number {
  const units: Readonly<Record<string, number>> = { k: 1024, K: 1024, M: 1024 ** 2, G: 1024 ** 3 };
  return parseInt(text, 10) * (units[text.at(-1) ?? ''] ?? 1);
}
