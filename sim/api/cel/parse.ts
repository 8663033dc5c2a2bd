/**
 * Reads CEL as cel-go's ANTLR grammar does, with its errors: what it expected, and where.
 * @upstream cel-go/parser/parser.go, cel-go/parser/gen/CEL.g4
 */
import { partsOf, type Expr, type Issue, type MapEntry, type StructField } from './ast.js';
import { Cursor, SyntaxStop, names, setOf, shownText } from './cursor.js';
import { MacroFault, expandMacro, type MacroCall, type Nodes } from './macros.js';
import { literalValue, tokenize, type Token, type TokenKind } from './tokens.js';
import { codePoints, type CelValue } from './values.js';

/** A tree, or what is wrong with the text. */
export type Parsed = { readonly expr: Expr } | { readonly issues: readonly Issue[] };

/** Parses the text of an expression. */
export function parseCel(text: string, hasBindings = false): Parsed {
  const size = codePoints(text);
  if (size > sizeMax) {
    const message = `expression code point size exceeds limit: size: ${size}, limit ${sizeMax}`;
    return { issues: [{ offset: -1, message }] };
  }
  const { tokens, issues } = tokenize(text);
  const parser = new Parser(tokens, [...issues]);
  parser.hasBindings = hasBindings;
  const expr = parser.whole();
  const all = parser.issues;
  if (parser.isTooDeep || (expr !== undefined && isDeeper(expr, depthMax))) {
    const message = `expression recursion limit exceeded: ${depthMax}`;
    return { issues: [{ offset: -1, message }] };
  }
  if (expr !== undefined && all.length === 0) return { expr };
  return { issues: all.toSorted((left, right) => left.offset - right.offset) };
}

/** @upstream cel-go/parser/options.go, parser.go expressionSizeCodePointLimit, maxRecursionDepth */
const sizeMax = 100_000;
const depthMax = 250;

/** Whether the tree is deeper than the limit; chains of && and || are balanced and count little. */
function isDeeper(root: Expr, limit: number): boolean {
  const rest: (readonly [Expr, number])[] = [[root, 1]];
  let visited = 0;
  for (let next = rest.pop(); next !== undefined; next = rest.pop()) {
    const [expr, depth] = next;
    // Macros may name one expression twice: what grows without end is as good as too deep.
    if (depth > limit || ++visited > sizeMax) return true;
    for (const part of partsOf(expr)) rest.push([part, depth + 1]);
  }
  return false;
}

/** The tokens with which an expression can begin. */
const starts: readonly TokenKind[] = [
  '[',
  '{',
  '(',
  '.',
  '-',
  '!',
  'true',
  'false',
  'null',
  'NUM_FLOAT',
  'NUM_INT',
  'NUM_UINT',
  'STRING',
  'BYTES',
  'IDENTIFIER',
];

const reserved = new Set(
  (
    'as break const continue else false for function if import in let loop package namespace ' +
    'null return true var void while'
  ).split(' '),
);
const relations: Readonly<Record<string, string>> = {
  '==': '_==_',
  '!=': '_!=_',
  in: '@in',
  '<': '_<_',
  '<=': '_<=_',
  '>': '_>_',
  '>=': '_>=_',
};
const sums: Readonly<Record<string, string>> = { '+': '_+_', '-': '_-_' };
const products: Readonly<Record<string, string>> = { '*': '_*_', '/': '_/_', '%': '_%_' };

class Parser extends Cursor implements Nodes {
  isTooDeep = false;
  hasBindings = false;
  private lastId = 0;
  private depth = 0;

  whole(): Expr | undefined {
    try {
      const expr = this.expression();
      this.take('<EOF>');
      return expr;
    } catch (error) {
      if (error instanceof SyntaxStop) return undefined;
      throw error;
    }
  }

  nextId(): number {
    return ++this.lastId;
  }

  call(offset: number, name: string, ...args: readonly Expr[]): Expr {
    return { kind: 'call', id: this.nextId(), offset, name, target: undefined, args };
  }

  private expression(): Expr {
    if (++this.depth > depthMax) {
      this.isTooDeep = true;
      throw new SyntaxStop();
    }
    const expr = this.conditional();
    this.depth--;
    return expr;
  }

  private conditional(): Expr {
    const condition = this.joined('||', '_||_', () =>
      this.joined('&&', '_&&_', () => this.relation()),
    );
    if (!this.is('?')) return condition;
    const { offset } = this.advance();
    const yes = this.joined('||', '_||_', () => this.joined('&&', '_&&_', () => this.relation()));
    this.take(':');
    return this.call(offset, '_?_:_', condition, yes, this.expression());
  }

