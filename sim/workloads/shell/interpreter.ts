/** Walks the small shell's syntax tree. @upstream POSIX.1 2.9 */
import { quoted } from './builtins.js';
import { type Calls, specialCommands } from './calls.js';
import { type Expanding, expandedChunks, expandedText, expandedWords } from './expand.js';
import type { ShellHost } from './host.js';
import { Input } from './input.js';
import { commandsPerMsMax, LoopJump, type Run, ShellExit, type Streams } from './job.js';
import type { Options } from './options.js';
import { matchesPattern } from './pattern.js';
import { redirected } from './redirect.js';
import type { Command, Pipeline, Script, Statement } from './syntax.js';
import type { Variables } from './variables.js';

/** Runs scripts; what commands do by their names is the shell's. */
export abstract class Interpreter implements Expanding {
  abstract host: ShellHost;
  abstract streams: Streams;
  abstract folder: string;
  abstract readonly name: string;
  abstract readonly variables: Variables;
  abstract readonly calls: Calls;
  abstract readonly options: Options;
  status = 0;
  /** After `exec` without a command its redirections stay. */
  protected keepsStreams = false;
  /** How many tests are around the command that runs: what fails in them ends nothing. */
  protected tolerant = 0;
  /** What the last command in a word ended with. */
  protected substituted: number | undefined;
  private commandsLeft = commandsPerMsMax;

  protected abstract called(name: string, args: readonly string[]): Run;
  protected abstract background(statement: Statement): void;
  protected abstract handleSignals(): Run<void>;
  protected abstract subshell(run: (shell: Interpreter) => Run, streams?: Partial<Streams>): Run;
  abstract get positional(): readonly string[];
  abstract get isGlobbing(): boolean;
  abstract lookup(name: string): string | undefined;
  abstract value(name: string): string;
  abstract assign(name: string, value: string): void;
  abstract captured(script: Script): Run<string>;
  abstract misread(message: string): never;

  *script(script: Script): Run {
    let status = 0;
    for (const statement of script) {
      if (statement.isBackground) this.background(statement);
      status = statement.isBackground ? 0 : yield* this.statement(statement);
      this.status = status;
    }
    return status;
  }

  /** What fails in a test ends nothing. */
  private *tested(run: Run): Run {
    this.tolerant++;
    try {
      return yield* run;
    } finally {
      this.tolerant--;
    }
  }

  *statement({ first, rest }: Statement): Run {
    let status = yield* this.member(first, rest.length === 0);
    for (const [index, { operator, pipeline }] of rest.entries()) {
      if ((status === 0) !== (operator === '&&')) continue;
      this.status = status;
      status = yield* this.member(pipeline, index === rest.length - 1);
    }
    return status;
  }

  /** A pipeline of a list: all but the last are tests. */
  private member(pipeline: Pipeline, isLast: boolean): Run {
    const isTest = !isLast || pipeline.isNegated;
    return isTest ? this.tested(this.pipeline(pipeline)) : this.pipeline(pipeline);
  }

  private *pipeline({ commands, isNegated }: Pipeline): Run {
    const [only] = commands;
    let status = 0;
    if (only !== undefined && commands.length === 1) status = yield* this.command(only);
    else {
      let { stdin } = this.streams;
      for (const [index, command] of commands.entries()) {
        let piped = '';
        const isLast = index === commands.length - 1;
        const out = isLast ? this.streams.out : (text: string) => void (piped += text);
        const ended = yield* this.subshell(shell => shell.command(command), { stdin, out });
        if (ended !== 0 || !this.options.failsWithAny) status = ended;
        stdin = new Input(piped);
      }
    }
    this.status = status;
    yield* this.handleSignals();
    const isSimple = commands.length > 1 || (only !== undefined && endsStrictly(only));
    if (status !== 0 && isSimple && this.options.isStrict && this.tolerant === 0) {
      throw new ShellExit(status);
    }
    return isNegated ? (status === 0 ? 1 : 0) : status;
  }

  *command(command: Command): Run {
    if (this.commandsLeft-- <= 0) {
      this.commandsLeft = commandsPerMsMax;
      yield { kind: 'sleep', ms: 1 };
    }
    const outer = this.streams;
    if (command.redirections.length === 0) return yield* this.performed(command, outer);
    const inner = yield* redirected(command.redirections, outer, this);
    if (inner === undefined) return 1;
    this.streams = inner;
    try {
      return yield* this.performed(command, outer);
    } finally {
      if (!this.keepsStreams) this.streams = outer;
      this.keepsStreams = false;
    }
  }

