/** Checks the types of an expression as Prometheus' parser does. */
import { unwrapped, type Binary, type Expression, type ValueType } from './expression.js';
import { refuseQuery } from './fault.js';
import { signatures } from './signatures.js';

const shown: Readonly<Record<ValueType, string>> = {
  scalar: 'scalar',
  string: 'string',
  vector: 'instant vector',
  matrix: 'range vector',
};
const comparisons: ReadonlySet<string> = new Set(['==', '!=', '<', '<=', '>', '>=']);
const setOperators: ReadonlySet<string> = new Set(['and', 'or', 'unless']);

/** Whether an operator compares. */
export const isComparison = (operator: string): boolean => comparisons.has(operator);
/** Whether an operator is one of sets. */
export const isSetOperator = (operator: string): boolean => setOperators.has(operator);

/**
 * The type of an expression.
 *
 * @throws QueryFault where a part has none that fits.
 */
export function checkType(expression: Expression): ValueType {
  switch (expression.kind) {
    case 'number':
      return 'scalar';
    case 'string':
      return 'string';
    case 'selector':
      return 'vector';
    case 'matrix':
      return 'matrix';
    case 'subquery':
      expect(expression.inner, 'vector', 'subquery is only allowed on instant vector');
      return 'matrix';
    case 'paren':
      return checkType(expression.inner);
    case 'negated': {
      const type = checkType(expression.inner);
      if (type === 'scalar' || type === 'vector') return type;
      return refuseQuery(
        'unary expression only allowed on expressions of type scalar or instant vector, ' +
          `got "${shown[type]}"`,
      );
    }
    case 'call':
      return checkCall(expression);
    case 'aggregation': {
      const { operator, parameter, inner } = expression;
      expect(inner, 'vector', `aggregation ${operator}`);
      const wanted = operator === 'count_values' ? 'string' : 'scalar';
      if (parameter !== undefined) expect(parameter, wanted, `parameter of ${operator}`);
      return 'vector';
    }
    case 'binary':
      return checkBinary(expression);
  }
}

function expect(expression: Expression, wanted: ValueType, where: string): void {
  const type = checkType(expression);
  if (type === wanted) return;
  // A number may stand for a vector in a subquery.
  if (wanted === 'vector' && type === 'scalar' && where.startsWith('subquery')) return;
  refuseQuery(`expected type ${shown[wanted]} in ${where}, got ${shown[type]}`);
}

function checkCall({ name, arguments: given }: Expression & { readonly kind: 'call' }): ValueType {
  const signature = signatures[name];
  if (signature === undefined) return refuseQuery(`unknown function with name "${name}"`);
  const { takes, least = takes.length, isOpen = false, returns } = signature;
  const most = isOpen ? Infinity : takes.length;
  if (given.length < least || given.length > most) {
    const wanted = least === most ? `${least}` : `at least ${least}`;
    return refuseQuery(`expected ${wanted} argument(s) in call to "${name}", got ${given.length}`);
  }
  given.forEach((one, index) => {
    const wanted = takes[index] ?? takes.at(-1);
    if (wanted !== undefined) expect(one, wanted, `call to function "${name}"`);
  });
  if (name === 'info' && given[1] !== undefined && unwrapped(given[1]).kind !== 'selector') {
    return refuseQuery('expected label selectors only in the second argument of info');
  }
  return returns;
}

function checkBinary({ operator, left, right, isBool, matching }: Binary): ValueType {
  const [leftType, rightType] = [checkType(left), checkType(right)];
  const types = [leftType, rightType];
  if (types.some(type => type !== 'scalar' && type !== 'vector')) {
    refuseQuery('binary expression must contain only scalar and instant vector types');
  }
  const isVectors = types.every(type => type === 'vector');
  if (isBool && !isComparison(operator)) {
    refuseQuery('bool modifier can only be used on comparison operators');
  }
  if (isComparison(operator) && !isBool && types.every(type => type === 'scalar')) {
    refuseQuery('comparisons between scalars must use BOOL modifier');
  }
  if (isSetOperator(operator)) {
    if (!isVectors)
      refuseQuery(`set operator "${operator}" not allowed in binary scalar expression`);
    if (matching.group !== 'none') refuseQuery(`no grouping allowed for "${operator}" operation`);
    if (matching.fill.left !== undefined || matching.fill.right !== undefined) {
      refuseQuery('filling in missing series not allowed for set operators');
    }
  }
  const twice = matching.isOn
    ? matching.include.find(label => matching.labels.includes(label))
    : undefined;
  if (twice !== undefined && matching.group !== 'none') {
    refuseQuery(`label "${twice}" must not occur in ON and GROUP clause at once`);
  }
  const isMatched = matching.isOn || matching.labels.length > 0 || matching.group !== 'none';
  if (!isVectors && isMatched) {
    refuseQuery('vector matching only allowed between instant vectors');
  }
  if (!isVectors && (matching.fill.left !== undefined || matching.fill.right !== undefined)) {
    refuseQuery('filling in missing series only allowed between instant vectors');
  }
  return types.every(type => type === 'scalar') ? 'scalar' : 'vector';
}
