/** `expr`: arithmetic, comparison and matching on the words of a command. @upstream POSIX expr */
import type { PlainCommand } from './commands.js';

class ExprError extends Error {}

/** From the loosest to the tightest. */
const levels: readonly (readonly string[])[] = [
  ['|'],
  ['&'],
  ['<', '<=', '=', '==', '!=', '>=', '>'],
  ['+', '-'],
  ['*', '/', '%'],
  [':'],
];

/** Prints the value; the status is 1 for an empty or zero one, 2 for what is no expression. */
export const expr: PlainCommand = ({ args, out, err }) => {
  try {
    const reader = new Reader(args);
    const value = reader.level(0);
    if (!reader.isAtEnd) throw new ExprError('syntax error');
    out(`${value}\n`);
    return isNothing(value) ? 1 : 0;
  } catch (error) {
    if (!(error instanceof ExprError)) throw error;
    err(`expr: ${error.message}\n`);
    return 2;
  }
};

class Reader {
  private at = 0;

  constructor(private readonly words: readonly string[]) {}

  get isAtEnd(): boolean {
    return this.at === this.words.length;
  }

  level(depth: number): string {
    const operators = levels[depth];
    if (operators === undefined) return this.primary();
    let value = this.level(depth + 1);
    for (;;) {
      const operator = this.words[this.at];
      if (operator === undefined || !operators.includes(operator)) return value;
      this.at++;
      value = applied(operator, value, this.level(depth + 1));
    }
  }

  private primary(): string {
    const word = this.words[this.at++];
    if (word === undefined) throw new ExprError('syntax error');
    if (word !== '(') return word;
    const value = this.level(0);
    if (this.words[this.at++] !== ')') throw new ExprError('syntax error');
    return value;
  }
}

const isInteger = (text: string): boolean => /^-?\d+$/.test(text);
const isNothing = (value: string): boolean => value === '' || /^-?0+$/.test(value);

function applied(operator: string, left: string, right: string): string {
  switch (operator) {
    case '|':
      return isNothing(left) ? right : left;
    case '&':
      return isNothing(left) || isNothing(right) ? '0' : left;
    case ':':
      return matched(left, right);
    case '+':
    case '-':
    case '*':
    case '/':
    case '%':
      return computed(operator, left, right);
    default:
      return compared(operator, left, right) ? '1' : '0';
  }
}

function computed(operator: string, left: string, right: string): string {
  if (!isInteger(left) || !isInteger(right)) throw new ExprError('non-numeric argument');
  const [a, b] = [BigInt(left), BigInt(right)];
  if (b === 0n && (operator === '/' || operator === '%')) throw new ExprError('division by zero');
  const values: Readonly<Record<string, () => bigint>> = {
    '+': () => a + b,
    '-': () => a - b,
    '*': () => a * b,
    '/': () => a / b,
    '%': () => a % b,
  };
  return String(values[operator]?.());
}

function compared(operator: string, left: string, right: string): boolean {
  const areNumbers = isInteger(left) && isInteger(right);
  const [a, b] = areNumbers ? [BigInt(left), BigInt(right)] : [left, right];
  const order = a < b ? -1 : a > b ? 1 : 0;
  switch (operator) {
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    case '>=':
      return order >= 0;
    case '!=':
      return order !== 0;
    default:
      return order === 0;
  }
}

/** What the first group holds, or how long the match from the start is. */
function matched(text: string, pattern: string): string {
  const hasGroup = pattern.includes('\\(');
  const found = new RegExp(`^(?:${fromBasic(pattern)})`).exec(text);
  return hasGroup ? (found?.[1] ?? '') : String(found?.[0].length ?? 0);
}

/** In a basic regular expression the backslash makes groups and bounds, where it takes that away here. */
function fromBasic(pattern: string): string {
  return pattern.replace(/\\?[(){}+?|]/g, mark =>
    mark.startsWith('\\') ? mark.slice(1) : `\\${mark}`,
  );
}
