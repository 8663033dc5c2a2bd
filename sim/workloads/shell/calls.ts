/** The functions of a small shell, and what each call of one has for itself. */
import { type Run, ShellExit, ShellReturn } from './job.js';
import type { Command } from './syntax.js';
import type { Variables } from './variables.js';

/** What a call has for itself; the script itself has one, too. */
interface Frame {
  /** `$1`, `$2` and so on. */
  positional: readonly string[];
  /** The values that variables had before the call made them its own; undefined for none. */
  readonly hidden: Map<string, string | undefined>;
  /** How many loops are around the command that runs. */
  loops: number;
}

/** At so many calls within one another a shell has used up its stack. */
const callsMax = 200;

/** What the kernel ends a process with that has used up its stack: SIGSEGV. */
const stackStatus = 139;

/**
 * The utilities that a function cannot take the place of, and that keep the variables set before them.
 * @upstream POSIX.1 2.9.1.4, 2.15
 */
export const specialCommands: ReadonlySet<string> = new Set(
  'break : continue . eval exec exit export readonly return set shift times trap unset'.split(' '),
);

/** The functions of a shell and their calls. */
export class Calls {
  private readonly functions = new Map<string, Command>();
  private frame: Frame = { positional: [], hidden: new Map(), loops: 0 };
  private depth = 0;

  constructor(private readonly variables: Variables) {}

  /** Those of a subshell: it knows the same, and what it changes stays with it. */
  child(variables: Variables): Calls {
    const child = new Calls(variables);
    for (const [name, body] of this.functions) child.functions.set(name, body);
    child.depth = this.depth;
    child.positional = this.positional;
    return child;
  }

  get positional(): readonly string[] {
    return this.frame.positional;
  }

  set positional(words: readonly string[]) {
    this.frame.positional = words;
  }

  define(name: string, body: Command): void {
    this.functions.set(name, body);
  }

  /** The body of the function that a command of the name calls. */
  body(name: string): Command | undefined {
    return specialCommands.has(name) ? undefined : this.functions.get(name);
  }

  /** Begins a call; what it returns goes to `leave`. */
  enter(positional: readonly string[]): Frame {
    if (this.depth >= callsMax) throw new ShellExit(stackStatus);
    this.depth++;
    const outer = this.frame;
    this.frame = { positional, hidden: new Map(), loops: 0 };
    return outer;
  }

  leave(outer: Frame): void {
    for (const [name, value] of this.frame.hidden) this.variables.set(name, value);
    this.frame = outer;
    this.depth--;
  }

  /** `local`: the variables are the call's own until it ends. */
  local(args: readonly string[], err: (text: string) => void): number {
    if (this.depth === 0) {
      err('local: not in a function\n');
      return 1;
    }
    for (const arg of args) {
      const [name = ''] = arg.split('=');
      const { hidden } = this.frame;
      if (!hidden.has(name)) hidden.set(name, this.variables.get(name));
      if (arg.includes('=')) this.variables.set(name, arg.slice(name.length + 1));
    }
    return 0;
  }

  shift(count: number): number {
    if (count > this.positional.length) return 1;
    this.positional = this.positional.slice(count);
    return 0;
  }

  /** How many loops are around the command that runs. */
  get loops(): number {
    return this.frame.loops;
  }

  has(name: string): boolean {
    return this.functions.has(name);
  }

  undefine(name: string): void {
    this.functions.delete(name);
  }

  beginRound(): void {
    this.frame.loops++;
  }

  endRound(): void {
    this.frame.loops--;
  }
}

/** Runs what `return` ends. */
export function* returned(run: Run): Run {
  try {
    return yield* run;
  } catch (error) {
    if (error instanceof ShellReturn) return error.status;
    throw error;
  }
}
