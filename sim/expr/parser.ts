/** Reads expressions. @upstream expr-lang/expr parser/parser.go */
import type { Node } from './ast.js';
import { isBuiltin } from './functions.js';
import { hasPredicate } from './predicates.js';
import { tokensOf, type Token } from './lexer.js';
import { Fault } from './value.js';

/** The expression of a text; names in `own` hide the language's functions. */
export function parse(text: string, own: Readonly<Record<string, unknown>> = {}): Node {
  const parser = new Parser(tokensOf(text), own);
  const node = parser.sequence();
  parser.end();
  return node;
}

const unary: Readonly<Record<string, number>> = { not: 50, '!': 50, '-': 90, '+': 90 };

/** How strongly operators bind. */
const powers: Readonly<Record<string, number>> = {
  ...{ '|': 0, or: 10, '||': 10, and: 15, '&&': 15 },
  ...{ '==': 20, '!=': 20, '<': 20, '<=': 20, '>': 20, '>=': 20, in: 20 },
  ...{ matches: 20, contains: 20, startsWith: 20, endsWith: 20, '..': 25 },
  ...{ '+': 30, '-': 30, '*': 60, '/': 60, '%': 60, '**': 100, '^': 100, '??': 500 },
};

const negatable: ReadonlySet<string> = new Set([
  ...['in', 'matches', 'contains', 'startsWith', 'endsWith'],
]);
const comparisons: ReadonlySet<string> = new Set(['<', '<=', '>', '>=']);
const toTheRight: ReadonlySet<string> = new Set(['**', '^']);

class Parser {
  private at = 0;
  /** How many conditions on items it stands in. */
  private depth = 0;

  constructor(
    private readonly tokens: readonly Token[],
    private readonly own: Readonly<Record<string, unknown>>,
  ) {}

  end(): void {
    if (this.token.kind !== 'end') throw this.unexpected();
  }

  sequence(): Node {
    const all = [this.expression(0)];
    while (this.take(';')) {
      if (this.token.kind === 'end') break;
      all.push(this.expression(0));
    }
    const [first] = all;
    return all.length === 1 && first !== undefined ? first : { kind: 'sequence', all };
  }

  private expression(least: number): Node {
    if (least === 0 && this.take('let')) return this.declaration();
    if (least === 0 && this.take('if')) return this.ifElse();
    let left = this.primary();
    for (;;) {
      const next = this.operation(left, least);
      if (next === undefined) break;
      left = next;
    }
    return least === 0 ? this.choice(left) : left;
  }

  /** What the next operator makes of it; undefined: there is none that binds so strongly. */
  private operation(left: Node, least: number): Node | undefined {
    const { kind, text } = this.token;
    if (kind !== 'operator') return undefined;
    const isNegated = text === 'not';
    const operator = isNegated ? (this.tokens[this.at + 1]?.text ?? '') : text;
    if (isNegated && !negatable.has(operator)) throw this.unexpected();
    const power = powers[operator];
    if (power === undefined || power < least) return undefined;
    this.at += isNegated ? 2 : 1;
    if (operator === '|') return this.postfix(this.called(this.name(), [left]));
    if (comparisons.has(operator)) return this.comparison(left, operator, power);
    const right = this.expression(toTheRight.has(operator) ? power : power + 1);
    const node: Node = { kind: 'binary', operator, left, right };
    return isNegated ? { kind: 'unary', operator: 'not', of: node } : node;
  }

  /** `1 < a < 3` holds where both do. */
  private comparison(first: Node, firstOperator: string, power: number): Node {
    let left = first;
    let operator = firstOperator;
    let whole: Node | undefined;
    for (;;) {
      const right = this.expression(power + 1);
      const one: Node = { kind: 'binary', operator, left, right };
      whole = whole === undefined ? one : binary('&&', whole, one);
      const { kind, text } = this.token;
      if (kind !== 'operator' || !comparisons.has(text)) return whole;
      this.at++;
      left = right;
      operator = text;
    }
  }

  private choice(start: Node): Node {
    let node = start;
    while (this.take('?')) {
      if (this.take(':')) {
        node = { kind: 'choice', condition: node, yes: node, no: this.expression(0) };
        continue;
      }
      const yes = this.expression(0);
      this.need(':');
      node = { kind: 'choice', condition: node, yes, no: this.expression(0) };
    }
    return node;
  }

  private declaration(): Node {
    const name = this.name();
    this.need('=');
    const value = this.expression(0);
    this.need(';');
    return { kind: 'let', name, value, in: this.sequence() };
  }

  private ifElse(): Node {
    const condition = this.expression(0);
    const yes = this.braced();
    this.need('else');
    const no = this.take('if') ? this.ifElse() : this.braced();
    return { kind: 'choice', condition, yes, no };
  }

  private braced(): Node {
    this.need('{');
    const node = this.sequence();
    this.need('}');
    return node;
  }

  private get token(): Token {
    return this.tokens[this.at] ?? { kind: 'end', text: 'EOF' };
  }

  private unexpected(): Fault {
    const { kind, text } = this.token;
    const sort = `${kind.charAt(0).toUpperCase()}${kind.slice(1)}`;
    return new Fault(
      kind === 'end' ? 'unexpected token EOF' : `unexpected token ${sort}("${text}")`,
    );
  }

