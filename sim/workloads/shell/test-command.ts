/** `test` and `[`. @upstream POSIX.1 test */
import type { CommandCall, PlainCommand } from './commands.js';
import type { ShellHost } from './host.js';
import { mayAccess } from '../files/facts.js';

/** The expression is none: the message says why. */
class TestError extends Error {
  override readonly name = 'TestError';
}

/** Compares, and asks for files; 2 where the expression is none. */
export const test: PlainCommand = call => {
  const { name, args, err } = call;
  const end = name === '[' ? ']' : name === '[[' ? ']]' : undefined;
  if (end !== undefined && args.at(-1) !== end) {
    err(`sh: missing ${end}\n`);
    return 2;
  }
  const words = end === undefined ? args : args.slice(0, -1);
  try {
    return new Expression(words, call.host).isTrue() ? 0 : 1;
  } catch (error) {
    if (!(error instanceof TestError)) throw error;
    return complained(call, error.message);
  }
};

function complained({ err }: CommandCall, message: string): number {
  err(`sh: ${message}\n`);
  return 2;
}

class Expression {
  private at = 0;

  constructor(
    private readonly words: readonly string[],
    private readonly host: ShellHost,
  ) {}

  /** With up to four words their number says what they mean. */
  isTrue(): boolean {
    const { words } = this;
    if (words.length === 0) return false;
    if (words.length === 1) return words[0] !== '';
    if (words.length === 2 && words[0] === '!') return words[1] === '';
    if (words.length === 3 && isBinary(words[1])) return this.binary();
    const result = this.either();
    const word = words[this.at];
    if (word !== undefined) throw new TestError(`${word}: unexpected operator`);
    return result;
  }

  private either(): boolean {
    let result = this.both();
    while (this.take('-o')) {
      const right = this.both();
      result ||= right;
    }
    return result;
  }

  private both(): boolean {
    let result = this.not();
    while (this.take('-a')) {
      const right = this.not();
      result &&= right;
    }
    return result;
  }

  private not(): boolean {
    const isNegation = !isBinary(this.words[this.at + 1]) || this.words.length === 2;
    if (isNegation && this.take('!')) return !this.not();
    return this.primary();
  }

  private primary(): boolean {
    const { words, at } = this;
    const [word, next] = [words[at], words[at + 1]];
    if (word === undefined) throw new TestError('argument expected');
    if (isBinary(next) && words[at + 2] !== undefined) return this.binary();
    if (this.take('(')) {
      const result = this.either();
      if (!this.take(')')) throw new TestError('closing paren expected');
      return result;
    }
    if (/^-[a-zA-Z]$/.test(word) && next !== undefined) {
      this.at += 2;
      return unary(word, next, this.host);
    }
    this.at++;
    return word !== '';
  }

  private binary(): boolean {
    const [a = '', operator = '', b = ''] = this.words.slice(this.at, this.at + 3);
    this.at += 3;
    return compared(a, operator, b);
  }

  private take(word: string): boolean {
    if (this.words[this.at] !== word) return false;
    this.at++;
    return true;
  }
}

const numeric = new Set(['-eq', '-ne', '-gt', '-ge', '-lt', '-le']);
const textual = new Set(['=', '==', '!=', '<', '>']);

function isBinary(word: string | undefined): boolean {
  return word !== undefined && (numeric.has(word) || textual.has(word));
}

function compared(a: string, operator: string, b: string): boolean {
  switch (operator) {
    case '=':
    case '==':
      return a === b;
    case '!=':
      return a !== b;
    case '<':
      return a < b;
    case '>':
      return a > b;
    case '-eq':
      return numberOf(a) === numberOf(b);
    case '-ne':
      return numberOf(a) !== numberOf(b);
    case '-gt':
      return numberOf(a) > numberOf(b);
    case '-ge':
      return numberOf(a) >= numberOf(b);
    case '-lt':
      return numberOf(a) < numberOf(b);
    default:
      return numberOf(a) <= numberOf(b);
  }
}

function numberOf(word: string): bigint {
  if (!/^\s*[-+]?\d+\s*$/.test(word)) throw new TestError(`${word}: bad number`);
  return BigInt(word.trim().replace(/^\+/, ''));
}

function unary(operator: string, value: string, host: ShellHost): boolean {
  const facts = host.files.stat(value);
  switch (operator) {
    case '-z':
      return value === '';
    case '-n':
      return value !== '';
    case '-e':
      return facts !== undefined;
    case '-d':
      return facts?.isFolder === true;
    case '-f':
      return facts?.isFolder === false && value !== '/dev/null';
    case '-r':
      return facts !== undefined && mayAccess(facts, host.user, 'read');
    case '-w':
      return facts !== undefined && host.files.problem(value, 'write') === undefined;
    case '-x':
      return facts !== undefined && (facts.isFolder || (facts.mode & 0o111) !== 0);
    case '-s':
      return facts?.isFolder === true || (host.files.read(value) ?? '') !== '';
    case '-c':
      return value === '/dev/null';
    // There are no links, sockets, pipes or terminals here.
    case '-L':
    case '-h':
    case '-S':
    case '-p':
    case '-b':
    case '-t':
      return false;
    default:
      throw new TestError(`${operator}: unknown operand`);
  }
}
