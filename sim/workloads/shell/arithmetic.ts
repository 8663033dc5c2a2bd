/** Evaluates the integer expressions of `$(( ))`. */
import { ShellSyntaxError } from './parse.js';

const levels: readonly (readonly string[])[] = [
  ['||'],
  ['&&'],
  ['==', '!='],
  ['<=', '>=', '<', '>'],
  ['+', '-'],
  ['*', '/', '%'],
];

/** The value of an expression; names are looked up, and are 0 when they are not numbers. */
export function arithmetic(text: string, lookup: (name: string) => string): number {
  const tokens = text.match(/\d+|[A-Za-z_]\w*|\|\||&&|[=!<>]=|[-+*/%<>()!]/g) ?? [];
  let at = 0;

  const atom = (): number => {
    const token = tokens[at++] ?? '';
    if (token === '(') {
      const value = level(0);
      at++;
      return value;
    }
    if (token === '-') return -atom();
    if (token === '!') return atom() === 0 ? 1 : 0;
    if (/^\d/.test(token)) return Number(token);
    if (/^[A-Za-z_]/.test(token)) return Math.trunc(Number(lookup(token))) || 0;
    throw new ShellSyntaxError('sh: arithmetic syntax error');
  };
  const level = (depth: number): number => {
    const wanted = levels[depth];
    if (wanted === undefined) return atom();
    let value = level(depth + 1);
    for (;;) {
      const operator = tokens[at];
      if (operator === undefined || !wanted.includes(operator)) return value;
      at++;
      value = apply(operator, value, level(depth + 1));
    }
  };
  return level(0);
}

function apply(operator: string, a: number, b: number): number {
  switch (operator) {
    case '||':
      return a !== 0 || b !== 0 ? 1 : 0;
    case '&&':
      return a !== 0 && b !== 0 ? 1 : 0;
    case '==':
      return a === b ? 1 : 0;
    case '!=':
      return a !== b ? 1 : 0;
    case '<=':
      return a <= b ? 1 : 0;
    case '>=':
      return a >= b ? 1 : 0;
    case '<':
      return a < b ? 1 : 0;
    case '>':
      return a > b ? 1 : 0;
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      return Math.trunc(a / b);
    default:
      return a % b;
  }
}
