/**
 * Conditions of steps: comparisons in the language of govaluate, whose variables are texts here.
 * @upstream workflow/controller/steps.go shouldExecute, github.com/Knetic/govaluate
 */
import { WorkflowFault } from './fault.js';

type Value = string | number | boolean | readonly Value[];

/** Whether the step is to run. */
export function shouldRun(when: string | undefined): boolean {
  if (when === undefined || when === '') return true;
  const tokens = tokensOf(when);
  const value = new Conditions(when, tokens).value();
  if (typeof value === 'boolean') return value;
  throw new WorkflowFault(`Expected boolean evaluation for '${when}'. Got ${String(value)}`);
}

interface Token {
  readonly kind: 'value' | 'sign';
  readonly value: Value;
}

const pattern =
  /\s*(?:(0x[\da-fA-F]+|\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|\.\d+)|"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|\[([^\]]*)\]|([\p{L}_][\p{L}\p{N}_]*)|(\|\||&&|==|!=|<=|>=|=~|!~|\?\?|[-+*/%<>!?:(),]))/uy;

const tokensMax = 10_000;

function tokensOf(when: string): readonly Token[] {
  const tokens: Token[] = [];
  pattern.lastIndex = 0;
  while (when.slice(pattern.lastIndex).trim() !== '' && tokens.length < tokensMax) {
    const at = pattern.lastIndex;
    const match = pattern.exec(when);
    if (match === null) {
      const rest = when.slice(at).trim();
      throw invalid(when, `Invalid token: '${rest.split(/\s/)[0] ?? rest}'`);
    }
    const [, number, double, single, bracketed, name, sign] = match;
    const quoted = double ?? single;
    if (number !== undefined) tokens.push({ kind: 'value', value: Number(number) });
    else if (quoted !== undefined) {
      tokens.push({ kind: 'value', value: quoted.replaceAll(/\\(.)/g, '$1') });
    } else if (sign !== undefined) tokens.push({ kind: 'sign', value: sign });
    else tokens.push(ofName(bracketed ?? name ?? ''));
  }
  return tokens;
}

function ofName(name: string): Token {
  if (name === 'true' || name === 'false') return { kind: 'value', value: name === 'true' };
  if (name === 'in' || name === 'IN') return { kind: 'sign', value: 'in' };
  return { kind: 'value', value: name };
}

function invalid(when: string, why: string): WorkflowFault {
  const hint = why.startsWith('Invalid token')
    ? ' (hint: try wrapping the affected expression in quotes ("))'
    : '';
  return new WorkflowFault(`Invalid 'when' expression '${when}': ${why}${hint}`);
}

const powers: Readonly<Record<string, number>> = {
  ...{ ',': 1, '?': 2, '??': 3, '||': 4, '&&': 5 },
  ...{ '==': 6, '!=': 6, '<': 6, '>': 6, '<=': 6, '>=': 6, '=~': 6, '!~': 6, in: 6 },
  ...{ '+': 7, '-': 7, '*': 8, '/': 8, '%': 8 },
};

class Conditions {
  private at = 0;

  constructor(
    private readonly when: string,
    private readonly tokens: readonly Token[],
  ) {}

  value(): Value {
    const value = this.expression(0);
    const rest = this.tokens[this.at];
    if (rest === undefined) return value;
    throw invalid(
      this.when,
      `Cannot transition token types from STRING [${String(value)}] to ${nameOf(rest)}`,
    );
  }

  private expression(least: number): Value {
    let left = this.unary();
    for (;;) {
      const token = this.tokens[this.at];
      if (token?.kind !== 'sign') return left;
      const sign = String(token.value);
      const power = powers[sign];
      if (power === undefined || power <= least) return left;
      this.at++;
      left = sign === '?' ? this.choice(left) : this.binary(sign, left, this.expression(power));
    }
  }

  private choice(condition: Value): Value {
    const yes = this.expression(2);
    if (!this.take(':')) return yes;
    const no = this.expression(2);
    return condition === true ? yes : no;
  }

  private take(sign: string): boolean {
    const token = this.tokens[this.at];
    if (token?.kind !== 'sign' || token.value !== sign) return false;
    this.at++;
    return true;
  }

  private unary(): Value {
    if (this.take('!')) {
      const value = this.unary();
      if (typeof value === 'boolean') return !value;
      throw this.failed(`Value '${String(value)}' cannot be used with the logical prefix '!'`);
    }
    if (this.take('-')) return -this.number(this.unary(), '-');
    if (this.take('(')) {
      if (this.take(')')) return [];
      const value = this.expression(0);
      if (!this.take(')')) throw invalid(this.when, 'Unbalanced parenthesis');
      return value;
    }
    const token = this.tokens[this.at++];
    if (token?.kind === 'value') return token.value;
    throw invalid(this.when, 'Unexpected end of expression');
  }

  private binary(sign: string, left: Value, right: Value): Value {
    switch (sign) {
      case ',':
        return [...(isList(left) ? left : [left]), right];
      case '==':
        return left === right;
      case '!=':
        return left !== right;
      case 'in':
        return (isList(right) ? right : [right]).includes(left);
      case '&&':
      case '||':
        return this.both(sign, left, right);
      case '=~':
      case '!~':
        return new RegExp(String(right)).test(String(left)) === (sign === '=~');
      case '??':
        return left;
      case '+':
        if (typeof left === 'string' || typeof right === 'string')
          return `${String(left)}${String(right)}`;
        return this.number(left, sign) + this.number(right, sign);
      default:
        return this.compare(sign, left, right);
    }
  }

  private both(sign: string, left: Value, right: Value): boolean {
    for (const value of [left, right]) {
      if (typeof value === 'boolean') continue;
      throw this.failed(
        `Value '${String(value)}' cannot be used with the logical operator '${sign}', it is not a bool`,
      );
    }
    return sign === '&&' ? left === true && right === true : left === true || right === true;
  }

  private compare(sign: string, left: Value, right: Value): Value {
    if (typeof left === 'string' && typeof right === 'string' && /^[<>]/.test(sign)) {
      const order = left < right ? -1 : left > right ? 1 : 0;
      return compared(sign, order, 0);
    }
    const [one, other] = [this.number(left, sign), this.number(right, sign)];
    if (/^[<>]/.test(sign)) return compared(sign, one, other);
    if (sign === '-') return one - other;
    if (sign === '*') return one * other;
    return sign === '/' ? one / other : one % other;
  }

  private number(value: Value, sign: string): number {
    if (typeof value === 'number') return value;
    const sort = /^[<>]/.test(sign) ? 'comparator' : 'modifier';
    throw this.failed(
      `Value '${String(value)}' cannot be used with the ${sort} '${sign}', it is not a number`,
    );
  }

  private failed(why: string): WorkflowFault {
    return new WorkflowFault(`Failed to evaluate 'when' expresion '${this.when}': ${why}`);
  }
}

function compared(sign: string, left: number, right: number): boolean {
  if (sign === '<') return left < right;
  if (sign === '>') return left > right;
  return sign === '<=' ? left <= right : left >= right;
}

function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

function nameOf({ kind, value }: Token): string {
  if (kind === 'sign') return `CLAUSE [${String(value)}]`;
  return `${typeof value === 'number' ? 'NUMERIC' : 'STRING'} [${String(value)}]`;
}
