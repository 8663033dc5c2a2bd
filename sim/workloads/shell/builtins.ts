/** The commands that change the shell itself and take no time. @upstream POSIX.1 2.15 */
import type { Calls } from './calls.js';
import type { ShellHost } from './host.js';
import { isKnownName } from './knows.js';
import { ShellExit, type Streams } from './job.js';
import { type Options, setOptions } from './options.js';
import { readLine } from './read-line.js';
import { filesFrom, pathFrom } from './relative-files.js';
import { plainSignal } from './signals.js';
import type { Variables } from './variables.js';

/** The shell that they change. */
export interface Changing {
  host: ShellHost;
  folder: string;
  readonly name: string;
  readonly options: Options;
  readonly variables: Variables;
  readonly streams: Streams;
  readonly traps: Map<string, string>;
  readonly calls: Calls;
  assign(name: string, value: string): void;
  misread(message: string): never;
}

/** Returns the exit status. */
type Builtin = (shell: Changing, args: readonly string[]) => number;

/** All of them by name. */
export const shellBuiltins: Readonly<Record<string, Builtin>> = {
  cd: (shell, [wanted]) => {
    const path = wanted ?? shell.variables.get('HOME') ?? '/';
    const target = path === '-' ? (shell.variables.get('OLDPWD') ?? shell.folder) : path;
    const whole = pathFrom(shell.folder, target);
    const facts = shell.host.files.stat(whole);
    // Images hold more folders than are known.
    const isThere =
      facts?.isFolder ?? (whole === '/' || shell.host.files.fsType(whole) === 'overlay');
    if (!isThere) {
      const why = facts === undefined ? 'No such file or directory' : 'Not a directory';
      shell.streams.err(`${shell.name}: cd: can't cd to ${target}: ${why}\n`);
      return 2;
    }
    shell.variables.set('OLDPWD', shell.folder);
    moveTo(shell, whole);
    if (path === '-') shell.streams.out(`${whole}\n`);
    return 0;
  },
  export: (shell, args) => {
    if (args.length === 0 || args[0] === '-p') return listed(shell, 'export');
    const isExported = args[0] !== '-n';
    for (const arg of isExported ? args : args.slice(1)) {
      shell.variables.export(assigned(shell, arg), isExported);
    }
    return 0;
  },
  local: ({ calls, name, streams }, args) =>
    calls.local(args, text => streams.err(`${name}: ${text}`)),
  pwd: ({ folder, streams }) => {
    streams.out(`${folder}\n`);
    return 0;
  },
  read: readLine,
  readonly: (shell, args) => {
    if (args.length === 0 || args[0] === '-p') return listed(shell, 'readonly');
    for (const arg of args) shell.variables.fix(assigned(shell, arg));
    return 0;
  },
  set: (shell, args) => {
    if (args.length === 0) {
      for (const [name, value] of shell.variables.all()) {
        if (/^[A-Za-z_]/.test(name)) shell.streams.out(`${name}=${quoted(value)}\n`);
      }
      return 0;
    }
    const { problem, positional } = setOptions(shell.options, args);
    if (problem !== undefined) shell.misread(`${shell.name}: ${problem}`);
    shell.variables.exportsAll = shell.options.exportsAll;
    if (positional !== undefined) shell.calls.positional = positional;
    return 0;
  },
  shift: ({ calls }, [count = '1']) => calls.shift(Number(count)),
  trap: (shell, args) => {
    if (args.length === 0) {
      for (const [signal, action] of shell.traps) {
        shell.streams.out(`trap -- ${quoted(action)} ${signal}\n`);
      }
      return 0;
    }
    // Without an action, or with `-`, signals do again what they do by themselves.
    const [action = '', ...signals] = args[0] === '--' ? args.slice(1) : args;
    const isReset = action === '-' || signals.length === 0;
    for (const signal of (signals.length === 0 ? [action] : signals).map(plainSignal)) {
      if (isReset) shell.traps.delete(signal);
      else shell.traps.set(signal, action);
    }
    return 0;
  },
  unset: (shell, args) => {
    const isFunction = args[0] === '-f';
    for (const name of args.filter(arg => !arg.startsWith('-'))) {
      if (isFunction) shell.calls.undefine(name);
      else {
        if (shell.variables.isFixed(name))
          shell.misread(`${shell.name}: unset: ${name}: is read only`);
        shell.variables.set(name, undefined);
      }
    }
    return 0;
  },
};

/** `command -v`: how a name is understood. */
export function nameFound({ calls, streams }: Changing, args: readonly string[]): number {
  let status = 0;
  for (const name of args) {
    if (calls.has(name) || Object.hasOwn(shellBuiltins, name)) streams.out(`${name}\n`);
    else if (isKnownName(name)) streams.out(name.startsWith('/') ? `${name}\n` : `/bin/${name}\n`);
    else status = 127;
  }
  return status;
}

/** Goes to a folder: from there relative names begin. */
export function moveTo(
  shell: Pick<Changing, 'folder' | 'host' | 'variables'>,
  folder: string,
): void {
  const { host } = shell;
  shell.folder = folder;
  shell.host = { ...host, files: filesFrom(folder, host.files) };
  shell.variables.set('PWD', folder);
}

/** Sets what `name=value` says; the name. */
function assigned(shell: Changing, text: string): string {
  const at = text.indexOf('=');
  const name = at < 0 ? text : text.slice(0, at);
  if (!/^[A-Za-z_]\w*$/.test(name)) shell.misread(`${shell.name}: ${name}: bad variable name`);
  if (at >= 0) shell.assign(name, text.slice(at + 1));
  return name;
}

function listed({ variables, streams }: Changing, kind: 'export' | 'readonly'): number {
  for (const [name, value] of variables.all()) {
    const isWanted = kind === 'export' ? variables.isExported(name) : variables.isFixed(name);
    if (isWanted) streams.out(`${kind} ${name}=${quoted(value)}\n`);
  }
  return 0;
}

/** As the shell itself would read it. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", `'"'"'`)}'`;
}

/** The status that `exit` and `return` are given. */
export function statusOf(
  shell: Changing,
  name: string,
  args: readonly string[],
): number | undefined {
  const [text] = args;
  if (text === undefined) return undefined;
  if (!/^\d+$/.test(text)) {
    shell.streams.err(`${shell.name}: ${name}: Illegal number: ${text}\n`);
    throw new ShellExit(2);
  }
  return Number(text) & 255;
}
