/** Runs the small shell's syntax tree, as a generator that yields whenever time must go by. */
import { Calls, returned } from './calls.js';
import { plainCommands } from './commands.js';
import { expandedWords, positionalValue } from './expand.js';
import type { ShellHost } from './host.js';
import { baseName, reachingCommands } from './knows.js';
import {
  commandsPerMsMax,
  foreverMs,
  type Job,
  LoopJump,
  type Run,
  ShellExit,
  ShellReturn,
  type Streams,
} from './job.js';
import { Jobs } from './jobs.js';
import { parseScript, ShellSyntaxError } from './parse.js';
import { redirected } from './redirect.js';
import { neverEnds } from './text-commands.js';
import { durationMs, plainSignal, signalNumbers } from './signals.js';
import type { Command, Pipeline, Script, Statement, Word } from './syntax.js';

/** A shell: its variables, traps and jobs. */
export class Shell {
  readonly traps = new Map<string, string>();
  readonly pending: string[] = [];
  /** After `exec` the shell is gone: nobody handles signals any more. */
  executed: string | undefined;
  status = 0;
  private readonly jobs = new Jobs();
  private readonly calls: Calls;
  private commandsLeft = commandsPerMsMax;
  private isHandling = false;
  /** `set -e`: the first command that fails ends the shell. */
  private isStrict = false;
  /** How many tests are around the command that runs: what fails in them ends nothing. */
  private tolerant = 0;
  /** What it was started as: its complaints begin so. */
  name = 'sh';

  constructor(
    readonly host: ShellHost,
    readonly variables: Map<string, string>,
    readonly streams: Streams,
    private readonly startJob: (shell: Shell, run: Run) => Job,
    readonly pid: number,
    parent?: Shell,
  ) {
    this.calls = parent?.calls.child(variables) ?? new Calls(variables);
  }

  /** A shell of its own that starts as this one is. */
  private child(streams: Streams): Shell {
    const { host, startJob, pid } = this;
    const child = new Shell(host, new Map(this.variables), streams, startJob, pid, this);
    child.name = this.name;
    return child;
  }

  /** Runs a command line that is given as words, as the runtime starts it. */
  *commandLine(words: readonly string[]): Run {
    const [name = '', ...args] = words;
    const base = name.split('/').at(-1) ?? '';
    if ((base === 'sh' || base === 'ash' || base === 'bash') && args[0] !== undefined) {
      const at = args.findIndex(arg => /^-\w*c$/.test(arg));
      if (at >= 0) {
        this.name = name;
        this.variables.set('0', args[at + 2] ?? name);
        this.calls.positional = args.slice(at + 3);
        return yield* this.text(args[at + 1] ?? '');
      }
      this.calls.positional = args.slice(1);
      return yield* this.text(this.host.files.read(args[0]) ?? '');
    }
    this.executed = base;
    return yield* this.named(base, args, this.streams);
  }

  /** Parses and runs. */
  *text(text: string): Run {
    let script: Script;
    try {
      script = parseScript(text);
    } catch (error) {
      if (!(error instanceof ShellSyntaxError)) throw error;
      this.streams.err(`${error.message}\n`);
      return 2;
    }
    return yield* returned(this.script(script, this.streams));
  }

  private *script(script: Script, streams: Streams, isCondition = false): Run {
    for (const statement of script) {
      if (statement.isBackground) {
        this.background(statement, streams);
        continue;
      }
      const mayFail = isCondition || statement.rest.length > 0 || statement.first.isNegated;
      if (mayFail) this.tolerant++;
      try {
        this.status = yield* this.statement(statement, streams);
      } finally {
        if (mayFail) this.tolerant--;
      }
      const isFatal = this.isStrict && this.tolerant === 0 && !mayFail;
      if (isFatal && this.status !== 0) throw new ShellExit(this.status);
    }
    return this.status;
  }

