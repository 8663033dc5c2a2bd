/**
 * Whether a command line that calls unknown programs can be played all the same: those are taken to succeed,
 * and what is around them (waiting for servers, sleeping) is played. It cannot where anything depends on
 * what they say, write or leave behind.
 */
import { askingCommands } from './asking/index.js';
import { knownKind } from './asking/kubectl.js';
import { baseName, isKnownName, literal, reachingCommands, understands } from './knows.js';
import { parseScript } from './parse.js';
import type { Command, Pipeline, Redirection, Script, Statement, Word } from './syntax.js';
import { ShellSyntaxError } from './word-parser.js';

const shells = new Set(['sh', 'ash', 'bash', 'dash']);

/** Whether such a command line waits for something, and all that it does besides can be passed over. */
export function waitsPlayably(command: readonly string[]): boolean {
  const [name = '', ...args] = command;
  const base = name.split('/').at(-1) ?? '';
  const walk = new Walk();
  if (!shells.has(base)) {
    const words = [base, ...args].map(textWord);
    return walk.simple(words, { isHeard: false }) && walk.waits;
  }
  const at = args.findIndex(arg => /^-\w*c$/.test(arg));
  const text = args[at + 1];
  return at >= 0 && text !== undefined && walk.text(text, { isHeard: false }) && walk.isPlayable;
}

const textWord = (text: string): Word => [{ kind: 'text', text, isQuoted: true }];