  private isAt(text: string): boolean {
    const { kind } = this.token;
    return (kind === 'operator' || kind === 'bracket') && this.token.text === text;
  }

  private take(text: string): boolean {
    if (!this.isAt(text)) return false;
    this.at++;
    return true;
  }

  private need(text: string): void {
    if (!this.take(text)) throw this.unexpected();
  }

  private name(): string {
    const { kind, text } = this.token;
    if (kind !== 'name') throw this.unexpected();
    this.at++;
    return text;
  }

  private primary(): Node {
    const { kind, text } = this.token;
    const power = kind === 'operator' ? unary[text] : undefined;
    if (power !== undefined) {
      this.at++;
      return this.postfix({ kind: 'unary', operator: text, of: this.expression(power) });
    }
    if (this.take('(')) {
      const inner = this.sequence();
      this.need(')');
      return this.postfix(inner);
    }
    if (this.depth > 0 && this.isAt('.')) return this.postfix({ kind: 'item', name: '' });
    if (this.depth > 0 && this.take('#')) {
      const name = this.token.kind === 'name' ? this.name() : '';
      return this.postfix({ kind: 'item', name });
    }
    this.take('::');
    return this.postfix(this.secondary());
  }

  private secondary(): Node {
    const { kind, text } = this.token;
    this.at++;
    if (kind === 'number') return { kind: 'constant', value: Number(text.replaceAll('_', '')) };
    if (kind === 'text') return { kind: 'constant', value: text };
    if (kind === 'name') return this.named(text);
    if (kind === 'bracket' && text === '[') return { kind: 'list', items: this.until(']') };
    if (kind === 'bracket' && text === '{') return this.map();
    this.at--;
    throw this.unexpected();
  }

  private named(name: string): Node {
    if (name === 'true' || name === 'false') return { kind: 'constant', value: name === 'true' };
    if (name === 'nil') return { kind: 'constant', value: undefined };
    return this.isAt('(') ? this.called(name, []) : { kind: 'name', name };
  }

  private called(name: string, before: readonly Node[]): Node {
    this.need('(');
    if (Object.hasOwn(this.own, name) || !(isBuiltin(name) || hasPredicate(name))) {
      return {
        kind: 'call',
        callee: { kind: 'name', name },
        args: [...before, ...this.until(')')],
      };
    }
    const args = [...before];
    while (!this.take(')')) {
      if (args.length > before.length) {
        this.need(',');
        if (this.take(')')) break;
      }
      args.push(this.isPredicate(name, args.length) ? this.predicate() : this.expression(0));
    }
    return { kind: 'builtin', name, args };
  }

  private isPredicate(name: string, place: number): boolean {
    return place === 1 && hasPredicate(name);
  }

  private predicate(): Node {
    this.depth++;
    const node = this.isAt('{') ? this.braced() : this.expression(0);
    this.depth--;
    return node;
  }

  private until(end: string): readonly Node[] {
    const items: Node[] = [];
    while (!this.take(end)) {
      if (items.length > 0) {
        this.need(',');
        if (this.take(end)) break;
      }
      items.push(this.expression(0));
    }
    return items;
  }

  private map(): Node {
    const pairs: (readonly [Node, Node])[] = [];
    while (!this.take('}')) {
      if (pairs.length > 0) {
        this.need(',');
        if (this.take('}')) break;
      }
      const name = this.key();
      this.need(':');
      pairs.push([name, this.expression(0)]);
    }
    return { kind: 'map', pairs };
  }

  private key(): Node {
    const { kind, text } = this.token;
    if (kind !== 'number' && kind !== 'text' && kind !== 'name') {
      if (this.isAt('(')) return this.expression(0);
      throw this.unexpected();
    }
    this.at++;
    return { kind: 'constant', value: text };
  }

  private postfix(start: Node): Node {
    let node = start;
    for (;;) {
      if (this.take('?.')) node = this.member(node, true);
      else if (this.take('.')) node = this.member(node, false);
      else if (this.take('[')) node = this.indexed(node, false);
      else return node;
    }
  }

  private member(of: Node, isOptional: boolean): Node {
    if (isOptional && this.take('[')) return this.indexed(of, true);
    const { kind, text } = this.token;
    if (kind !== 'name' && !(kind === 'operator' && /^[a-zA-Z]/.test(text))) {
      throw new Fault('expected name');
    }
    this.at++;
    const isChain = of.kind === 'chain';
    const member: Node = {
      kind: 'member',
      of: isChain ? of.of : of,
      name: { kind: 'constant', value: text },
      isOptional,
    };
    const node: Node = this.take('(')
      ? { kind: 'call', callee: member, args: this.until(')') }
      : member;
    return isChain || isOptional ? { kind: 'chain', of: node } : node;
  }

  private indexed(of: Node, isOptional: boolean): Node {
    if (this.take(':')) return this.sliced(of, undefined);
    const from = this.expression(0);
    if (this.take(':')) return this.sliced(of, from);
    this.need(']');
    const node: Node = { kind: 'member', of, name: from, isOptional };
    return isOptional ? { kind: 'chain', of: node } : node;
  }

  private sliced(of: Node, from: Node | undefined): Node {
    const to = this.isAt(']') ? undefined : this.expression(0);
    this.need(']');
    return { kind: 'slice', of, from, to };
  }
}

function binary(operator: string, left: Node, right: Node): Node {
  return { kind: 'binary', operator, left, right };
}
