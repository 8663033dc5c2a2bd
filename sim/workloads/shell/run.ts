/** Runs the small shell's syntax tree, as a generator that yields whenever time must go by. */
import { type Changing, nameFound, shellBuiltins, statusOf } from './builtins.js';
import { Calls, returned } from './calls.js';
import { askingCommands } from './asking/index.js';
import { plainCommands } from './commands.js';
import { positionalValue } from './expand.js';
import { Interpreter } from './interpreter.js';
import type { ShellHost } from './host.js';
import { baseName, reachingCommands } from './knows.js';
import {
  foreverMs,
  type Job,
  LoopJump,
  type Run,
  ShellExit,
  ShellReturn,
  type Streams,
} from './job.js';
import { Input } from './input.js';
import { Jobs } from './jobs.js';
import { freshOptions, optionLetters, type Options, setOptions } from './options.js';
import { parseScript } from './parse.js';
import { reading, typed } from './reading.js';
import { withRanges } from './ranges.js';
import { neverEnds } from './text-commands.js';
import { durationMs, plainSignal, signalNumbers } from './signals.js';
import type { Script, Statement } from './syntax.js';
import type { Variables } from './variables.js';
import { ShellSyntaxError } from './word-parser.js';

/** A shell: its variables, traps and jobs. */
export class Shell extends Interpreter implements Changing {
  readonly traps = new Map<string, string>();
  readonly pending: string[] = [];
  /** After `exec` the shell is gone: nobody handles signals any more. */
  executed: string | undefined;
  folder = '/';
  readonly options: Options = freshOptions();
  readonly calls: Calls;
  private readonly jobs = new Jobs();
  private isHandling = false;
  /** What it was started as: its complaints begin so. */
  name = 'sh';

  constructor(
    public host: ShellHost,
    readonly variables: Variables,
    public streams: Streams,
    private readonly startJob: (shell: Shell, run: Run) => Job,
    readonly pid: number,
    parent?: Shell,
  ) {
    super();
    this.calls = parent?.calls.child(variables) ?? new Calls(variables);
  }

  /** A shell of its own that starts as this one is. */
  private child(streams: Streams, isTested = true): Shell {
    const { host, startJob, pid } = this;
    const child = new Shell(host, this.variables.copy(), streams, startJob, pid, this);
    child.name = this.name;
    child.folder = this.folder;
    child.status = this.status;
    if (isTested) child.tolerant = this.tolerant;
    Object.assign(child.options, this.options);
    for (const [signal, action] of this.traps) if (action === '') child.traps.set(signal, '');
    return child;
  }

  /** Another program of the shell: it is given what is exported, and nothing else. */
  private *program(args: readonly string[]): Run {
    const { host, startJob, pid, streams } = this;
    const environment = this.variables.handedOn();
    const shell = new Shell(host, environment, streams, startJob, pid);
    shell.folder = this.folder;
    return yield* shell.commandLine(['sh', ...args]);
  }

  /** Runs a command line that is given as words, as the runtime starts it. */
  *commandLine(words: readonly string[]): Run {
    const [name = '', ...args] = words;
    const base = name.split('/').at(-1) ?? '';
    if (base === 'sh' || base === 'ash' || base === 'bash') {
      return yield* this.whole(this.started(name, args));
    }
    this.executed = base;
    return yield* this.named(base, args);
  }

  private *started(name: string, args: readonly string[]): Run {
    const at = args.findIndex(arg => /^-\w*c$/.test(arg));
    if (at >= 0) {
      this.name = name;
      const flags = args.slice(0, at + 1).map(arg => arg.replace(/^(-\w*)c$/, '$1'));
      setOptions(
        this.options,
        flags.filter(arg => /^[-+]\w/.test(arg)),
      );
      this.variables.set('0', args[at + 2] ?? name);
      this.calls.positional = args.slice(at + 3);
      const text = args[at + 1] ?? '';
      return yield* this.text(name.endsWith('bash') ? withRanges(text) : text);
    }
    const [path = '', ...rest] = args.filter(arg => !/^-[a-z]+$/.test(arg));
    setOptions(
      this.options,
      args.filter(arg => /^-[a-z]+$/.test(arg)),
    );
    if (path === '' && this.streams.stdin.isOpen) return yield* typed(this);
    const text = path === '' ? this.streams.stdin.rest() : this.host.files.read(path);
    if (text === undefined) {
      this.streams.err(`sh: can't open '${path}': No such file or directory\n`);
      return 2;
    }
    this.variables.set('0', path === '' ? name : path);
    this.calls.positional = rest;
    return yield* this.text(text);
  }

