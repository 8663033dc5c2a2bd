/** Whether the small shell knows everything that a container's command line names. */
import { awkProgram } from './awk.js';
import { plainCommands } from './commands.js';
import { httpCommands } from './http-commands.js';
import { netCommands } from './net-commands.js';
import { parseScript, ShellSyntaxError } from './parse.js';
import type { Command, Script, Word } from './syntax.js';

const builtins = new Set([
  'sh',
  'ash',
  'sleep',
  'kill',
  'exit',
  'break',
  'continue',
  'exec',
  'wait',
  'trap',
  'set',
  'cd',
  'export',
  'return',
  'local',
  'shift',
]);

/** The name without the folder of a system program. */
export function baseName(name: string): string {
  return name.replace(/^\/(?:usr\/)?s?bin\//, '');
}

/** The commands that ask others, by name. */
export const reachingCommands = { ...httpCommands, ...netCommands };

/** What these change belongs to a real machine: scripts that prepare one are taken to succeed. */
const ofTheKernel = new Set(['ip', 'mount', 'sysctl']);

/** Whether this is a command of the shell, or one that comes with it. */
export function isKnownName(name: string, reaches: Reaches = 'all'): boolean {
  const base = baseName(name);
  if (ofTheKernel.has(base) && reaches === 'none') return false;
  if (builtins.has(base) || Object.hasOwn(plainCommands, base)) return true;
  return reaches === 'all' && Object.hasOwn(reachingCommands, base);
}

/**
 * Which commands count as known: where nothing is known of the servers of a cluster, what asks them is
 * not known either, nor what a real kernel would say, and `none` is right.
 */
export type Reaches = 'all' | 'none';

/**
 * Whether a command line is in an obvious shell form: every command in it is known. A script that calls
 * other programs (`sh -c 'python train.py'`) is not: what those do, a workload must say.
 */
export function isShellCommand(command: readonly string[], reaches: Reaches = 'none'): boolean {
  const [name = '', ...args] = command;
  if (!isKnownName(name, reaches)) return false;
  const base = baseName(name);
  if (base !== 'sh' && base !== 'ash') return understands(base, args);
  const at = args.findIndex(arg => /^-\w*c$/.test(arg));
  if (at < 0) return false;
  try {
    return new Known(reaches).whole(parseScript(args[at + 1] ?? ''));
  } catch (error) {
    if (error instanceof ShellSyntaxError) return false;
    throw error;
  }
}

/** Walks a script for names that are not known. */
class Known {
  private readonly functions = new Map<string, Command>();

  constructor(private readonly reaches: Reaches) {}

  /** A function may call those that are defined after it: the bodies come last. */
  whole(script: Script): boolean {
    if (!this.script(script)) return false;
    for (const body of this.functions.values()) {
      if (!this.command(body)) return false;
    }
    return true;
  }

  private script(script: Script): boolean {
    return script.every(({ first, rest }) =>
      [first, ...rest.map(({ pipeline }) => pipeline)].every(({ commands }) =>
        commands.every(command => this.command(command)),
      ),
    );
  }

  private command(command: Command): boolean {
    switch (command.kind) {
      case 'simple': {
        const [name, next] = command.words;
        if (!command.assignments.every(({ value }) => this.word(value))) return false;
        if (!command.words.every(word => this.word(word))) return false;
        if (name === undefined) return true;
        const text = literal(name);
        if (text !== undefined && this.functions.has(text)) return true;
        if (text === undefined || !isKnownName(text, this.reaches)) return false;
        if (!understands(baseName(text), command.words.slice(1).map(literal))) return false;
        const program = text === 'exec' && next !== undefined ? literal(next) : undefined;
        return program === undefined || isKnownName(program, this.reaches);
      }
      case 'group':
        return this.script(command.body);
      case 'function':
        this.functions.set(command.name, command.body);
        return true;
      case 'loop':
        return this.script(command.condition) && this.script(command.body);
      case 'for':
        return command.words.every(word => this.word(word)) && this.script(command.body);
      case 'if':
        return (
          command.branches.every(
            ({ condition, body }) => this.script(condition) && this.script(body),
          ) && this.script(command.otherwise ?? [])
        );
    }
  }

  private word(word: Word): boolean {
    return word.every(part => part.kind !== 'command' || this.script(part.script));
  }
}

/** Of commands that are languages of their own only the part that is played is known. */
function understands(name: string, words: readonly (string | undefined)[]): boolean {
  const flags = words.filter(word => word?.startsWith('-') === true);
  switch (name) {
    case 'awk':
      return words.some(word => word !== undefined && awkProgram(word) !== undefined);
    case 'cut':
      return flags.every(flag => /^-[df]/.test(flag ?? ''));
    case 'find':
      return flags.every(flag => ['-type', '-name', '-o', '-print'].includes(flag ?? ''));
    default:
      return true;
  }
}

function literal(word: Word): string | undefined {
  let text = '';
  for (const part of word) {
    if (part.kind !== 'text') return undefined;
    text += part.text;
  }
  return text;
}
