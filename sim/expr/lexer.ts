/** Cuts the text of an expression into tokens. @upstream expr-lang/expr parser/lexer */
import { Fault } from './value.js';

/** A token. */
export interface Token {
  readonly kind: 'number' | 'text' | 'name' | 'operator' | 'bracket' | 'end';
  readonly text: string;
}

const pattern = new RegExp(
  [
    String.raw`\s*(?:`,
    // A number is not followed by the dots of a range.
    String.raw`(0[xX][\da-fA-F_]+|0[oO][0-7_]+|0[bB][01_]+|\d[\d_]*(?:\.(?!\.)[\d_]*)?(?:[eE][+-]?\d+)?|\.\d[\d_]*(?:[eE][+-]?\d+)?)`,
    String.raw`|("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')`,
    '|(`[^`]*`)',
    String.raw`|([\p{L}_$][\p{L}\p{N}_$]*)`,
    String.raw`|(\|\||&&|==|!=|<=|>=|\*\*|\?\?|\?\.|\.\.|::|[-+*/%^<>!?:,.#;|=])`,
    String.raw`|([()[\]{}])`,
    ')',
  ].join(''),
  'suy',
);

const comment = /\s*(?:\/\/[^\n]*|\/\*.*?\*\/)/suy;

const tokensMax = 10_000;

/** Names that are operators. */
const words: ReadonlySet<string> = new Set([
  ...['in', 'or', 'and', 'not', 'matches', 'contains', 'startsWith', 'endsWith', 'let'],
  ...['if', 'else'],
]);

/** The tokens of a text, with one at the end that says so. */
export function tokensOf(text: string): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (tokens.length < tokensMax) {
    at = afterComments(text, at);
    if (text.slice(at).trim() === '') break;
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (match === null) throw unrecognized(text.slice(at).trimStart());
    tokens.push(tokenOf(match));
    at = pattern.lastIndex;
  }
  return [...tokens, { kind: 'end', text: 'EOF' }];
}

function afterComments(text: string, from: number): number {
  let at = from;
  for (;;) {
    comment.lastIndex = at;
    if (comment.exec(text) === null) return at;
    at = comment.lastIndex;
  }
}

function tokenOf(match: RegExpExecArray): Token {
  const [, number, quoted, raw, name, operator, bracket = ''] = match;
  if (number !== undefined) return { kind: 'number', text: number };
  if (quoted !== undefined) return { kind: 'text', text: unquoted(quoted) };
  if (raw !== undefined) return { kind: 'text', text: raw.slice(1, -1) };
  if (name !== undefined) return { kind: words.has(name) ? 'operator' : 'name', text: name };
  if (operator !== undefined) return { kind: 'operator', text: operator };
  return { kind: 'bracket', text: bracket };
}

function unrecognized(rest: string): Fault {
  const code = (rest.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
  return new Fault(`unrecognized character: U+${code} '${rest.charAt(0)}'`);
}

function unquoted(text: string): string {
  return text
    .slice(1, -1)
    .replaceAll(/\\(?:u([\da-fA-F]{4})|x([\da-fA-F]{2})|(.))/gs, (_, long, short, next: string) => {
      const code = (long ?? short) as string | undefined;
      if (code !== undefined) return String.fromCodePoint(Number.parseInt(code, 16));
      return escapes[next] ?? next;
    });
}

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r' };