  /** Runs to the end of this shell: what it traps as EXIT comes last. */
  *whole(run: Run): Run {
    const { status } = yield* exited(run);
    this.status = status;
    const action = this.traps.get('EXIT');
    if (action === undefined || this.executed !== undefined) return status;
    this.traps.delete('EXIT');
    const end = yield* exited(this.text(action));
    return end.hasExited ? end.status : status;
  }

  /** Parses and runs. */
  *text(text: string): Run {
    return yield* returned(this.evaluated(text));
  }

  private *evaluated(text: string): Run {
    let script: Script;
    try {
      script = parseScript(text);
    } catch (error) {
      if (!(error instanceof ShellSyntaxError)) throw error;
      this.streams.err(`${error.message}\n`);
      throw new ShellExit(2);
    }
    return yield* this.script(script);
  }

  protected background(statement: Statement): void {
    const shell = this.child({ ...this.streams, stdin: new Input('') }, false);
    const run = shell.whole(shell.statement({ ...statement, isBackground: false }));
    const job = this.startJob(shell, run);
    this.jobs.add(job);
    this.variables.set('!', String(job.pid));
  }

  /** Runs the handlers of the signals that came meanwhile. */
  *handleSignals(): Run<void> {
    while (!this.isHandling) {
      const signal = this.pending.shift();
      if (signal === undefined) return;
      const status = this.status;
      this.isHandling = true;
      yield* this.text(this.traps.get(signal) ?? '');
      this.isHandling = false;
      this.status = status;
    }
  }

  protected *subshell(run: (shell: Shell) => Run, streams: Partial<Streams> = {}): Run {
    const shell = this.child({ ...this.streams, ...streams });
    return yield* shell.whole(run(shell));
  }

  protected *called(name: string, args: readonly string[]): Run {
    const body = this.calls.body(name);
    if (body === undefined) return yield* this.named(name, args);
    const outer = this.calls.enter(args);
    try {
      return yield* returned(this.command(body));
    } finally {
      this.calls.leave(outer);
    }
  }

  private *named(name: string, args: readonly string[]): Run {
    switch (name) {
      case 'exit':
        throw new ShellExit(statusOf(this, name, args) ?? this.status);
      case 'break':
      case 'continue': {
        const levels = Math.min(Number(args[0] ?? 1), this.calls.loops);
        if (levels <= 0) return 0;
        throw new LoopJump(name === 'break', levels);
      }
      case 'return':
        throw new ShellReturn(statusOf(this, name, args) ?? this.status);
      case 'eval':
        return yield* this.evaluated(args.join(' '));
      case '.':
      case 'source':
        return yield* this.sourced(args[0] ?? '');
      case 'command':
        if (args[0] === '-v') return nameFound(this, args.slice(1));
        return args[0] === undefined ? 0 : yield* this.named(args[0], args.slice(1));
      case 'sleep':
        yield { kind: 'sleep', ms: args.reduce((sum, arg) => sum + durationMs(arg), 0) };
        return 0;
      case 'exec': {
        const [program, ...rest] = args;
        if (program === undefined) {
          this.keepsStreams = true;
          return 0;
        }
        this.traps.clear();
        this.executed = program.split('/').at(-1) ?? '';
        throw new ShellExit(yield* this.named(program, rest));
      }
      case 'timeout':
        return yield* this.limited(args);
      case 'wait':
        return yield* this.wait(args);
      case 'kill':
        return this.kill(args);
      case 'sh':
      case 'ash':
      case 'bash':
      case 'dash':
      case '/bin/sh':
      case '/bin/ash':
      case '/bin/bash':
        return yield* this.program(args);
      default:
        return yield* this.other(name, args);
    }
  }

  private *other(name: string, args: readonly string[]): Run {
    const { stdin: input, out, err } = this.streams;
    if (Object.hasOwn(shellBuiltins, name)) {
      return yield* reading(input, () => shellBuiltins[name]?.(this, args) ?? 0);
    }
    const base = baseName(name);
    const { host, variables } = this;
    const call = { name: base, args, host, variables, input, out, err };
    // A command that asks others takes its time.
    if (Object.hasOwn(reachingCommands, base) && !neverEnds(base, args)) {
      const timed = reachingCommands[base];
      if (timed !== undefined) return yield* reading(input, () => timed(call));
    }
    // Where programs are taken to succeed that nobody knows, archives are there that nobody made.
    const isPlayed = base !== 'tar' || host.strange === undefined;
    const run = isPlayed && Object.hasOwn(plainCommands, base) ? plainCommands[base] : undefined;
    if (run === undefined && host.strange !== undefined) {
      const asking = Object.hasOwn(askingCommands, base) ? askingCommands[base] : undefined;
      if (asking !== undefined) return yield* asking(call);
      yield { kind: 'sleep', ms: host.strange.afterMs };
      return host.strange.status;
    }
    if (run === undefined) {
      err(`${this.name}: ${name}: not found\n`);
      return 127;
    }
    const status = yield* reading(input, () => run(call));
    if (neverEnds(name, args)) yield { kind: 'sleep', ms: foreverMs };
    return status;
  }

