/** Parses the part of the POSIX shell language that test and demo containers use. */
import type { Command, Pipeline, Redirection, Script, Statement, Word } from './syntax.js';
import { ShellSyntaxError, WordParser } from './word-parser.js';

/** Parses a script. @throws ShellSyntaxError */
export function parseScript(text: string): Script {
  return new Parser(text).parsed().script;
}

/** Whether a script that comes line by line can be run so far; one that is wrong can: it ends in an error. */
export function isWhole(text: string): boolean {
  if (/(?:^|[^\\])(?:\\\\)*\\\n$/.test(text)) return false;
  try {
    return !new Parser(text).parsed().lacksLines;
  } catch (error) {
    if (error instanceof ShellSyntaxError) return !error.isAtEnd;
    throw error;
  }
}

const redirectionPattern = /^(\d?)(>>|>&|>\||<<-?|<&|>|<)/;
/** `name()`, or as ksh wrote it `function name`, at which the brackets may stand, too. */
const functionPattern =
  /^(?:([A-Za-z_]\w*)[ \t]*\([ \t]*\)|function[ \t]+([A-Za-z_]\w*)(?:[ \t]*\([ \t]*\))?)/;
const reserved = new Set(['then', 'fi', 'else', 'elif', 'do', 'done', 'esac', '}']);

class Parser extends WordParser {
  protected override inner(text: string): WordParser {
    return new Parser(text);
  }

  parsed(): { readonly script: Script; readonly lacksLines: boolean } {
    const script = this.script([]);
    this.expectEnd();
    return { script, lacksLines: this.lacksLines };
  }

  override script(ends: readonly string[]): Script {
    const statements: Statement[] = [];
    for (;;) {
      this.skipBlank(true);
      if (this.at >= this.text.length || ends.some(end => this.peeks(end))) return statements;
      if (this.text[this.at] === ')' || this.text.startsWith(';;', this.at)) return statements;
      statements.push(this.statement());
    }
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
    const isBranchEnd = this.text.startsWith(';;', this.at);
    if (!isBackground && !isBranchEnd && !this.take(';')) this.takeNewline();
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
    if (this.word('case')) return this.caseOf();
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

  private caseOf(): Command {
    this.skipBlank(false);
    const subject = this.wordAt() ?? this.fail('newline');
    this.skipBlank(true);
    this.expect('in');
    const branches: { patterns: Word[]; body: Script }[] = [];
    for (;;) {
      this.skipBlank(true);
      if (this.word('esac')) break;
      this.take('(');
      const patterns: Word[] = [];
      do {
        this.skipBlank(false);
        patterns.push(this.wordAt() ?? this.fail(this.rest().slice(0, 8)));
        this.skipBlank(false);
      } while (this.take('|'));
      this.expect(')');
      branches.push({ patterns, body: this.script(['esac']) });
      if (!this.take(';;')) this.skipBlank(true);
    }
    return { kind: 'case', subject, branches, redirections: this.redirections() };
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
    const [, digit = '', symbol = ''] = match;
    const descriptor = digit === '' ? (symbol.startsWith('<') ? 0 : 1) : Number(digit);
    if (symbol.startsWith('<<')) return this.hereDocument(descriptor, symbol === '<<-');
    this.skipBlank(false);
    const target = this.wordAt();
    if (target === undefined) this.fail('newline');
    const kinds = { '>': 'write', '>|': 'write', '>>': 'append', '<': 'read' } as const;
    const kind = symbol.endsWith('&') ? 'duplicate' : kinds[symbol as keyof typeof kinds];
    return { descriptor, kind, target };
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
}
