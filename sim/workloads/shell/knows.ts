/** Whether the small shell knows everything that a container's command line names. */
import { awkProgram } from './awk.js';
import { plainCommands } from './commands.js';
import { knownDateFormat } from './date.js';
import { httpCommands } from './http-commands.js';
import { netCommands } from './net-commands.js';
import { parseScript } from './parse.js';
import { knowsTar } from './tar.js';
import type { Command, Redirection, Script, Word } from './syntax.js';
import { ShellSyntaxError } from './word-parser.js';

const builtins = new Set(
  `sh ash sleep kill exit break continue exec wait trap set cd export return local shift
   command eval pwd read readonly unset . source`.split(/\s+/),
);

/** The name without the folder of a system program. */
export function baseName(name: string): string {
  return name.replace(/^\/(?:usr\/)?s?bin\//, '');
}

/** The commands that ask others, by name. */
export const reachingCommands = { ...httpCommands, ...netCommands };

/**
 * What these change belongs to a real machine, and archives come from elsewhere: scripts that prepare a machine
 * or unpack what they were brought are taken to succeed.
 */
const ofTheMachine = new Set(['ip', 'mount', 'sysctl', 'tar']);

/** Whether this is a command of the shell, or one that comes with it. */
export function isKnownName(name: string, reaches: Reaches = 'all'): boolean {
  const base = baseName(name);
  if (ofTheMachine.has(base) && reaches === 'none') return false;
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
  const base = baseName(name);
  if (!isKnownName(name, reaches) || (reaches === 'none' && isClient(base, args))) return false;
  if (base !== 'sh' && base !== 'ash') return understands(base, args);
  const script = scriptOf(args);
  if (script === undefined) return false;
  try {
    return new Known(reaches).whole(parseScript(script));
  } catch (error) {
    if (error instanceof ShellSyntaxError) return false;
    throw error;
  }
}

/** The script among the arguments of a shell (`-c SCRIPT`); undefined: it is told none. */
export function scriptOf(args: readonly string[]): string | undefined {
  const at = args.findIndex(arg => /^-\w*c$/.test(arg));
  return at < 0 ? undefined : (args[at + 1] ?? '');
}

/** The first command in a script (`sh -c SCRIPT`) that is not played; undefined where none can be named. */
export function unplayedIn([name = '', ...args]: readonly string[]): string | undefined {
  const script = scriptOf(args);
  if (!/^(?:ba|a)?sh$/.test(baseName(name)) || script === undefined) return undefined;
  const known = new Known('all');
  try {
    known.whole(parseScript(script));
  } catch (error) {
    if (!(error instanceof ShellSyntaxError)) throw error;
  }
  return known.unplayed;
}

/** Walks a script for names that are not known. */
class Known {
  /** The first command that is not known, or not with these words. */
  unplayed: string | undefined;
  private readonly functions = new Map<string, Command>();
  /** What is run by traps. */
  private readonly later: string[] = [];

  constructor(private readonly reaches: Reaches) {}

  /** A function may call those that are defined after it: the bodies come last. */
  whole(script: Script): boolean {
    if (!this.script(script)) return false;
    for (const body of this.functions.values()) {
      if (!this.command(body)) return false;
    }
    return this.later.every(text => /^-?$/.test(text) || this.text(text));
  }

  private script(script: Script): boolean {
    return script.every(({ first, rest }) =>
      [first, ...rest.map(({ pipeline }) => pipeline)].every(({ commands }) =>
        commands.every(command => this.command(command)),
      ),
    );
  }

  private command(command: Command): boolean {
    if (!command.redirections.every(redirection => this.redirection(redirection))) return false;
    switch (command.kind) {
      case 'simple': {
        const [name] = command.words;
        if (!command.assignments.every(({ value }) => this.word(value))) return false;
        if (!command.words.every(word => this.word(word))) return false;
        if (name === undefined) return true;
        const text = literal(name);
        if (text !== undefined && this.functions.has(text)) return true;
        const base = baseName(text ?? '');
        const words = command.words.slice(1);
        const texts = words.map(literal);
        if (text === undefined || !isKnownName(text, this.reaches)) return this.unknown([text]);
        if (this.reaches === 'none' && isClient(base, texts)) return false;
        if (!understands(base, texts)) return this.unknown([text, ...texts]);
        return this.arguments(base, words);
      }
      case 'group':
        return this.script(command.body);
      case 'function':
        this.functions.set(command.name, command.body);
        return true;
      case 'loop':
        return this.script(command.condition) && this.script(command.body);
      case 'case':
        return (
          this.word(command.subject) &&
          command.branches.every(
            ({ patterns, body }) =>
              patterns.every(pattern => this.word(pattern)) && this.script(body),
          )
        );
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

  private unknown(words: readonly (string | undefined)[]): false {
    if (words[0] !== undefined) this.unplayed ??= words.map(word => word ?? '…').join(' ');
    return false;
  }

  /** Of the descriptors only the three usual ones are played. */
  private redirection({ descriptor, kind, target }: Redirection): boolean {
    if (descriptor > 2 || (kind === 'duplicate' && !/^[012-]$/.test(literal(target) ?? ''))) {
      return false;
    }
    return this.word(target);
  }

  /** Of commands that run others those must be known, too. */
  private arguments(name: string, words: readonly Word[]): boolean {
    const texts = words.map(literal);
    switch (name) {
      case 'eval':
        // What is put together as it runs could be anything.
        return texts.every(text => text !== undefined) && this.text(texts.join(' '));
      case '.':
      case 'source':
        return false;
      case 'sh':
      case 'ash': {
        const at = texts.findIndex(text => /^-\w*c$/.test(text ?? ''));
        const text = texts[at + 1];
        return at < 0 || text === undefined || this.text(text);
      }
      case 'trap':
        // What it does when the time comes may be defined by then.
        if (texts.length > 1 && texts[0] !== undefined) this.later.push(texts[0]);
        return true;
      case 'command':
      case 'exec': {
        const first = texts.find(text => text?.startsWith('-') !== true);
        return texts.length === 0 || first === undefined || isKnownName(first, this.reaches);
      }
      default:
        return true;
    }
  }

  private text(text: string): boolean {
    return this.script(parseScript(text));
  }

  private word(word: Word): boolean {
    return word.every(part => {
      if (part.kind === 'command') return this.script(part.script);
      if (part.kind === 'arithmetic') return this.word(part.expression);
      if (part.kind !== 'variable' || part.operation === undefined) return true;
      return part.operation.kind === 'length' || this.word(part.operation.word);
    });
  }
}

/** Whether it asks a server: nc is both, a server where it listens. */
function isClient(name: string, words: readonly (string | undefined)[]): boolean {
  return name === 'nc' && !words.some(word => /^-\w*l/.test(word ?? ''));
}

/** Of commands that are languages of their own only the part that is played is known. */
export function understands(name: string, words: readonly (string | undefined)[]): boolean {
  const flags = words.filter(word => word?.startsWith('-') === true);
  switch (name) {
    case 'awk':
      return words.some(word => word !== undefined && awkProgram(word) !== undefined);
    case 'cut':
      return flags.every(flag => /^-[df]/.test(flag ?? ''));
    case 'date':
      return words.every(
        word => word === '-u' || (word !== undefined && knownDateFormat.test(word)),
      );
    case 'find':
      return flags.every(flag => ['-type', '-name', '-o', '-print'].includes(flag ?? ''));
    case 'head':
    case 'tail':
      return flags.every(flag => /^-(?:[ncf]|[nc]?\+?\d+|q)$/.test(flag ?? ''));
    case 'read':
      return flags.every(flag => flag === '-r');
    case 'set':
      return words.every(
        (word, at) =>
          words.slice(0, at).includes('--') || !/^[-+]\w*[^-+abefhmuvxo]/.test(word ?? ''),
      );
    case 'sort':
      return flags.every(flag => /^-[nru]+$/.test(flag ?? ''));
    case 'tar':
      return knowsTar(words);
    case 'tr':
      return flags.every(flag => /^-[ds]$/.test(flag ?? ''));
    case 'uniq':
      return flags.every(flag => /^-[cd]+$/.test(flag ?? ''));
    case 'wc':
      return flags.every(flag => /^-[lc]$/.test(flag ?? ''));
    default:
      return true;
  }
}

/** The text of a word that is one whatever the variables are. */
export function literal(word: Word): string | undefined {
  let text = '';
  for (const part of word) {
    if (part.kind !== 'text') return undefined;
    text += part.text;
  }
  return text;
}