/** What the grammar of the small shell does not have, and would take for something else. */
const beyond = /(^|[^$])\(\(|\[\[[^\]]*(&&|\|\||=~)|<\(|<<</;

/** How the output of commands is used. */
interface Place {
  /** Somebody reads what they write. */
  readonly isHeard: boolean;
}

class Walk {
  waits = false;
  private isStrange = false;
  private readsFiles = false;
  private readonly functions = new Map<string, Command>();

  /** What unknown programs leave in files is not known. */
  get isPlayable(): boolean {
    return this.waits && !(this.isStrange && this.readsFiles);
  }

  text(text: string, place: Place): boolean {
    if (beyond.test(text)) return false;
    try {
      return this.script(parseScript(text), place);
    } catch (error) {
      if (error instanceof ShellSyntaxError) return false;
      throw error;
    }
  }

  private script(script: Script, place: Place): boolean {
    return script.every(statement => this.statement(statement, place));
  }

  private statement({ first, rest }: Statement, place: Place): boolean {
    return [first, ...rest.map(({ pipeline }) => pipeline)].every(pipeline =>
      this.pipeline(pipeline, place),
    );
  }

  private pipeline({ commands }: Pipeline, place: Place): boolean {
    return commands.every((command, index) =>
      this.command(command, index < commands.length - 1 ? { isHeard: true } : place),
    );
  }

  private command(command: Command, place: Place): boolean {
    if (!command.redirections.every(redirection => this.redirection(redirection))) return false;
    switch (command.kind) {
      case 'simple':
        if (!command.assignments.every(({ value }) => this.word(value))) return false;
        return this.simple(command.words, place);
      case 'group':
        return this.script(command.body, place);
      case 'function':
        this.functions.set(command.name, command.body);
        return this.command(command.body, place);
      case 'loop':
        return this.loop(command, place);
      case 'for':
        return command.words.every(word => this.word(word)) && this.script(command.body, place);
      case 'case':
        return (
          this.word(command.subject) &&
          command.branches.every(({ body }) => this.script(body, place))
        );
      case 'if':
        return (
          command.branches.every(
            ({ condition, body }) => this.script(condition, place) && this.script(body, place),
          ) && this.script(command.otherwise ?? [], place)
        );
    }
  }

  /** A loop that goes on as long as an unknown program does what it is taken to do would never end. */
  private loop(
    { condition, body, isUntil }: Extract<Command, { kind: 'loop' }>,
    place: Place,
  ): boolean {
    const before = this.isStrange;
    this.isStrange = false;
    const isFine = this.script(condition, place);
    const dependsOnStrange = this.isStrange;
    this.isStrange ||= before;
    if (!isFine || (dependsOnStrange && !endsWithSuccess(condition, isUntil))) return false;
    return this.script(body, place);
  }

  private redirection({ descriptor, kind, target }: Redirection): boolean {
    if (descriptor > 2) return false;
    const [start] = target;
    const path = start?.kind === 'text' ? start.text : '';
    if (path.startsWith('/dev/tcp/')) this.waits = true;
    else if (kind === 'read' && path !== '/dev/null') this.readsFiles = true;
    if (kind === 'duplicate') return /^[012-]$/.test(literal(target) ?? '');
    return this.word(target);
  }

  /** A command and its arguments. */
  simple(words: readonly Word[], place: Place): boolean {
    if (!words.every(word => this.word(word))) return false;
    const [first, ...rest] = words;
    if (first === undefined) return true;
    const name = literal(first);
    if (name === undefined) return false;
    if (this.functions.has(name)) return true;
    const base = baseName(name);
    const texts = rest.map(literal);
    if (base === 'timeout') return this.timed(rest, place);
    if (shells.has(base)) return this.nested(texts, place);
    if (isAsking(base, texts)) {
      this.waits = true;
      return !place.isHeard || speaksKnown(base, texts);
    }
    if (isPlayed(base, texts)) return this.played(base, rest, texts);
    this.isStrange = true;
    return !place.isHeard;
  }

  private played(
    base: string,
    words: readonly Word[],
    texts: readonly (string | undefined)[],
  ): boolean {
    if (base === 'sleep') this.waits = true;
    if (looksAtFiles(base, texts)) this.readsFiles = true;
    if (base === 'eval' || base === '.' || base === 'source') return false;
    // What is done at the end or by signals.
    if (base === 'trap') return texts[0] === undefined || /^-?$/.test(texts[0]);
    if (base !== 'exec' && base !== 'command') return true;
    return words.length === 0 || texts[0]?.startsWith('-') === true
      ? true
      : this.simple(words, { isHeard: false });
  }

  /** `timeout 5 COMMAND`, `timeout -t 5 COMMAND`. */
  private timed(words: readonly Word[], place: Place): boolean {
    const at = words.findIndex(word => /^\d+(\.\d+)?[smh]?$/.test(literal(word) ?? ''));
    return at >= 0 && this.simple(words.slice(at + 1), place);
  }

  private nested(texts: readonly (string | undefined)[], place: Place): boolean {
    const at = texts.findIndex(text => /^-\w*c$/.test(text ?? ''));
    const text = at < 0 ? undefined : texts[at + 1];
    return text !== undefined && this.text(text, place);
  }

  private word(word: Word): boolean {
    return word.every(part => {
      if (part.kind === 'command') return this.script(part.script, { isHeard: true });
      if (part.kind === 'arithmetic') return this.word(part.expression);
      if (part.kind !== 'variable' || part.operation === undefined) return true;
      return part.operation.kind === 'length' || this.word(part.operation.word);
    });
  }
}

/** Whether a condition is as it must be for the loop to end when all of it succeeds. */
function endsWithSuccess(condition: Script, isUntil: boolean): boolean {
  const last = condition.at(-1);
  if (last === undefined) return false;
  const { first, rest } = last;
  if (!isUntil) return rest.length === 0 && first.isNegated;
  return [first, ...rest.map(({ pipeline }) => pipeline)].every(({ isNegated }) => !isNegated);
}

type Texts = readonly (string | undefined)[];

function isAsking(base: string, texts: Texts): boolean {
  const has = (word: string) => texts.includes(word);
  switch (base) {
    case 'kubectl': {
      const words = texts.filter(text => text?.startsWith('-') === false);
      const at = words.findIndex(text => /^(wait|get|status)$/.test(text ?? ''));
      const [kind] = (words[at + 1] ?? '').split('/');
      return at >= 0 && knownKind(kind ?? '') !== undefined;
    }
    case 'nc':
      return !texts.some(text => /^-\w*l/.test(text ?? ''));
    case 'airflow':
      return has('db');
    case 'mc':
      return has('alias') || has('config');
    default:
      return Object.hasOwn(askingCommands, base) || Object.hasOwn(reachingCommands, base);
  }
}

/** Whether what it writes is what the real one would write, where somebody reads it. */
function speaksKnown(base: string, texts: Texts): boolean {
  const has = (pattern: RegExp) => texts.some(text => pattern.test(text ?? ''));
  switch (base) {
    case 'curl':
      return has(/^(-\w*w|--write-out)/) && has(/^(-\w*o|--output|-\w*I|--head)/);
    case 'wget':
      return has(/^(--spider|-S|--server-response)$/);
    case 'redis-cli':
      return has(/^ping$/i);
    case 'mysqladmin':
    case 'mariadb-admin':
      return has(/^ping$/);
    case 'nc':
      return has(/^-\w*z/);
    case 'pg_isready':
    case 'nslookup':
    case 'dig':
    case 'getent':
    case 'grpc_health_probe':
      return true;
    default:
      return false;
  }
}

function isPlayed(base: string, texts: Texts): boolean {
  return isKnownName(base, 'none') && understands(base, texts);
}

const readers = new Set(['cat', 'grep', 'head', 'tail', 'wc', 'find', 'ls', 'awk', 'cut', 'sort']);

/** Whether its outcome depends on files. */
function looksAtFiles(base: string, texts: Texts): boolean {
  if (base === '[' || base === '[[' || base === 'test') {
    return texts.some(text => /^-[defgkprsuwxLOGS]$/.test(text ?? ''));
  }
  if (!readers.has(base)) return false;
  const files = texts.filter(text => text?.startsWith('-') !== true);
  const ofProgram = base === 'grep' || base === 'awk' ? 1 : 0;
  return base === 'find' || base === 'ls' || files.length > ofProgram;
}
