/** Literals that can never work, found before an expression runs. @upstream cel-go/cel/validator.go */
import { partsOf, type Expr, type Issue } from './ast.js';
import type { Checked } from './check.js';
import { durationFrom, timestampFrom } from './library/conversions.js';
import { timestampOf } from './library/operators.js';
import { patternOf } from './library/strings.js';
import { errorType, sameType, typeText, withinOptional, type CelType } from './types.js';
import { CelFault, type CelValue } from './values.js';

const secondNanos = 1_000_000_000n;

/** Why a regular expression is none; undefined when it is one. */
function faultOf(attempt: () => unknown): string | undefined {
  try {
    attempt();
    return undefined;
  } catch (error) {
    if (error instanceof CelFault) return error.message;
    throw error;
  }
}

const literalChecks: Readonly<Record<string, (value: CelValue) => boolean>> = {
  duration: value => typeof value !== 'string' || durationFrom(value) !== undefined,
  timestamp: value => {
    if (typeof value === 'bigint') {
      return faultOf(() => timestampOf(value * secondNanos)) === undefined;
    }
    return typeof value !== 'string' || timestampFrom(value) !== undefined;
  },
  matches: value => typeof value !== 'string' || faultOf(() => patternOf(value)) === undefined,
};

/** What is wrong with the literals of an expression that is well typed. */
export function literalIssues(expr: Expr, { types }: Checked): readonly Issue[] {
  const issues: Issue[] = [];
  const typeOf = (node: Expr): CelType => types.get(node.id) ?? errorType;
  const visit = (node: Expr, isInFormat: boolean): void => {
    if (node.kind === 'call') {
      const check = Object.hasOwn(literalChecks, node.name) ? literalChecks[node.name] : undefined;
      const [argument] = node.args;
      if (argument?.kind === 'const' && check?.(argument.value) === false) {
        issues.push({ offset: argument.offset, message: `invalid ${node.name} argument` });
      }
    }
    if (!isInFormat) issues.push(...mixtures(node, typeOf));
    const isFormat = isInFormat || (node.kind === 'call' && node.name === 'format');
    for (const part of partsOf(node)) visit(part, isFormat);
  };
  visit(expr, false);
  return issues.toSorted((left, right) => left.offset - right.offset);
}

/** Lists and maps whose elements are of several types, which only `format` may be given. */
function mixtures(node: Expr, typeOf: (node: Expr) => CelType): readonly Issue[] {
  if (node.kind === 'list') {
    const types = node.items.map((item, index) => {
      const type = typeOf(item);
      return node.optionals.has(index) ? (withinOptional(type) ?? type) : type;
    });
    return mismatches(node.items, types).slice(0, 1);
  }
  if (node.kind !== 'map') return [];
  const keys = node.entries.map(entry => entry.key);
  const values = node.entries.map(entry => entry.value);
  const valueTypes = node.entries.map(({ value, isOptional }) => {
    const type = typeOf(value);
    return isOptional ? (withinOptional(type) ?? type) : type;
  });
  return [...mismatches(keys, keys.map(typeOf)), ...mismatches(values, valueTypes)];
}

function mismatches(nodes: readonly Expr[], types: readonly CelType[]): readonly Issue[] {
  const [first] = types;
  return nodes.flatMap((node, index) => {
    const type = types[index];
    if (first === undefined || type === undefined || sameType(first, type)) return [];
    const message = `expected type '${typeText(first)}' but found '${typeText(type)}'`;
    return [{ offset: node.offset, message }];
  });
}

/** Regular expressions of find and findAll are compiled when the program is made. */
export function instantiationError(expr: Expr): string | undefined {
  if (expr.kind === 'call' && (expr.name === 'find' || expr.name === 'findAll')) {
    const [pattern] = expr.args;
    const text = pattern?.kind === 'const' ? pattern.value : undefined;
    const fault = typeof text === 'string' ? faultOf(() => patternOf(text)) : undefined;
    if (fault !== undefined) return fault;
  }
  for (const part of partsOf(expr)) {
    const fault = instantiationError(part);
    if (fault !== undefined) return fault;
  }
  return undefined;
}
