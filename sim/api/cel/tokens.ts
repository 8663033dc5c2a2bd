/**
 * Cuts the text of an expression into tokens, telling what cannot be one in ANTLR's words.
 * @upstream cel-go/parser/gen/CEL.g4
 */
import type { Issue } from './ast.js';
import { Uint, type CelValue } from './values.js';

/** The kinds of tokens; symbols and keywords are their own kind. */
export type TokenKind =
  | 'NUM_FLOAT'
  | 'NUM_INT'
  | 'NUM_UINT'
  | 'STRING'
  | 'BYTES'
  | 'IDENTIFIER'
  | 'ESC_IDENTIFIER'
  | '<EOF>'
  | (typeof symbols)[number];

/** A token. Offsets count code points. */
export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
  readonly offset: number;
}

/** In the order of the grammar, in which errors list them. */
export const symbols = [
  '==',
  '!=',
  'in',
  '<',
  '<=',
  '>=',
  '>',
  '&&',
  '||',
  '[',
  ']',
  '{',
  '}',
  '(',
  ')',
  '.',
  ',',
  '-',
  '!',
  '?',
  ':',
  '+',
  '*',
  '/',
  '%',
  'true',
  'false',
  'null',
] as const;

const keywords: ReadonlySet<string> = new Set(['in', 'true', 'false', 'null']);
const punctuation: ReadonlySet<string> = new Set(symbols.filter(symbol => !keywords.has(symbol)));

