/**
 * The conditions of metrics, in the part of the language of expr-lang that conditions use: numbers, texts,
 * truth values and lists, operators, and the functions below. What else it has is an error here.
 * @upstream argo-rollouts utils/evaluate/evaluate.go, expr-lang/expr
 */
import { call } from './expression-functions.js';
import { Fault, type Scope, type Value } from './expression-value.js';
import { operate } from './expression-operators.js';

/** What an expression gives, or why it cannot. */
export function evaluate(
  text: string,
  names: Readonly<Record<string, Value>>,
): { readonly value: Value } | { readonly error: string } {
  try {
    const tokens = tokensOf(text);
    const parser = new Parser(tokens);
    const node = parser.expression(0);
    parser.end();
    return { value: node({ names, item: undefined }) };
  } catch (error) {
    if (error instanceof Fault) return { error: error.message };
    throw error;
  }
}

type Node = (scope: Scope) => Value;

interface Token {
  readonly kind: 'number' | 'text' | 'name' | 'sign' | 'end';
  readonly text: string;
}

const pattern =
  /\s*(?:(\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|\.\d+)|("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|([A-Za-z_$][\w$]*)|(\|\||&&|==|!=|<=|>=|\*\*|\?\?|\.\.|[-+*/%<>!?:()[\]{},.#]))/y;

const tokensMax = 1000;

function tokensOf(text: string): readonly Token[] {
  const tokens: Token[] = [];
  pattern.lastIndex = 0;
  while (pattern.lastIndex < text.length && tokens.length < tokensMax) {
    const at = pattern.lastIndex;
    if (text.slice(at).trim() === '') break;
    const match = pattern.exec(text);
    if (match === null) {
      const rest = text.slice(at).trimStart();
      throw new Fault(`unrecognized character: U+${hexOf(rest)} '${rest.charAt(0)}'`);
    }
    const [, number, quoted, name, sign = ''] = match;
    if (number !== undefined) tokens.push({ kind: 'number', text: number });
    else if (quoted !== undefined) tokens.push({ kind: 'text', text: unquoted(quoted) });
    else if (name !== undefined) tokens.push({ kind: 'name', text: name });
    else tokens.push({ kind: 'sign', text: sign });
  }
  return [...tokens, { kind: 'end', text: 'EOF' }];
}

function hexOf(text: string): string {
  return (text.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
}

function unquoted(text: string): string {
  return text.slice(1, -1).replaceAll(/\\(.)/g, (_, next: string) => escapes[next] ?? next);
}

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r' };

/** How strongly operators bind. */
const powers: Readonly<Record<string, number>> = {
  ...{ '?': 5, '||': 10, or: 10, '&&': 15, and: 15 },
  ...{ '==': 20, '!=': 20, '<': 20, '<=': 20, '>': 20, '>=': 20, in: 20, not: 20 },
  ...{ '+': 30, '-': 30, '*': 60, '/': 60, '%': 60, '**': 100, '??': 500 },
};

/** Functions whose last argument is a condition on each item of the first. */
const withPredicate = new Set(['all', 'any', 'one', 'none', 'filter', 'map', 'count']);

class Parser {
  private at = 0;

  constructor(private readonly tokens: readonly Token[]) {}

  expression(least: number): Node {
    let left = this.unary();
    for (;;) {
      const { text, kind } = this.token;
      const power = kind === 'sign' || kind === 'name' ? powers[text] : undefined;
      if (power === undefined || power < least) return left;
      this.at++;
      left = text === '?' ? this.choice(left) : this.binary(left, text, power);
    }
  }

  end(): void {
    if (this.token.kind !== 'end') throw this.unexpected();
  }

  private get token(): Token {
    return this.tokens[this.at] ?? { kind: 'end', text: 'EOF' };
  }

  private unexpected(): Fault {
    const { kind, text } = this.token;
    const sort = kind === 'sign' ? 'Operator' : kind;
    return new Fault(
      kind === 'end' ? 'unexpected token EOF' : `unexpected token ${sort}("${text}")`,
    );
  }

  private take(text: string): boolean {
    if (this.token.kind === 'text' || this.token.text !== text) return false;
    this.at++;
    return true;
  }

  private need(text: string): void {
    if (!this.take(text)) throw this.unexpected();
  }

  private choice(condition: Node): Node {
    const yes = this.expression(0);
    this.need(':');
    const no = this.expression(0);
    return scope => (condition(scope) === true ? yes(scope) : no(scope));
  }

  private binary(left: Node, sign: string, power: number): Node {
    const isNegated = sign === 'not';
    if (isNegated) this.need('in');
    const operator = isNegated ? 'in' : sign;
    // Only ** binds to the right.
    const right = this.expression(sign === '**' ? power : power + 1);
    if (operator === '||' || operator === 'or') {
      return scope => truth(left(scope)) || truth(right(scope));
    }
    if (operator === '&&' || operator === 'and') {
      return scope => truth(left(scope)) && truth(right(scope));
    }
    if (operator === '??') return scope => left(scope) ?? right(scope);
    return scope => {
      const value = operate(operator, left(scope), right(scope));
      return isNegated ? value !== true : value;
    };
  }

  private unary(): Node {
    if (this.take('!') || this.take('not')) {
      const of = this.expression(50);
      return scope => !truth(of(scope));
    }
    if (this.take('-')) {
      const of = this.expression(90);
      return scope => operate('-', 0, of(scope));
    }
    if (this.take('+')) return this.expression(90);
    return this.postfix(this.primary());
  }

  private postfix(start: Node): Node {
    let node = start;
    for (;;) {
      if (this.take('[')) node = this.indexed(node);
      else if (this.take('.')) node = this.member(node);
      else return node;
    }
  }

  private indexed(of: Node): Node {
    const index = this.expression(0);
    this.need(']');
    return scope => operate('[]', of(scope), index(scope));
  }

  private member(of: Node): Node {
    const { kind, text } = this.token;
    if (kind !== 'name') throw this.unexpected();
    this.at++;
    return scope => operate('[]', of(scope), text);
  }

  private primary(): Node {
    const { kind, text } = this.token;
    if (kind === 'end') throw this.unexpected();
    this.at++;
    if (kind === 'number') return () => Number(text);
    if (kind === 'text') return () => text;
    if (kind === 'name') return this.named(text);
    if (text === '(') {
      const inner = this.expression(0);
      this.need(')');
      return inner;
    }
    if (text === '[') return this.list();
    if (text === '#') return ({ item }) => item;
    this.at--;
    throw this.unexpected();
  }

  private list(): Node {
    const items = this.until(']');
    return scope => items.map(item => item(scope));
  }

  private until(end: string): readonly Node[] {
    const items: Node[] = [];
    while (!this.take(end)) {
      if (items.length > 0) this.need(',');
      items.push(this.argument());
    }
    return items;
  }

  /** Conditions on items may stand in braces. */
  private argument(): Node {
    if (!this.take('{')) return this.expression(0);
    const inner = this.expression(0);
    this.need('}');
    return inner;
  }

  private named(name: string): Node {
    if (name === 'true' || name === 'false') return () => name === 'true';
    if (name === 'nil') return () => undefined;
    if (!this.take('(')) {
      return ({ names }) => {
        if (!(name in names)) throw new Fault(`unknown name ${name}`);
        return names[name];
      };
    }
    const args = this.until(')');
    const [first, last] = [args[0], args.at(-1)];
    if (withPredicate.has(name) && first !== undefined && last !== undefined && args.length === 2) {
      return scope => call(name, [first(scope)], item => last({ names: scope.names, item }));
    }
    return scope =>
      call(
        name,
        args.map(arg => arg(scope)),
      );
  }
}

function truth(value: Value): boolean {
  if (typeof value !== 'boolean') throw new Fault('non-bool value used in a condition');
  return value;
}
