/** Parses the part of the POSIX shell language that test and demo containers use. */
import type {
  Command,
  Pipeline,
  Redirection,
  Script,
  Statement,
  Word,
  WordPart,
} from './syntax.js';

/** The script is not in the language that this shell knows. */
export class ShellSyntaxError extends Error {
  override readonly name = 'ShellSyntaxError';
}

/** Parses a script. @throws ShellSyntaxError */
export function parseScript(text: string): Script {
  const parser = new Parser(text);
  const script = parser.script([]);
  parser.expectEnd();
  return script;
}

const redirectionPattern = /^(\d?)(>>|>&|<&|>|<)/;
/** `name()`, or as ksh wrote it `function name`, at which the brackets may stand, too. */
const functionPattern =
  /^(?:([A-Za-z_]\w*)[ \t]*\([ \t]*\)|function[ \t]+([A-Za-z_]\w*)(?:[ \t]*\([ \t]*\))?)/;
const reserved = new Set(['then', 'fi', 'else', 'elif', 'do', 'done', '}']);

class Parser {
  private at = 0;

  constructor(private readonly text: string) {}

  script(ends: readonly string[]): Script {
    const statements: Statement[] = [];
    for (;;) {
      this.skipBlank(true);
      while (this.take(';')) this.skipBlank(true);
      if (this.at >= this.text.length || ends.some(end => this.peeks(end))) return statements;
      if (this.text[this.at] === ')') return statements;
      statements.push(this.statement());
    }
  }

  expectEnd(): void {
    this.skipBlank(true);
    if (this.at < this.text.length) this.fail(this.text.slice(this.at, this.at + 8));
  }

  private statement(): Statement {
    const first = this.pipeline();
    const rest: { operator: '&&' | '||'; pipeline: Pipeline }[] = [];
    for (;;) {
      this.skipBlank(false);
      const operator = this.take('&&') ? '&&' : this.take('||') ? '||' : undefined;
      if (operator === undefined) break;
      this.skipBlank(true);
      rest.push({ operator, pipeline: this.pipeline() });
    }
    this.skipBlank(false);
    const isBackground = !this.text.startsWith('&&', this.at) && this.take('&');
    if (!isBackground && !this.take(';')) this.take('\n');
    return { first, rest, isBackground };
  }

  private pipeline(): Pipeline {
    this.skipBlank(false);
    const isNegated = this.word('!');
    const commands = [this.command()];
    for (;;) {
      this.skipBlank(false);
      if (this.text.startsWith('||', this.at) || !this.take('|')) break;
      this.skipBlank(true);
      commands.push(this.command());
    }
    return { isNegated, commands };
  }

  private command(): Command {
    this.skipBlank(false);
    if (this.take('(')) return this.group(true, ')');
    if (this.word('{')) return this.group(false, '}');
    if (this.word('while')) return this.loop(false);
    if (this.word('until')) return this.loop(true);
    if (this.word('for')) return this.forLoop();
    if (this.word('if')) return this.conditional();
    const defined = functionPattern.exec(this.rest());
    return defined === null ? this.simple() : this.definition(defined);
  }

  private definition([head, plain, named]: RegExpExecArray): Command {
    this.at += head.length;
    this.skipBlank(true);
    const start = this.rest().slice(0, 8);
    const body = this.command();
    if (body.kind === 'simple' || body.kind === 'function') this.fail(start);
    return { kind: 'function', name: plain ?? named ?? '', body, redirections: [] };
  }

  private group(isSubshell: boolean, end: string): Command {
    const body = this.script([end]);
    this.expect(end);
    return { kind: 'group', isSubshell, body, redirections: this.redirections() };
  }

  private loop(isUntil: boolean): Command {
    const condition = this.script(['do']);
    this.expect('do');
    const body = this.script(['done']);
    this.expect('done');
    return { kind: 'loop', isUntil, condition, body, redirections: this.redirections() };
  }