  /** `timeout 5 COMMAND`, as busybox had it `timeout -t 5 COMMAND`. */
  private *limited(args: readonly string[]): Run {
    const at = args.findIndex(arg => /^\d+(\.\d+)?[smh]?$/.test(arg));
    const [name = '', ...rest] = args.slice(at + 1);
    const shell = this.child(this.streams);
    const job = this.startJob(shell, shell.whole(shell.called(name, rest)));
    const limit = this.startJob(this.child(this.streams), sleeper(durationMs(args[at] ?? '')));
    limit.whenDone.push(() => job.stop(timedOutStatus));
    yield {
      kind: 'answer',
      start: done => (job.status === undefined ? job.whenDone.push(done) : done()),
    };
    limit.stop(0);
    return job.status ?? 0;
  }

  private *sourced(path: string): Run {
    const text = this.host.files.read(path);
    if (text !== undefined) return yield* this.text(text);
    this.streams.err(`${this.name}: .: can't open '${path}': No such file or directory\n`);
    throw new ShellExit(2);
  }

  private *wait(args: readonly string[]): Run {
    const wanted = this.jobs.of(args);
    let status = args.length === 0 ? 0 : 127;
    for (const job of wanted) {
      while (job.status === undefined) {
        const how = yield { kind: 'job', job };
        if (how === 'done') continue;
        const signal = this.pending[0] ?? 'TERM';
        yield* this.handleSignals();
        return 128 + (signalNumbers[signal] ?? 15);
      }
      status = args.length === 0 ? 0 : job.status;
    }
    return status;
  }

  private kill(args: readonly string[]): number {
    const flag = args.find(arg => arg.startsWith('-'))?.slice(1) ?? 'TERM';
    const signal = plainSignal(flag === 's' ? (args[args.indexOf('-s') + 1] ?? '') : flag);
    const number = signalNumbers[signal] ?? 15;
    for (const pid of args.filter(arg => /^\d+$/.test(arg))) {
      const [job] = this.jobs.of([pid]);
      if (job !== undefined) job.stop(128 + number);
      else if (pid === String(this.pid)) this.killSelf(signal, number);
      else if (pid === '1') this.host.signalMain(signal);
    }
    return 0;
  }

  private killSelf(signal: string, number: number): void {
    if (this.traps.has(signal) && signal !== 'KILL') this.pending.push(signal);
    else throw new ShellExit(128 + number);
  }

  *captured(script: Script): Run<string> {
    let text = '';
    const out = (more: string) => void (text += more);
    this.status = yield* this.subshell(shell => shell.script(script), { out });
    this.substituted = this.status;
    return text.replace(/\n+$/, '');
  }

  get positional(): readonly string[] {
    return this.calls.positional;
  }

  get isGlobbing(): boolean {
    return !this.options.isLiteral;
  }

  misread(message: string): never {
    this.streams.err(`${message}\n`);
    throw new ShellExit(2);
  }

  assign(name: string, value: string): void {
    if (this.variables.isFixed(name)) this.misread(`${this.name}: ${name}: is read only`);
    this.variables.set(name, value);
  }

  lookup(name: string): string | undefined {
    if (name === '?') return String(this.status);
    if (name === '$') return String(this.pid);
    if (name === '-') return optionLetters(this.options);
    const value = positionalValue(name, this.positional) ?? this.variables.get(name);
    return name === 'PWD' ? (value ?? this.folder) : value;
  }

  value(name: string): string {
    const value = this.lookup(name);
    if (value === undefined && this.options.needsSet && !/^[@*]$/.test(name)) {
      this.misread(`${this.name}: ${name}: parameter not set`);
    }
    return value ?? '';
  }
}

/** What coreutils' timeout ends with where the time was up. */
const timedOutStatus = 124;

function* sleeper(ms: number): Run {
  yield { kind: 'sleep', ms };
  return 0;
}

/** Runs to the end of a shell. */
function* exited(run: Run): Run<{ readonly status: number; readonly hasExited: boolean }> {
  try {
    return { status: yield* returned(run), hasExited: false };
  } catch (error) {
    if (error instanceof ShellExit) return { status: error.status, hasExited: true };
    throw error;
  }
}
