/** How the small shell expands words. @upstream POSIX.1 2.6 */
import { arithmetic } from './arithmetic.js';
import type { ShellHost } from './host.js';
import type { Run } from './job.js';
import { fileNames } from './file-names.js';
import { type Chunk, isPattern, trimmed } from './pattern.js';
import type { Operation, Script, VariablePart, Word } from './syntax.js';
import { ShellSyntaxError } from './word-parser.js';

/** The shell that expands. */
export interface Expanding {
  readonly host: ShellHost;
  /** Where relative names begin. */
  readonly folder: string;
  readonly positional: readonly string[];
  /** `set -f`: names of files are not looked for. */
  readonly isGlobbing: boolean;
  /** Undefined for one that is not set. */
  lookup(name: string): string | undefined;
  /** As `lookup`; under `set -u` what is not set ends the shell. */
  value(name: string): string;
  assign(name: string, value: string): void;
  /** What a script writes, without the ends of lines at its end. */
  captured(script: Script): Run<string>;
  /** Ends the shell for something that cannot be expanded. */
  misread(message: string): never;
}

/** A piece of a word: what splits comes of an expansion outside of quotes. */
interface Piece extends Chunk {
  readonly splits: boolean;
}

/** Between two parameters of `$@` a word ends. */
type Pieces = (Piece | 'break')[];

/** The words with everything put in; unquoted results are split, and are names of files. */
export function* expandedWords(words: readonly Word[], shell: Expanding): Run<string[]> {
  const expanded: string[] = [];
  for (const word of words) {
    const all = yield* pieces(word, shell, false);
    for (const field of fields(all, shell.lookup('IFS') ?? ' \t\n')) {
      const text = field.map(chunk => chunk.text).join('');
      const found = shell.isGlobbing && isPattern(field) ? fileNames(field, shell) : [];
      expanded.push(...(found.length > 0 ? found : [text]));
    }
  }
  return expanded;
}

/** A word that stays one: of an assignment, a redirection, a here-document. */
export function* expandedText(word: Word, shell: Expanding): Run<string> {
  return (yield* expandedChunks(word, shell)).map(({ text }) => text).join('');
}

/** A word that is a pattern. */
export function* expandedChunks(word: Word, shell: Expanding): Run<readonly Chunk[]> {
  const all = yield* pieces(word, shell, false);
  // `$*` in one word is joined as it would be in quotes.
  const [text = ''] = shell.lookup('IFS') ?? ' ';
  return all.map(piece => (piece === 'break' ? { text, isQuoted: true } : piece));
}

function* pieces(word: Word, shell: Expanding, isResult: boolean): Run<Pieces> {
  const all: Pieces = [];
  for (const [index, part] of word.entries()) {
    switch (part.kind) {
      case 'text': {
        const { isQuoted } = part;
        const text = index === 0 && !isQuoted ? withHome(part.text, shell) : part.text;
        all.push({ text, isQuoted, splits: isResult && !isQuoted });
        break;
      }
      case 'arithmetic':
        all.push(plainPiece(yield* computed(part.expression, shell), true));
        break;
      case 'command':
        all.push(plainPiece(yield* shell.captured(part.script), part.isQuoted));
        break;
      case 'variable':
        all.push(...(yield* variable(part, shell)));
    }
  }
  return all;
}

function withHome(text: string, shell: Expanding): string {
  const home = /^~(?=\/|$)/.test(text) ? shell.lookup('HOME') : undefined;
  return home === undefined ? text : home + text.slice(1);
}

function plainPiece(text: string, isQuoted: boolean): Piece {
  return { text, isQuoted, splits: !isQuoted };
}

function* variable(part: VariablePart, shell: Expanding): Run<Pieces> {
  const { name, operation, isQuoted } = part;
  if (operation === undefined) return parameter(name, shell, isQuoted);
  switch (operation.kind) {
    case 'length':
      return [plainPiece(String(shell.value(name).length), true)];
    case '#':
    case '##':
    case '%':
    case '%%': {
      const pattern = yield* expandedChunks(operation.word, shell);
      return [plainPiece(trimmed(shell.value(name), pattern, operation.kind), isQuoted)];
    }
    default:
      return yield* replaced(part, operation, shell);
  }
}

function* replaced(
  { name, isQuoted }: VariablePart,
  { kind, countsEmpty, word }: Extract<Operation, { readonly countsEmpty: boolean }>,
  shell: Expanding,
): Run<Pieces> {
  const value = shell.lookup(name);
  const isThere = value !== undefined && !(countsEmpty && value === '');
  if (kind === '+') return isThere ? yield* pieces(word, shell, true) : [];
  if (isThere) return parameter(name, shell, isQuoted);
  if (kind === '-') return yield* pieces(word, shell, true);
  const text = yield* expandedText(word, shell);
  if (kind === '?') shell.misread(`sh: ${name}: ${text || 'parameter not set'}`);
  shell.assign(name, text);
  return [plainPiece(text, isQuoted)];
}

function parameter(name: string, shell: Expanding, isQuoted: boolean): Pieces {
  if (name === '*' && isQuoted) {
    const [between = ''] = shell.lookup('IFS') ?? ' ';
    return [plainPiece(shell.positional.join(between), true)];
  }
  if (name !== '@' && name !== '*') return [plainPiece(shell.value(name), isQuoted)];
  return shell.positional.flatMap((text, index): Pieces => {
    const piece = plainPiece(text, isQuoted);
    return index === 0 ? [piece] : ['break', piece];
  });
}

/** Splits pieces into words. @upstream POSIX.1 2.6.5 */
function fields(all: Pieces, separators: string): readonly (readonly Chunk[])[] {
  const found: Chunk[][] = [];
  let current: Chunk[] | undefined;
  /** A blank ended the last word: a separator that follows belongs to the same end. */
  let isAfterBlank = false;
  const end = (): void => {
    if (current !== undefined) found.push(current);
    current = undefined;
  };
  for (const piece of all) {
    if (piece === 'break') end();
    else if (!piece.splits) {
      if (piece.text !== '' || piece.isQuoted) (current ??= []).push(piece);
      isAfterBlank = false;
    } else {
      for (const text of piece.text) {
        if (!separators.includes(text)) (current ??= []).push({ text, isQuoted: false });
        else if (/\s/.test(text)) {
          if (current !== undefined) isAfterBlank = true;
          end();
          continue;
        } else if (current !== undefined || isAfterBlank) end();
        else found.push([]);
        isAfterBlank = false;
      }
    }
  }
  end();
  return found;
}

/** Everything is put in before the expression is read. */
function* computed(expression: Word, shell: Expanding): Run<string> {
  const text = yield* expandedText(expression, shell);
  try {
    return String(arithmetic(text, shell));
  } catch (error) {
    if (!(error instanceof ShellSyntaxError)) throw error;
    return shell.misread(error.message);
  }
}

/** `$1`, `$#`, `$@`, `$*`; undefined for the names of variables and what is not set. */
export function positionalValue(name: string, positional: readonly string[]): string | undefined {
  if (name === '#') return String(positional.length);
  if (name === '@' || name === '*')
    return positional.length === 0 ? undefined : positional.join(' ');
  return /^[1-9]\d*$/.test(name) ? positional[Number(name) - 1] : undefined;
}