  private forLoop(): Command {
    this.skipBlank(false);
    const name = this.match(/^[A-Za-z_]\w*/);
    this.skipBlank(true);
    const words: Word[] = [];
    if (!this.word('in')) words.push([{ kind: 'variable', name: '@', isQuoted: true }]);
    for (;;) {
      this.skipBlank(false);
      const word = this.wordAt();
      if (word === undefined) break;
      words.push(word);
    }
    this.take(';');
    this.skipBlank(true);
    this.expect('do');
    const body = this.script(['done']);
    this.expect('done');
    return { kind: 'for', name, words, body, redirections: this.redirections() };
  }

  private conditional(): Command {
    const branches: { condition: Script; body: Script }[] = [];
    let otherwise: Script | undefined;
    do {
      const condition = this.script(['then']);
      this.expect('then');
      branches.push({ condition, body: this.script(['elif', 'else', 'fi']) });
    } while (this.word('elif'));
    if (this.word('else')) otherwise = this.script(['fi']);
    this.expect('fi');
    const redirections = this.redirections();
    return { kind: 'if', branches, ...(otherwise && { otherwise }), redirections };
  }

  private simple(): Command {
    const assignments: { name: string; value: Word }[] = [];
    const words: Word[] = [];
    const redirections: Redirection[] = [];
    for (;;) {
      this.skipBlank(false);
      const redirection = this.redirection();
      if (redirection !== undefined) {
        redirections.push(redirection);
        continue;
      }
      const assignment = words.length === 0 ? /^([A-Za-z_]\w*)=/.exec(this.rest()) : null;
      if (assignment !== null) {
        this.at += assignment[0].length;
        assignments.push({ name: assignment[1] ?? '', value: this.wordAt() ?? [] });
        continue;
      }
      if (words.length === 0 && reserved.has(this.peekName())) break;
      const word = this.wordAt();
      if (word === undefined) break;
      words.push(word);
    }
    if (words.length + assignments.length + redirections.length === 0) {
      this.fail(this.rest().slice(0, 8));
    }
    return { kind: 'simple', assignments, words, redirections };
  }

  private redirections(): Redirection[] {
    const found: Redirection[] = [];
    for (;;) {
      this.skipBlank(false);
      const redirection = this.redirection();
      if (redirection === undefined) return found;
      found.push(redirection);
    }
  }

  private redirection(): Redirection | undefined {
    const match = redirectionPattern.exec(this.rest());
    if (match === null) return undefined;
    this.at += match[0].length;
    this.skipBlank(false);
    const target = this.wordAt();
    if (target === undefined) this.fail('newline');
    const [, digit = '', symbol = ''] = match;
    const kinds = { '>': 'write', '>>': 'append', '<': 'read', '>&': 'duplicate' } as const;
    const kind = symbol === '<&' ? 'duplicate' : kinds[symbol as keyof typeof kinds];
    const descriptor = digit === '' ? (symbol.startsWith('<') ? 0 : 1) : Number(digit);
    return { descriptor, kind, target };
  }

  /** The word that stands here, or undefined when an operator does. */
  private wordAt(): Word | undefined {
    const parts: WordPart[] = [];
    let isWord = false;
    while (this.at < this.text.length) {
      const char = this.text[this.at] ?? '';
      if (/[\s;&|()<>]/.test(char)) break;
      isWord = true;
      if (char === "'") parts.push(this.singleQuoted());
      else if (char === '"') this.doubleQuoted(parts);
      else if (char === '$' || char === '`') parts.push(this.dollar(false));
      else parts.push(this.plain());
    }
    return isWord ? parts : undefined;
  }