  /** A chain of one logical operator, as a balanced tree. */
  private joined(symbol: '||' | '&&', name: string, term: () => Expr): Expr {
    const terms = [term()];
    const offsets: number[] = [];
    while (this.is(symbol)) {
      offsets.push(this.advance().offset);
      terms.push(term());
    }
    return this.balanced(name, terms, offsets);
  }

  private balanced(name: string, terms: readonly Expr[], offsets: readonly number[]): Expr {
    const [first] = terms;
    if (terms.length <= 1) return first as Expr;
    const middle = Math.floor(offsets.length / 2);
    const left = this.balanced(name, terms.slice(0, middle + 1), offsets.slice(0, middle));
    const right = this.balanced(name, terms.slice(middle + 1), offsets.slice(middle + 1));
    return this.call(offsets[middle] ?? 0, name, left, right);
  }

  private binary(operators: Readonly<Record<string, string>>, term: () => Expr): Expr {
    let left = term();
    for (;;) {
      const name = Object.hasOwn(operators, this.token.kind) && operators[this.token.kind];
      if (typeof name !== 'string') return left;
      const { offset } = this.advance();
      left = this.call(offset, name, left, term());
    }
  }

  private relation(): Expr {
    return this.binary(relations, () =>
      this.binary(sums, () => this.binary(products, () => this.unary())),
    );
  }

  private unary(): Expr {
    this.sync(starts);
    const isLiteral = this.is('-') && ['NUM_INT', 'NUM_FLOAT'].includes(this.peek(1).kind);
    if (this.is('!', '-') && !isLiteral) {
      const { kind, offset } = this.token;
      let count = 0;
      while (this.is(kind)) {
        this.advance();
        count++;
      }
      this.sync(starts.filter(start => start !== (kind === '-' ? '!' : '')));
      const operand = this.member();
      if (count % 2 === 0) return operand;
      return this.call(offset, kind === '!' ? '!_' : '-_', operand);
    }
    return this.member();
  }

  private member(): Expr {
    let expr = this.primary();
    for (;;) {
      if (this.is('.')) expr = this.selected(expr);
      else if (this.is('[')) expr = this.indexed(expr);
      else return expr;
    }
  }

  private selected(operand: Expr): Expr {
    const { offset } = this.token;
    const isOptional = this.peek(1).kind === '?';
    const named = this.peek(isOptional ? 2 : 1);
    if (!names.includes(named.kind)) return this.noAlternative(isOptional, named);
    this.at += isOptional ? 3 : 2;
    const name = named.kind === 'ESC_IDENTIFIER' ? named.text.slice(1, -1) : named.text;
    if (isOptional) {
      const field = this.constant(named.offset, name);
      return this.call(offset, '_?._', operand, field);
    }
    if (named.kind === 'IDENTIFIER' && this.is('(')) return this.memberCall(operand, name);
    return { kind: 'select', id: this.nextId(), offset, operand, field: name, isTest: false };
  }

  private noAlternative(isOptional: boolean, named: Token): never {
    this.at += isOptional ? 2 : 1;
    const text = named.kind === '<EOF>' ? '' : named.text;
    if (!isOptional && ['true', 'false', 'null'].includes(named.kind)) {
      return this.stop(`mismatched input '${text}' expecting IDENTIFIER`);
    }
    if (!isOptional) return this.stop(`no viable alternative at input '.${text}'`);
    return this.stop(`mismatched input '${shownText(named)}' expecting ${setOf(names)}`);
  }

  private memberCall(target: Expr, name: string): Expr {
    const { offset, args } = this.arguments();
    return this.expanded({ offset, name, target, args });
  }

  private arguments(): { readonly offset: number; readonly args: readonly Expr[] } {
    const { offset } = this.take('(');
    const args: Expr[] = [];
    this.sync([...starts, ')']);
    if (!this.is(')')) {
      args.push(this.expression());
      while (this.is(',')) {
        this.advance();
        args.push(this.expression());
      }
    }
    this.take(')');
    return { offset, args };
  }

  private expanded(call: MacroCall): Expr {
    try {
      const expansion = expandMacro(this, call);
      if (expansion !== undefined) return expansion;
    } catch (error) {
      if (!(error instanceof MacroFault)) throw error;
      this.report(error.offset ?? call.offset, error.message);
    }
    return { kind: 'call', id: this.nextId(), ...call };
  }

