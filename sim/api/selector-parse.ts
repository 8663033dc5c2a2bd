/**
 * The grammar of label selectors.
 * @upstream staging/src/k8s.io/apimachinery/pkg/labels/selector.go (Lexer, Parser)
 */
import { compareText } from './go-text.js';
import { invalid, printedError } from './field-error.js';
import { qualifiedNameErrors } from './labels.js';
import type { Operator, Requirement } from './selectors.js';
import type { Parsed } from './time.js';

interface Token {
  readonly kind: 'identifier' | 'symbol' | 'keyword' | 'end' | 'error';
  readonly text: string;
}

const end: Token = { kind: 'end', text: '' };
const space = /[ \t\r\n]/;
const special = /[=!(),><]/;
const symbols = new Set([')', ',', '!', '==', '=', '>', '<', '!=', '(']);

function tokens(text: string): readonly Token[] {
  const list: Token[] = [];
  let position = 0;
  while (position < text.length) {
    const character = text.charAt(position);
    // The lexer reads a NUL as the end.
    if (character === '\0') break;
    if (space.test(character)) {
      position++;
      continue;
    }
    const token = special.test(character) ? symbol(text, position) : word(text, position);
    position += token.length;
    list.push(token.token);
  }
  return [...list, end];
}

interface Lexed {
  readonly token: Token;
  readonly length: number;
}

/** The longest symbol; upstream reads on while nothing is a symbol yet. */
function symbol(text: string, position: number): Lexed {
  let length = 0;
  let found = '';
  while (special.test(text.charAt(position + length))) {
    const candidate = text.slice(position, position + length + 1);
    if (symbols.has(candidate)) found = candidate;
    else if (found !== '') break;
    length++;
  }
  return { token: { kind: 'symbol', text: found }, length };
}

function word(text: string, position: number): Lexed {
  let length = 0;
  while (position + length < text.length) {
    const character = text.charAt(position + length);
    if (special.test(character) || space.test(character) || character === '\0') break;
    length++;
  }
  const found = text.slice(position, position + length);
  const kind = found === 'in' || found === 'notin' ? 'keyword' : 'identifier';
  return { token: { kind, text: found }, length };
}

/** What the parser throws at itself; never leaves this file. */
class SelectorError extends Error {}

/** Reads a selector's requirements, in the order of the text. `check` tells what is wrong with one. */
export function parseRequirements(
  text: string,
  check: (requirement: Requirement) => string | undefined,
): Parsed<readonly Requirement[]> {
  try {
    return { isOk: true, value: new Parser(tokens(text), check).requirements() };
  } catch (error) {
    if (error instanceof SelectorError) return { isOk: false, error: error.message };
    throw error;
  }
}

const binaryOperators: Readonly<Record<string, Operator>> = {
  in: 'in',
  notin: 'notin',
  '=': '=',
  '==': '==',
  '!=': '!=',
  '>': 'gt',
  '<': 'lt',
};

class Parser {
  private position = 0;

  constructor(
    private readonly list: readonly Token[],
    private readonly check: (requirement: Requirement) => string | undefined,
  ) {}

  requirements(): readonly Requirement[] {
    const found: Requirement[] = [];
    for (;;) {
      const token = this.peek();
      if (token.kind === 'end') return found;
      if (!startsRequirement(token)) {
        throw new SelectorError(
          `found '${token.text}', expected: !, identifier, or 'end of string'`,
        );
      }
      found.push(this.checkedRequirement());
      const separator = this.next();
      if (separator.kind === 'end') return found;
      if (separator.text !== ',') {
        throw new SelectorError(`found '${separator.text}', expected: ',' or 'end of string'`);
      }
      const following = this.peek();
      if (!startsRequirement(following)) {
        throw new SelectorError(`found '${following.text}', expected: identifier after ','`);
      }
    }
  }

  private checkedRequirement(): Requirement {
    try {
      const requirement = this.requirement();
      const error = this.check(requirement);
      if (error !== undefined) throw new SelectorError(error);
      return requirement;
    } catch (error) {
      if (!(error instanceof SelectorError)) throw error;
      throw new SelectorError(`unable to parse requirement: ${error.message}`);
    }
  }

  private requirement(): Requirement {
    const isNegated = isSymbol(this.peek(), '!');
    if (isNegated) this.next();
    const token = this.next();
    if (!isIdentifier(token)) {
      throw new SelectorError(`found '${token.text}', expected: identifier`);
    }
    const key = token.text;
    const texts = qualifiedNameErrors(key);
    if (texts.length > 0) {
      throw new SelectorError(printedError(invalid('<nil>', key, texts.join('; '))));
    }
    const following = this.peek();
    const isAlone = following.kind === 'end' || isSymbol(following, ',');
    if (isNegated) return { key, operator: '!', values: [] };
    if (isAlone) return { key, operator: 'exists', values: [] };
    const operator = this.operator();
    const values = operator === 'in' || operator === 'notin' ? this.values() : this.exactValue();
    return { key, operator, values: [...new Set(values)].toSorted(compareText) };
  }

  private operator(): Operator {
    const { kind, text } = this.next();
    const operator = kind === 'identifier' ? undefined : binaryOperators[text];
    if (operator === undefined) {
      throw new SelectorError(`found '${text}', expected: in, notin, =, ==, !=, gt, lt`);
    }
    return operator;
  }

  private values(): readonly string[] {
    const opening = this.next();
    if (!isSymbol(opening, '(')) throw new SelectorError(`found '${opening.text}' expected: '('`);
    const first = this.peek();
    if (isSymbol(first, ')')) {
      this.next();
      return [''];
    }
    if (!isIdentifier(first) && !isSymbol(first, ',')) {
      throw new SelectorError(`found '${first.text}', expected: ',', ')' or identifier`);
    }
    const values = this.identifiers();
    if (!isSymbol(this.next(), ')')) {
      throw new SelectorError(`found '${first.text}', expected: ')'`);
    }
    return values;
  }

  private identifiers(): readonly string[] {
    const values: string[] = [];
    for (;;) {
      const token = this.next();
      const following = this.peek();
      if (isIdentifier(token)) {
        values.push(token.text);
        if (isSymbol(following, ')')) return values;
        if (!isSymbol(following, ',')) {
          throw new SelectorError(`found '${following.text}', expected: ',' or ')'`);
        }
      } else if (isSymbol(token, ',')) {
        if (values.length === 0 || isSymbol(following, ')') || isSymbol(following, ',')) {
          values.push('');
        }
        if (isSymbol(following, ')')) return values;
      } else {
        throw new SelectorError(`found '${token.text}', expected: ',', or identifier`);
      }
    }
  }

  private exactValue(): readonly string[] {
    const token = this.peek();
    if (token.kind === 'end' || isSymbol(token, ',')) return [''];
    this.next();
    if (!isIdentifier(token)) {
      throw new SelectorError(`found '${token.text}', expected: identifier`);
    }
    return [token.text];
  }

  private peek(): Token {
    return this.list[this.position] ?? end;
  }

  private next(): Token {
    const token = this.peek();
    this.position++;
    return token;
  }
}

/** `in` and `notin` are identifiers wherever no operator may stand. */
function isIdentifier(token: Token): boolean {
  return token.kind === 'identifier' || token.kind === 'keyword';
}

function isSymbol(token: Token, text: string): boolean {
  return token.kind === 'symbol' && token.text === text;
}

function startsRequirement(token: Token): boolean {
  return isIdentifier(token) || isSymbol(token, '!');
}