  private plain(): WordPart {
    let text = '';
    while (this.at < this.text.length) {
      const char = this.text[this.at] ?? '';
      if (/[\s;&|()<>'"$`]/.test(char)) break;
      if (char === '\\') this.at++;
      text += this.text[this.at++] ?? '';
    }
    return { kind: 'text', text, isQuoted: false };
  }

  private singleQuoted(): WordPart {
    const end = this.text.indexOf("'", this.at + 1);
    if (end < 0) this.fail('unterminated quoted string');
    const text = this.text.slice(this.at + 1, end);
    this.at = end + 1;
    return { kind: 'text', text, isQuoted: true };
  }

  private doubleQuoted(parts: WordPart[]): void {
    this.at++;
    const before = parts.length;
    let text = '';
    const flush = () => {
      if (text !== '') parts.push({ kind: 'text', text, isQuoted: true });
      text = '';
    };
    for (;;) {
      const char = this.text[this.at];
      if (char === undefined) this.fail('unterminated quoted string');
      if (char === '"') break;
      if (char === '\\' && /[$`"\\\n]/.test(this.text[this.at + 1] ?? '')) {
        text += this.text[this.at + 1] ?? '';
        this.at += 2;
      } else if (char === '$' || char === '`') {
        flush();
        parts.push(this.dollar(true));
      } else {
        text += char;
        this.at++;
      }
    }
    this.at++;
    flush();
    if (parts.length === before) parts.push({ kind: 'text', text, isQuoted: true });
  }

  private dollar(isQuoted: boolean): WordPart {
    if (this.take('`')) {
      const end = this.text.indexOf('`', this.at);
      if (end < 0) this.fail('unterminated quoted string');
      const script = parseScript(this.text.slice(this.at, end));
      this.at = end + 1;
      return { kind: 'command', script, isQuoted };
    }
    if (this.take('$((')) {
      const end = this.text.indexOf('))', this.at);
      if (end < 0) this.fail('missing ))');
      const expression = this.text.slice(this.at, end);
      this.at = end + 2;
      return { kind: 'arithmetic', expression };
    }
    if (this.take('$(')) {
      const script = this.script([')']);
      this.expect(')');
      return { kind: 'command', script, isQuoted };
    }
    if (this.take('${')) return this.braced(isQuoted);
    const match = /^\$([A-Za-z_]\w*|[?!$#@*0-9])/.exec(this.rest());
    if (match === null) {
      this.at++;
      return { kind: 'text', text: '$', isQuoted };
    }
    this.at += match[0].length;
    return { kind: 'variable', name: match[1] ?? '', isQuoted };
  }

  private braced(isQuoted: boolean): WordPart {
    const name = this.match(/^(?:[A-Za-z_]\w*|\d+|[?!$#@*])/);
    if (this.take('}')) return { kind: 'variable', name, isQuoted };
    if (!this.take(':-') && !this.take('-')) this.fail('bad substitution');
    const end = this.text.indexOf('}', this.at);
    if (end < 0) this.fail('bad substitution');
    const inner = new Parser(this.text.slice(this.at, end));
    this.at = end + 1;
    return { kind: 'variable', name, fallback: inner.wordAt() ?? [], isQuoted };
  }

  private skipBlank(withNewlines: boolean): void {
    for (;;) {
      const char = this.text[this.at];
      if (char === '#' && /^$|\s|;/.test(this.text[this.at - 1] ?? '')) {
        while (this.at < this.text.length && this.text[this.at] !== '\n') this.at++;
      } else if (char === '\\' && this.text[this.at + 1] === '\n') this.at += 2;
      else if (char === ' ' || char === '\t' || (withNewlines && char === '\n')) this.at++;
      else return;
    }
  }

  private rest(): string {
    return this.text.slice(this.at);
  }

  private peekName(): string {
    return /^[^\s;&|()<>]+/.exec(this.rest())?.[0] ?? '';
  }

  /** Whether the reserved word or operator comes next. */
  private peeks(end: string): boolean {
    return end === ')' ? this.text[this.at] === ')' : this.peekName() === end;
  }

  /** Takes a reserved word, which must stand alone. */
  private word(name: string): boolean {
    if (this.peekName() !== name) return false;
    this.at += name.length;
    return true;
  }

  private take(token: string): boolean {
    if (!this.text.startsWith(token, this.at)) return false;
    this.at += token.length;
    return true;
  }

  private match(pattern: RegExp): string {
    const found = pattern.exec(this.rest())?.[0];
    if (found === undefined) this.fail(this.rest().slice(0, 8));
    this.at += found.length;
    return found;
  }

  private expect(token: string): void {
    this.skipBlank(true);
    if (!this.take(token)) this.fail(this.rest().slice(0, 8));
  }

  private fail(near: string): never {
    throw new ShellSyntaxError(`sh: syntax error: unexpected "${near}"`);
  }
}