  private indexed(target: Expr): Expr {
    const { offset } = this.advance();
    const isOptional = this.is('?');
    if (isOptional) this.advance();
    const index = this.expression();
    this.take(']');
    return this.call(offset, isOptional ? '_[?_]' : '_[_]', target, index);
  }

  private primary(): Expr {
    const { token } = this;
    switch (token.kind) {
      case '(': {
        this.advance();
        const inner = this.expression();
        this.take(')');
        return inner;
      }
      case '[':
        return this.list();
      case '{':
        return this.map();
      case '.':
      case 'IDENTIFIER':
        return this.named();
      default:
        return this.literal();
    }
  }

  private named(): Expr {
    const { offset: start } = this.token;
    const hasDot = this.is('.');
    if (hasDot) this.advance();
    const message = this.messageName();
    if (message !== undefined) return this.struct(hasDot ? `.${message}` : message);
    const { text, offset } = this.take('IDENTIFIER');
    const isReserved = reserved.has(text);
    if (isReserved) this.report(start, `reserved identifier: ${text}`);
    const name = hasDot ? `.${text}` : text;
    if (this.is('(')) {
      const { offset: open, args } = this.arguments();
      return this.expanded({ offset: open, name, target: undefined, args });
    }
    return { kind: 'ident', id: this.nextId(), offset, name };
  }

  /** `a.b` when what follows is `a.b{`; the tokens are taken then. */
  private messageName(): string | undefined {
    let ahead = 0;
    const parts: string[] = [];
    while (this.peek(ahead).kind === 'IDENTIFIER') {
      parts.push(this.peek(ahead).text);
      const next = this.peek(ahead + 1).kind;
      if (next === '{') {
        this.at += ahead + 1;
        return parts.join('.');
      }
      if (next !== '.') return undefined;
      ahead += 2;
    }
    return undefined;
  }

  private struct(name: string): Expr {
    const { offset } = this.take('{');
    const fields: StructField[] = [];
    this.sync(['}', ',', '?', ...names]);
    while (this.is('?', ...names)) {
      const isOptional = this.is('?');
      if (isOptional) this.advance();
      this.sync(names);
      const { kind, text } = this.advance();
      const field = kind === 'ESC_IDENTIFIER' ? text.slice(1, -1) : text;
      const { offset: colon } = this.take(':');
      const value = this.expression();
      fields.push({ id: this.nextId(), offset: colon, name: field, value, isOptional });
      if (!this.is(',')) break;
      this.advance();
    }
    this.close('}');
    return { kind: 'struct', id: this.nextId(), offset, name, fields };
  }

  private map(): Expr {
    const { offset } = this.advance();
    const entries: MapEntry[] = [];
    this.sync([...starts, '}', ',', '?']);
    while (this.is('?', ...starts)) {
      const isOptional = this.is('?');
      if (isOptional) this.advance();
      const key = this.expression();
      const { offset: colon } = this.take(':');
      const value = this.expression();
      entries.push({ id: this.nextId(), offset: colon, key, value, isOptional });
      if (!this.is(',')) break;
      this.advance();
    }
    this.close('}');
    return { kind: 'map', id: this.nextId(), offset, entries };
  }

  private list(): Expr {
    const { offset } = this.advance();
    const items: Expr[] = [];
    const optionals = new Set<number>();
    this.sync([...starts, ']', ',', '?']);
    while (this.is('?', ...starts)) {
      if (this.is('?')) {
        this.advance();
        optionals.add(items.length);
      }
      items.push(this.expression());
      if (!this.is(',')) break;
      this.advance();
    }
    this.close(']');
    return { kind: 'list', id: this.nextId(), offset, items, optionals };
  }

  /** A trailing comma may stand before what closes. */
  private close(kind: '}' | ']'): void {
    if (this.is(',')) this.advance();
    else this.sync([kind, ',']);
    this.take(kind);
  }

  private literal(): Expr {
    const { offset } = this.token;
    const isNegative = this.is('-');
    if (isNegative) this.advance();
    const token = this.advance();
    const value = literalValue(token, isNegative);
    if (value === undefined) {
      const what = { NUM_UINT: 'uint', NUM_FLOAT: 'double' }[token.kind as string] ?? 'int';
      this.report(offset, `invalid ${what} literal`);
    }
    return this.constant(offset, value ?? null);
  }

  private constant(offset: number, value: CelValue): Expr {
    return { kind: 'const', id: this.nextId(), offset, value };
  }
}
