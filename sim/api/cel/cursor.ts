/** Walks the tokens of an expression; errors are ANTLR's. @upstream antlr4 DefaultErrorStrategy */
import type { Issue } from './ast.js';
import { symbols, type Token, type TokenKind } from './tokens.js';

/** What ends the reading of a text that cannot be mended. */
export class SyntaxStop extends Error {}

const order: readonly string[] = [
  ...symbols,
  'NUM_FLOAT',
  'NUM_INT',
  'NUM_UINT',
  'STRING',
  'BYTES',
  'IDENTIFIER',
  'ESC_IDENTIFIER',
];

/** The tokens that name things. */
export const names: readonly TokenKind[] = ['IDENTIFIER', 'ESC_IDENTIFIER'];

/** A place among the tokens, with what goes wrong there in ANTLR's words. */
export class Cursor {
  protected at = 0;

  constructor(
    private readonly tokens: readonly Token[],
    readonly issues: Issue[],
  ) {}

  protected get token(): Token {
    return this.peek(0);
  }

  protected peek(ahead: number): Token {
    return this.tokens[Math.min(this.at + ahead, this.tokens.length - 1)] as Token;
  }

  protected is(...kinds: readonly TokenKind[]): boolean {
    return kinds.includes(this.token.kind);
  }

  protected advance(): Token {
    const { token } = this;
    this.at++;
    return token;
  }

  protected report(offset: number, message: string): void {
    this.issues.push({ offset, message });
  }

  protected stop(message: string): never {
    this.report(this.token.offset, `Syntax error: ${message}`);
    throw new SyntaxStop();
  }

  /** Takes a token; one too many is skipped, one that lacks is imagined where the rest goes on. */
  protected take(kind: TokenKind): Token {
    if (this.is(kind)) return this.advance();
    const shown = kind === '<EOF>' || names.includes(kind) ? kind : `'${kind}'`;
    if (this.peek(1).kind === kind && !this.is('<EOF>')) {
      this.extraneous(shown);
      return this.advance();
    }
    const isClosing = kind === ')' || kind === ']' || kind === '}';
    if (isClosing && this.is('<EOF>')) {
      this.report(this.token.offset, `Syntax error: missing '${kind}' at '<EOF>'`);
      return this.token;
    }
    return this.stop(`mismatched input '${shownText(this.token)}' expecting ${shown}`);
  }

  /** Before a choice: one token that is too many is skipped. */
  protected sync(kinds: readonly TokenKind[]): void {
    if (this.is(...kinds)) return;
    const expected = setOf(kinds);
    if (kinds.includes(this.peek(1).kind) && !this.is('<EOF>')) this.extraneous(expected);
    else this.stop(`mismatched input '${shownText(this.token)}' expecting ${expected}`);
  }

  protected extraneous(expected: string): void {
    const text = `extraneous input '${shownText(this.token)}' expecting ${expected}`;
    this.report(this.token.offset, `Syntax error: ${text}`);
    this.at++;
  }
}

/** A token as errors show it. */
export function shownText({ kind, text }: Token): string {
  return kind === '<EOF>' ? kind : text.replace(/\n/g, '\\n');
}

/** A set of tokens as errors show it. */
export function setOf(kinds: readonly TokenKind[]): string {
  const sorted = kinds.toSorted((left, right) => order.indexOf(left) - order.indexOf(right));
  const shown = sorted.map(kind => (/^[A-Z]/.test(kind) || kind === '<EOF>' ? kind : `'${kind}'`));
  return shown.length === 1 ? (shown[0] ?? '') : `{${shown.join(', ')}}`;
}