  private background(statement: Statement, streams: Streams): void {
    const shell = this.child(streams);
    const job = this.startJob(
      shell,
      returned(shell.statement({ ...statement, isBackground: false }, streams)),
    );
    this.jobs.add(job);
    this.variables.set('!', String(job.pid));
    this.status = 0;
  }

  private *statement(statement: Statement, streams: Streams): Run {
    let status = yield* this.pipeline(statement.first, streams);
    for (const { operator, pipeline } of statement.rest) {
      if ((status === 0) !== (operator === '&&')) continue;
      this.status = status;
      status = yield* this.pipeline(pipeline, streams);
    }
    return status;
  }

  private *pipeline(pipeline: Pipeline, streams: Streams): Run {
    let { stdin } = streams;
    let status = 0;
    const last = pipeline.commands.length - 1;
    for (const [index, command] of pipeline.commands.entries()) {
      let piped = '';
      const out = index === last ? streams.out : (text: string) => void (piped += text);
      if (last === 0) status = yield* this.command(command, streams);
      else {
        const inner = { ...streams, stdin, out };
        status = yield* this.subshell(shell => shell.command(command, inner), inner);
      }
      stdin = piped;
    }
    if (pipeline.isNegated) status = status === 0 ? 1 : 0;
    yield* this.handleSignals();
    return status;
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

  private *subshell(run: (shell: Shell) => Run, streams: Streams): Run {
    try {
      return yield* returned(run(this.child(streams)));
    } catch (error) {
      if (error instanceof ShellExit) return error.status;
      throw error;
    }
  }

  private *command(command: Command, streams: Streams): Run {
    if (this.commandsLeft-- <= 0) {
      this.commandsLeft = commandsPerMsMax;
      yield { kind: 'sleep', ms: 1 };
    }
    const inner = yield* redirected(command.redirections, streams, this);
    switch (command.kind) {
      case 'simple':
        return yield* this.simple(command, inner);
      case 'function':
        this.calls.define(command.name, command.body);
        return 0;
      case 'group':
        if (!command.isSubshell) return yield* this.script(command.body, inner);
        return yield* this.subshell(shell => shell.script(command.body, inner), inner);
      case 'if':
        for (const { condition, body } of command.branches) {
          if ((yield* this.script(condition, inner, true)) === 0) {
            return yield* this.script(body, inner);
          }
        }
        if (command.otherwise === undefined) return 0;
        return yield* this.script(command.otherwise, inner);
      case 'loop':
        return yield* this.loop(command, inner);
      case 'for': {
        const words = yield* this.words(command.words);
        for (const word of words) {
          this.variables.set(command.name, word);
          if (yield* this.round(command.body, inner)) break;
        }
        return this.status;
      }
    }
  }

  private *loop(command: Extract<Command, { kind: 'loop' }>, streams: Streams): Run {
    for (;;) {
      const isTrue = (yield* this.script(command.condition, streams, true)) === 0;
      if (isTrue === command.isUntil) return 0;
      if (yield* this.round(command.body, streams)) return 0;
    }
  }

  /** One round of a loop; returns whether it was left. */
  private *round(body: Script, streams: Streams): Run<boolean> {
    this.calls.beginRound();
    try {
      yield* this.script(body, streams);
      return false;
    } catch (error) {
      if (error instanceof LoopJump) return error.isBreak;
      throw error;
    } finally {
      this.calls.endRound();
    }
  }

  private *simple(command: Extract<Command, { kind: 'simple' }>, streams: Streams): Run {
    for (const { name, value } of command.assignments) {
      this.variables.set(name, (yield* this.words([value])).join(' '));
    }
    const [name, ...args] = yield* this.words(command.words);
    if (name === undefined) return command.assignments.length > 0 ? 0 : this.status;
    const body = this.calls.body(name);
    if (body === undefined) return yield* this.named(name, args, streams);
    const outer = this.calls.enter(args);
    try {
      return yield* returned(this.command(body, streams));
    } finally {
      this.calls.leave(outer);
    }
  }

  private *named(name: string, args: readonly string[], streams: Streams): Run {
    switch (name) {
      case 'exit':
        throw new ShellExit(args[0] === undefined ? this.status : Number(args[0]) & 255);
      case 'break':
      case 'continue':
        if (!this.calls.isInLoop) return 0;
        throw new LoopJump(name === 'break');
      case 'return':
        throw new ShellReturn(args[0] === undefined ? this.status : Number(args[0]) & 255);
      case 'local':
        return this.calls.local(args, text => streams.err(`${this.name}: ${text}`));
      case 'shift':
        return this.calls.shift(Number(args[0] ?? 1));
      case 'sleep':
        yield { kind: 'sleep', ms: args.reduce((sum, arg) => sum + durationMs(arg), 0) };
        return 0;
      case 'exec': {
        const [program = '', ...rest] = args;
        this.traps.clear();
        this.executed = program.split('/').at(-1) ?? '';
        throw new ShellExit(yield* this.named(program, rest, streams));
      }
      case 'wait':
        return yield* this.wait(args);
      case 'trap':
        this.trap(args);
        return 0;
      case 'kill':
        return this.kill(args);
      case 'set':
        return this.set(args);
      case 'cd':
        return 0;
      case 'export':
        for (const arg of args) {
          const at = arg.indexOf('=');
          if (at > 0) this.variables.set(arg.slice(0, at), arg.slice(at + 1));
        }
        return 0;
      case 'sh':
      case 'ash':
      case '/bin/sh':
        return yield* this.subshell(shell => shell.commandLine(['sh', ...args]), streams);
      default: {
        const timed = this.reaching(name, args, streams);
        if (timed !== undefined) return yield* timed;
        const status = this.plain(name, args, streams);
        if (neverEnds(name, args)) yield { kind: 'sleep', ms: foreverMs };
        return status;
      }
    }
  }

  /** A command that asks others, and so takes its time. */
  private reaching(name: string, args: readonly string[], streams: Streams): Run | undefined {
    const base = baseName(name);
    if (!Object.hasOwn(reachingCommands, base) || neverEnds(base, args)) return undefined;
    const run = reachingCommands[base];
    return run?.({ name: base, args, host: this.host, variables: this.variables, ...streams });
  }

  private plain(name: string, args: readonly string[], streams: Streams): number {
    const base = baseName(name);
    const run = Object.hasOwn(plainCommands, base) ? plainCommands[base] : undefined;
    if (run === undefined) {
      streams.err(`${this.name}: ${name}: not found\n`);
      return 127;
    }
    return run({ name: base, args, host: this.host, variables: this.variables, ...streams });
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

  private set(args: readonly string[]): number {
    const at = args.indexOf('--');
    const flags = at < 0 ? args : args.slice(0, at);
    if (flags.some(arg => /^-\w*e/.test(arg))) this.isStrict = true;
    if (at >= 0) this.calls.positional = args.slice(at + 1);
    return 0;
  }

  private trap(args: readonly string[]): void {
    const [action = '', ...signals] = args;
    for (const signal of signals.map(plainSignal)) {
      if (action === '-') this.traps.delete(signal);
      else this.traps.set(signal, action);
    }
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

  private words(words: readonly Word[]): Run<string[]> {
    return expandedWords(words, this);
  }

  *captured(script: Script): Run<string> {
    let text = '';
    const streams = { ...this.streams, out: (more: string) => void (text += more) };
    this.status = yield* this.subshell(shell => shell.script(script, streams), streams);
    return text.replace(/\n+$/, '');
  }

  get positional(): readonly string[] {
    return this.calls.positional;
  }

  misread(message: string): never {
    this.streams.err(`${message}\n`);
    throw new ShellExit(2);
  }

  value(name: string): string {
    if (name === '?') return String(this.status);
    if (name === '$') return String(this.pid);
    return positionalValue(name, this.positional) ?? this.variables.get(name) ?? '';
  }
}
