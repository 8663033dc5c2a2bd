/** Parses the words of the small shell: quotes, expansions and here-documents. @upstream POSIX.1 2.2, 2.6 */
import type { Operation, Redirection, Script, Word, WordPart } from './syntax.js';

const endOfFile = 'end of file';
const openQuote = 'unterminated quoted string';

/** The script is not in the language that this shell knows. */
export class ShellSyntaxError extends Error {
  override readonly name = 'ShellSyntaxError';

  /** `isAtEnd`: what follows may make it right. */
  constructor(
    message: string,
    readonly isAtEnd = false,
  ) {
    super(message);
  }
}

/** A redirection whose text comes with the lines after its own. */
interface HereDocument {
  readonly redirection: { -readonly [Key in keyof Redirection]: Redirection[Key] };
  readonly end: string;
  readonly isQuoted: boolean;
  readonly dropsTabs: boolean;
}

/** What may stand after the name in `${ }`. */
const operationPattern = /^(?::?[-=?+]|%%?|##?)/;

/** Reads words from a text; scripts within them are read by who knows commands. */
export abstract class WordParser {
  protected at = 0;
  private readonly hereDocuments: HereDocument[] = [];

  constructor(protected readonly text: string) {}

  abstract script(ends: readonly string[]): Script;
  protected abstract inner(text: string): WordParser;

  /** The word that stands here, or undefined when an operator does. */
  protected wordAt(): Word | undefined {
    const parts: WordPart[] = [];
    const before = this.at;
    while (this.at < this.text.length && !/[\s;&|()<>]/.test(this.text[this.at] ?? '')) {
      this.part(parts, /[\s;&|()<>'"$`\\]/);
    }
    return this.at > before ? parts : undefined;
  }

  /** One part of a word that is not in double quotes. */
  private part(parts: WordPart[], ends: RegExp): void {
    const char = this.text[this.at] ?? '';
    if (char === "'") parts.push(this.singleQuoted());
    else if (char === '"') this.doubleQuoted(parts, '"');
    else if (char === '$' || char === '`') parts.push(this.dollar(false));
    else if (char === '\\') {
      const text = this.text[this.at + 1] ?? '\\';
      this.at += 2;
      if (text !== '\n') parts.push({ kind: 'text', text, isQuoted: true });
    } else parts.push(this.plain(ends));
  }

  private plain(ends: RegExp): WordPart {
    const start = this.at++;
    while (this.at < this.text.length && !ends.test(this.text[this.at] ?? '')) this.at++;
    return { kind: 'text', text: this.text.slice(start, this.at), isQuoted: false };
  }

  private singleQuoted(): WordPart {
    const end = this.text.indexOf("'", this.at + 1);
    if (end < 0) this.fail(openQuote);
    const text = this.text.slice(this.at + 1, end);
    this.at = end + 1;
    return { kind: 'text', text, isQuoted: true };
  }

  /** Up to a quote; of a `${ }` in quotes up to its brace, of an expression up to its brackets. */
  private doubleQuoted(parts: WordPart[], end: '"' | '}' | '))' | ''): void {
    if (end === '"') this.at++;
    const before = parts.length;
    let text = '';
    let depth = 0;
    const flush = () => {
      if (text !== '') parts.push({ kind: 'text', text, isQuoted: true });
      text = '';
    };
    for (;;) {
      const char = this.text[this.at];
      if (char === undefined) {
        if (end === '') break;
        this.fail(openQuote);
      }
      if (end !== '' && depth === 0 && this.text.startsWith(end, this.at)) break;
      if (end === '))' && char === '(') depth++;
      if (end === '))' && char === ')') depth--;
      if (char === '\\' && this.isEscapable(end)) {
        const next = this.text[this.at + 1] ?? '';
        text += next === '\n' ? '' : next;
        this.at += 2;
      } else if (char === '"' && end === '}') {
        flush();
        this.doubleQuoted(parts, '"');
      } else if (char === '$' || char === '`') {
        flush();
        parts.push(this.dollar(true));
      } else {
        text += char;
        this.at++;
      }
    }
    this.at += end.length;
    flush();
    if (parts.length === before) parts.push({ kind: 'text', text, isQuoted: true });
  }

  private isEscapable(end: string): boolean {
    const next = this.text[this.at + 1] ?? '';
    return (
      /[$`\\\n]/.test(next) || (next !== '' && end.includes(next)) || (end === '}' && next === '"')
    );
  }

  private dollar(isQuoted: boolean): WordPart {
    if (this.take('`')) return { kind: 'command', script: this.backquoted(), isQuoted };
    if (this.take('$((')) {
      const expression: WordPart[] = [];
      this.doubleQuoted(expression, '))');
      return { kind: 'arithmetic', expression };
    }
    if (this.take('$(')) {
      const script = this.script([')']);
      this.expect(')');
      return { kind: 'command', script, isQuoted };
    }
    if (this.take('${')) return this.braced(isQuoted);
    const match = /^\$([A-Za-z_]\w*|[?!$#@*0-9-])/.exec(this.rest());
    if (match === null) {
      this.at++;
      return { kind: 'text', text: '$', isQuoted };
    }
    this.at += match[0].length;
    return { kind: 'variable', name: match[1] ?? '', isQuoted };
  }

  private backquoted(): Script {
    const start = this.at;
    while (this.at < this.text.length && this.text[this.at] !== '`') {
      this.at += this.text[this.at] === '\\' ? 2 : 1;
    }
    if (this.text[this.at] !== '`') this.fail(openQuote);
    const inner = this.inner(this.text.slice(start, this.at).replace(/\\([\\`$])/g, '$1'));
    this.at++;
    const script = inner.script([]);
    inner.expectEnd();
    return script;
  }

  private braced(isQuoted: boolean): WordPart {
    if (/^#(?:\w+|[?!$#@*])\}/.test(this.rest())) {
      this.at++;
      const name = this.match(/^(?:\w+|[?!$#@*])/);
      this.at++;
      return { kind: 'variable', name, operation: { kind: 'length' }, isQuoted };
    }
    const name = this.match(/^(?:[A-Za-z_]\w*|\d+|[?!$#@*-])/);
    if (this.take('}')) return { kind: 'variable', name, isQuoted };
    const symbol = operationPattern.exec(this.rest())?.[0];
    if (symbol === undefined) this.fail('bad substitution');
    this.at += symbol.length;
    const isPattern = /[#%]/.test(symbol);
    const word = this.operand(isQuoted && !isPattern);
    const kind = symbol.replace(':', '') as Operation['kind'];
    const operation = { kind, countsEmpty: symbol.startsWith(':'), word } as Operation;
    return { kind: 'variable', name, operation, isQuoted };
  }

  /** The word in `${name:-word}`; it may hold blanks. */
  private operand(isQuoted: boolean): Word {
    const parts: WordPart[] = [];
    if (isQuoted) {
      this.doubleQuoted(parts, '}');
      return parts;
    }
    while (!this.take('}')) {
      if (this.at >= this.text.length) this.fail('bad substitution');
      this.part(parts, /[}'"$`\\]/);
    }
    return parts;
  }

  /** `<<EOF`: the text comes when the line has been read. */
  protected hereDocument(descriptor: number, dropsTabs: boolean): Redirection {
    this.skipBlank(false);
    const raw = this.match(/^(?:'[^']*'|"[^"]*"|\\.|[^\s;&|()<>'"\\])+/);
    const end = raw.replace(/['"\\]/g, '');
    const redirection = { descriptor, kind: 'here' as const, target: [] };
    this.hereDocuments.push({ redirection, end, isQuoted: end !== raw, dropsTabs });
    return redirection;
  }

  /** The text ended within a here-document: at the end of a script that is allowed. */
  protected lacksLines = false;

  /** Takes the end of a line, and the here-documents that come after it. */
  protected takeNewline(): boolean {
    if (!this.take('\n')) return false;
    for (const { redirection, end, isQuoted, dropsTabs } of this.hereDocuments.splice(0)) {
      const lines: string[] = [];
      for (;;) {
        if (this.at >= this.text.length) {
          this.lacksLines = true;
          break;
        }
        const line = this.lineAt(dropsTabs);
        if (line === end) break;
        lines.push(`${line}\n`);
      }
      const text = lines.join('');
      redirection.target = isQuoted
        ? [{ kind: 'text', text, isQuoted: true }]
        : this.inner(text).whole();
    }
    return true;
  }

  private lineAt(dropsTabs: boolean): string {
    const found = this.text.indexOf('\n', this.at);
    const end = found < 0 ? this.text.length : found;
    const line = this.text.slice(this.at, end);
    this.at = end + 1;
    return dropsTabs ? line.replace(/^\t+/, '') : line;
  }

  /** All that is left, as if it stood in double quotes. */
  private whole(): Word {
    const parts: WordPart[] = [];
    this.doubleQuoted(parts, '');
    return parts;
  }

  expectEnd(): void {
    this.skipBlank(true);
    if (this.hereDocuments.length > 0) this.fail(endOfFile);
    if (this.at < this.text.length) this.fail(this.text.slice(this.at, this.at + 8));
  }

  protected skipBlank(withNewlines: boolean): void {
    for (;;) {
      const char = this.text[this.at];
      if (char === '#' && /^$|[\s;&|()]/.test(this.text[this.at - 1] ?? '')) {
        while (this.at < this.text.length && this.text[this.at] !== '\n') this.at++;
      } else if (char === '\\' && this.text[this.at + 1] === '\n') this.at += 2;
      else if (char === ' ' || char === '\t') this.at++;
      else if (!withNewlines || !this.takeNewline()) return;
    }
  }

  protected rest(): string {
    return this.text.slice(this.at);
  }

  protected take(token: string): boolean {
    if (!this.text.startsWith(token, this.at)) return false;
    this.at += token.length;
    return true;
  }

  protected match(pattern: RegExp): string {
    const found = pattern.exec(this.rest())?.[0];
    if (found === undefined) this.fail(this.rest().slice(0, 8));
    this.at += found.length;
    return found;
  }

  protected expect(token: string): void {
    this.skipBlank(true);
    if (!this.take(token)) this.fail(this.rest().slice(0, 8));
  }

  protected fail(near: string): never {
    const isAtEnd = near === '' || near === endOfFile || near === openQuote;
    throw new ShellSyntaxError(`sh: syntax error: unexpected "${near}"`, isAtEnd);
  }
}