const hidden = /(?:[\t \r\n\f]+|\/\/[^\n]*)+/y;
const float = /\d+\.\d+(?:[eE][+-]?\d+)?|\d+[eE][+-]?\d+|\.\d+(?:[eE][+-]?\d+)?/y;
const integer = /0x[0-9a-fA-F]+|\d+/y;
const word = /[A-Za-z_]\w*/y;
const escaped = /`[\w.\-/ ]+`/y;
const prefix = /(?:[bB]?[rR]|[rR]?[bB])?(?=["'])/y;

/** The tokens, the last one being the end, and what could not be read. */
export interface Tokens {
  readonly tokens: readonly Token[];
  readonly issues: readonly Issue[];
}

/** Reads all tokens of the text. */
export function tokenize(text: string): Tokens {
  return new Lexer(text).run();
}

class Lexer {
  private readonly tokens: Token[] = [];
  private readonly issues: Issue[] = [];
  private at = 0;
  /** Surrogate pairs before the present place: offsets count them once. */
  private pairs = 0;

  constructor(private readonly text: string) {}

  run(): Tokens {
    for (;;) {
      this.skip(this.match(hidden)?.length ?? 0);
      if (this.at >= this.text.length) break;
      this.next();
    }
    this.add('<EOF>', 0);
    return { tokens: this.tokens, issues: this.issues };
  }

  private next(): void {
    const number = this.match(float);
    if (number !== undefined) return this.add('NUM_FLOAT', number.length);
    const whole = this.match(integer);
    if (whole !== undefined) {
      const isUnsigned = /[uU]/.test(this.text.charAt(this.at + whole.length));
      return this.add(isUnsigned ? 'NUM_UINT' : 'NUM_INT', whole.length + (isUnsigned ? 1 : 0));
    }
    const before = this.match(prefix);
    if (before !== undefined) return this.string(before);
    const name = this.match(word);
    if (name !== undefined) {
      return this.add(keywords.has(name) ? (name as TokenKind) : 'IDENTIFIER', name.length);
    }
    const quoted = this.match(escaped);
    if (quoted !== undefined) return this.add('ESC_IDENTIFIER', quoted.length);
    for (const length of [2, 1]) {
      const symbol = this.text.slice(this.at, this.at + length);
      if (punctuation.has(symbol)) return this.add(symbol as TokenKind, length);
    }
    // What begins a longer symbol fails at the character after it.
    const isBegun = '=&|'.includes(this.text.charAt(this.at));
    this.fail(this.at + (isBegun ? 1 : 0));
  }

  /** A string; `before` are the letters before its quote. */
  private string(before: string): void {
    const from = this.at + before.length;
    const quote = this.text.charAt(from);
    const isRaw = /r/i.test(before);
    const kind = /b/i.test(before) ? 'BYTES' : 'STRING';
    const triple = quote.repeat(3);
    const isLong = this.text.startsWith(triple, from);
    const delimiter = isLong ? triple : quote;
    const end = stringEnd(this.text, from + delimiter.length, { delimiter, isRaw });
    if (end.isClosed) return this.add(kind, end.at - this.at);
    if (isLong) return this.add(kind, before.length + 2);
    if (before !== '') return this.add('IDENTIFIER', before.length);
    this.fail(end.at);
  }

  /** Reports the text up to the character that fits nowhere, and goes on after it. */
  private fail(failing: number): void {
    const end = failing + (isPair(this.text, failing) ? 2 : 1);
    const text = this.text.slice(this.at, end);
    const shown = text.replace(/\n/g, '\\n').replace(/\t/g, '\\t').replace(/\r/g, '\\r');
    const message = `Syntax error: token recognition error at: '${shown}'`;
    this.issues.push({ offset: this.at - this.pairs, message });
    this.skip(text.length);
  }

  private add(kind: TokenKind, length: number): void {
    const text = this.text.slice(this.at, this.at + length);
    this.tokens.push({ kind, text, offset: this.at - this.pairs });
    this.skip(length);
  }

  private skip(length: number): void {
    for (const end = this.at + length; this.at < end; this.at++) {
      if (isPair(this.text, this.at)) this.pairs++;
    }
  }

  private match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at;
    return pattern.exec(this.text)?.[0];
  }
}

function isPair(text: string, at: number): boolean {
  return (text.codePointAt(at) ?? 0) > 0xffff;
}

const escapes =
  /\\(?:[abfnrtv"'`?\\]|[xX][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-3][0-7]{2})/y;
const escapeStart = /\\(?:[xX][0-9a-fA-F]?|u[0-9a-fA-F]{0,3}|U[0-9a-fA-F]{0,7}|[0-3][0-7]?|)/y;

/** Where the string ends, or where it cannot go on. */
function stringEnd(
  text: string,
  from: number,
  { delimiter, isRaw }: { readonly delimiter: string; readonly isRaw: boolean },
): { readonly at: number; readonly isClosed: boolean } {
  let at = from;
  while (at < text.length) {
    if (text.startsWith(delimiter, at)) return { at: at + delimiter.length, isClosed: true };
    const character = text.charAt(at);
    if (delimiter.length === 1 && /[\n\r]/.test(character)) return { at, isClosed: false };
    if (character !== '\\' || isRaw) {
      at++;
      continue;
    }
    escapes.lastIndex = at;
    const whole = escapes.exec(text)?.[0];
    if (whole === undefined) {
      escapeStart.lastIndex = at;
      return { at: at + (escapeStart.exec(text)?.[0].length ?? 1), isClosed: false };
    }
    at += whole.length;
  }
  return { at, isClosed: false };
}

const codes: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

/** The value of a string or bytes token; of bytes each escape is one byte. */
function unquoted(token: Token): string | Uint8Array {
  const letters = /^[a-zA-Z]*/.exec(token.text)?.[0] ?? '';
  const isBytes = token.kind === 'BYTES';
  const rest = token.text.slice(letters.length);
  const quotes = rest.startsWith('"""') || rest.startsWith("'''") ? 3 : 1;
  const inner = rest.length >= 2 * quotes ? rest.slice(quotes, -quotes) : '';
  const body = inner.replace(/\r\n?/g, '\n');
  if (/r/i.test(letters)) return isBytes ? new TextEncoder().encode(body) : body;
  const parts: (string | number)[] = [];
  const pattern = new RegExp(`${escapes.source}|[^\\\\]`, 'gsu');
  for (const [part] of body.matchAll(pattern)) parts.push(unescaped(part, isBytes));
  if (!isBytes) return parts.join('');
  const encoder = new TextEncoder();
  const bytes = parts.flatMap(part =>
    typeof part === 'number' ? [part] : [...encoder.encode(part)],
  );
  return Uint8Array.from(bytes);
}

function unescaped(part: string, isBytes: boolean): string | number {
  if (!part.startsWith('\\')) return part;
  const code = part.charAt(1);
  const known = codes[code];
  if (known !== undefined) return known;
  if (part.length === 2) return code;
  const isOctal = /[0-3]/.test(code);
  const value = isOctal ? parseInt(part.slice(1), 8) : parseInt(part.slice(2), 16);
  return isBytes && /[xX0-3]/.test(code) ? value : String.fromCodePoint(value);
}

const int64Max = 2n ** 63n - 1n;
const uint64Max = 2n ** 64n - 1n;

/** The value of a literal; undefined when it is out of range. */
export function literalValue(token: Token, isNegative: boolean): CelValue | undefined {
  switch (token.kind) {
    case 'true':
      return true;
    case 'false':
      return false;
    case 'null':
      return null;
    case 'STRING':
    case 'BYTES':
      return unquoted(token);
    case 'NUM_FLOAT': {
      const value = Number(token.text) * (isNegative ? -1 : 1);
      return Number.isFinite(value) ? value : undefined;
    }
    case 'NUM_UINT': {
      const value = BigInt(token.text.slice(0, -1));
      return value > uint64Max ? undefined : new Uint(value);
    }
    default: {
      const value = BigInt(token.text);
      if (value > int64Max + (isNegative ? 1n : 0n)) return undefined;
      return isNegative ? -value : value;
    }
  }
}