  private *performed(command: Command, outer: Streams): Run {
    switch (command.kind) {
      case 'simple':
        return yield* this.simple(command, outer);
      case 'function':
        this.calls.define(command.name, command.body);
        return 0;
      case 'group':
        if (!command.isSubshell) return yield* this.script(command.body);
        return yield* this.subshell(shell => shell.script(command.body));
      case 'if':
        for (const { condition, body } of command.branches) {
          if ((yield* this.tested(this.script(condition))) === 0) return yield* this.script(body);
        }
        return yield* this.script(command.otherwise ?? []);
      case 'case':
        return yield* this.branched(command);
      case 'loop':
        for (let status = 0; ;) {
          const { jump, ended } = yield* this.round(this.turn(command));
          if (jump === 'end') return status;
          status = ended;
          if (jump === 'break') return status;
        }
      case 'for':
        return yield* this.listed(command);
    }
  }

  private *branched({ subject, branches }: Extract<Command, { kind: 'case' }>): Run {
    const text = yield* expandedText(subject, this);
    for (const { patterns, body } of branches) {
      for (const pattern of patterns) {
        if (matchesPattern(yield* expandedChunks(pattern, this), text)) {
          return yield* this.script(body);
        }
      }
    }
    return 0;
  }

  private *listed({ name, words, body }: Extract<Command, { kind: 'for' }>): Run {
    let status = 0;
    for (const word of yield* expandedWords(words, this)) {
      this.assign(name, word);
      const { jump, ended } = yield* this.round(this.script(body));
      status = ended;
      if (jump === 'break') break;
    }
    return status;
  }

  private *turn({ condition, body, isUntil }: Extract<Command, { kind: 'loop' }>): Run {
    const isTrue = (yield* this.tested(this.script(condition))) === 0;
    if (isTrue === isUntil) throw new LoopJump(true, 0);
    return yield* this.script(body);
  }

  /** One round of a loop, and how the loop goes on. */
  private *round(run: Run): Run<{ jump?: 'break' | 'continue' | 'end'; ended: number }> {
    this.calls.beginRound();
    try {
      return { ended: yield* run };
    } catch (error) {
      if (!(error instanceof LoopJump)) throw error;
      if (error.levels > 1) throw new LoopJump(error.isBreak, error.levels - 1);
      if (error.levels === 0) return { jump: 'end', ended: 0 };
      return { jump: error.isBreak ? 'break' : 'continue', ended: 0 };
    } finally {
      this.calls.endRound();
    }
  }

  private *simple(command: Extract<Command, { kind: 'simple' }>, outer: Streams): Run {
    this.substituted = undefined;
    const [name, ...args] = yield* expandedWords(command.words, this);
    const assigned: (readonly [string, string])[] = [];
    for (const assignment of command.assignments) {
      const value = yield* expandedText(assignment.value, this);
      // Each sees those before it; without a command they stay.
      assigned.push([assignment.name, value]);
      if (name === undefined) this.assign(assignment.name, value);
    }
    if (this.options.isTracing)
      this.trace(assigned, name === undefined ? [] : [name, ...args], outer);
    if (name === undefined) return this.substituted ?? 0;
    if (specialCommands.has(name)) {
      for (const [key, value] of assigned) this.assign(key, value);
      return yield* this.called(name, args);
    }
    const restore = assigned.map(([key]) => this.variables.remembered(key));
    for (const [key, value] of assigned) {
      this.assign(key, value);
      this.variables.export(key);
    }
    try {
      return yield* this.called(name, args);
    } finally {
      for (const back of restore.reverse()) back();
    }
  }

  /** `set -x`: tells a command before it runs. */
  private trace(
    assigned: readonly (readonly [string, string])[],
    words: readonly string[],
    { err }: Streams,
  ): void {
    const shown = (text: string) => (/^[\w@%+=:,./-]+$/.test(text) ? text : quoted(text));
    const parts = [
      ...assigned.map(([key, value]) => `${key}=${shown(value)}`),
      ...words.map(shown),
    ];
    err(`+ ${parts.join(' ')}\n`);
  }
}

/** Whether a failure of it ends a strict shell: what holds commands leaves that to them. */
function endsStrictly(command: Command): boolean {
  return command.kind === 'simple' || (command.kind === 'group' && command.isSubshell);
}
