/** Evaluates the integer expressions of `$(( ))`, in 64 bits. @upstream POSIX.1 2.6.4 */
import { ShellSyntaxError } from './word-parser.js';

/** The variables that an expression reads and sets. */
interface Names {
  value(name: string): string;
  assign(name: string, value: string): void;
}

const levels: readonly (readonly string[])[] = [
  ['||'],
  ['&&'],
  ['|'],
  ['^'],
  ['&'],
  ['==', '!='],
  ['<=', '>=', '<', '>'],
  ['<<', '>>'],
  ['+', '-'],
  ['*', '/', '%'],
];

const tokenPattern =
  /\s*(0[xX][\da-fA-F]+|\d+|[A-Za-z_]\w*|(?:<<|>>|[-+*/%&|^])=|\|\||&&|<<|>>|[=!<>]=|[-+*/%<>()!~?:=&|^])/y;

/** A variable may hold an expression, which may name others: so deep at most. */
const depthMax = 20;

/** The value of an expression. @throws ShellSyntaxError */
export function arithmetic(text: string, names: Names): bigint {
  return new Expression(text, names, 0).whole();
}

class Expression {
  private readonly tokens: readonly string[];
  private at = 0;
  /** Where the other side of `&&`, `||` or `?:` has decided, nothing is set. */
  private idle = 0;

  constructor(
    text: string,
    private readonly names: Names,
    private readonly depth: number,
  ) {
    this.tokens = tokensOf(text);
  }

  whole(): bigint {
    if (this.tokens.length === 0) return 0n;
    const value = this.assignment();
    if (this.at < this.tokens.length) misread();
    return value;
  }

  private assignment(): bigint {
    const name = this.tokens[this.at] ?? '';
    const operator = this.tokens[this.at + 1] ?? '';
    const isAssignment = /^[A-Za-z_]/.test(name) && /^(?:<<|>>|[-+*/%&|^])?=$/.test(operator);
    if (!isAssignment) return this.conditional();
    this.at += 2;
    const right = this.assignment();
    const plain = operator.slice(0, -1);
    const value = plain === '' ? right : this.applied(plain, this.variable(name), right);
    if (this.idle === 0) this.names.assign(name, String(value));
    return value;
  }

  private conditional(): bigint {
    const condition = this.level(0);
    if (!this.take('?')) return condition;
    const isTrue = condition !== 0n;
    const first = this.when(isTrue, () => this.assignment());
    if (!this.take(':')) misread();
    const second = this.when(!isTrue, () => this.conditional());
    return isTrue ? first : second;
  }

  private level(depth: number): bigint {
    const wanted = levels[depth];
    if (wanted === undefined) return this.unary();
    let value = this.level(depth + 1);
    for (;;) {
      const operator = this.tokens[this.at];
      if (operator === undefined || !wanted.includes(operator)) return value;
      this.at++;
      const isDecided = operator === '||' ? value !== 0n : operator === '&&' && value === 0n;
      const left = value;
      value = this.when(!isDecided, () => this.applied(operator, left, this.level(depth + 1)));
    }
  }

  private unary(): bigint {
    const token = this.tokens[this.at++] ?? '';
    switch (token) {
      case '(': {
        const value = this.assignment();
        if (!this.take(')')) misread();
        return value;
      }
      case '-':
        return BigInt.asIntN(64, -this.unary());
      case '+':
        return this.unary();
      case '!':
        return this.unary() === 0n ? 1n : 0n;
      case '~':
        return ~this.unary();
      default:
        if (/^\d/.test(token)) return numberOf(token);
        return /^[A-Za-z_]/.test(token) ? this.variable(token) : misread();
    }
  }

  /** The value of a variable is an expression itself, mostly a number. */
  private variable(name: string): bigint {
    if (this.depth >= depthMax)
      throw new ShellSyntaxError('sh: expression recursion loop detected');
    return new Expression(this.names.value(name), this.names, this.depth + 1).whole();
  }

  private when(isWanted: boolean, evaluate: () => bigint): bigint {
    if (!isWanted) this.idle++;
    const value = evaluate();
    if (!isWanted) this.idle--;
    return value;
  }

  private applied(operator: string, a: bigint, b: bigint): bigint {
    if (b === 0n && (operator === '/' || operator === '%')) {
      if (this.idle > 0) return 0n;
      throw new ShellSyntaxError('sh: divide by zero');
    }
    return BigInt.asIntN(64, apply(operator, a, b));
  }

  private take(token: string): boolean {
    if (this.tokens[this.at] !== token) return false;
    this.at++;
    return true;
  }
}

function tokensOf(text: string): readonly string[] {
  const tokens: string[] = [];
  const end = text.trimEnd().length;
  tokenPattern.lastIndex = 0;
  while (tokenPattern.lastIndex < end) {
    const token = tokenPattern.exec(text)?.[1];
    if (token === undefined) misread();
    tokens.push(token);
  }
  return tokens;
}

function numberOf(token: string): bigint {
  if (!/^0\d/.test(token)) return BigInt.asIntN(64, BigInt(token));
  return /[89]/.test(token) ? misread() : BigInt(`0o${token}`);
}

function misread(): never {
  throw new ShellSyntaxError('sh: arithmetic syntax error');
}

function truth(isTrue: boolean): bigint {
  return isTrue ? 1n : 0n;
}

function apply(operator: string, a: bigint, b: bigint): bigint {
  switch (operator) {
    case '||':
      return truth(a !== 0n || b !== 0n);
    case '&&':
      return truth(a !== 0n && b !== 0n);
    case '==':
      return truth(a === b);
    case '!=':
      return truth(a !== b);
    case '<=':
      return truth(a <= b);
    case '>=':
      return truth(a >= b);
    case '<':
      return truth(a < b);
    case '>':
      return truth(a > b);
    case '|':
      return a | b;
    case '^':
      return a ^ b;
    case '&':
      return a & b;
    // The processor looks at six bits of how far it shifts.
    case '<<':
      return a << (b & 63n);
    case '>>':
      return a >> (b & 63n);
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      return a / b;
    default:
      return a % b;
  }
}
