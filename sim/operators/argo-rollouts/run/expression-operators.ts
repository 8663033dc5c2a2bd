/** The operators of conditions. @upstream expr-lang/expr vm/runtime */
import { deepEqual, isRecord } from '../../../api/equality.js';
import { Fault, typeName, type Value } from './expression-value.js';

/** What an operator gives. */
export function operate(operator: string, left: Value, right: Value): Value {
  if (operator === '==') return isEqual(left, right);
  if (operator === '!=') return !isEqual(left, right);
  if (operator === 'in') return isList(right) && right.some(item => isEqual(item, left));
  if (operator === '[]') return itemOf(left, right);
  if (typeof left === 'string' && typeof right === 'string') return ofTexts(operator, left, right);
  if (typeof left !== 'number' || typeof right !== 'number') throw mismatch(operator, left, right);
  const value = numbers[operator]?.(left, right);
  if (value === undefined) throw mismatch(operator, left, right);
  return value;
}

const numbers: Readonly<Record<string, (left: number, right: number) => Value>> = {
  '<': (left, right) => left < right,
  '<=': (left, right) => left <= right,
  '>': (left, right) => left > right,
  '>=': (left, right) => left >= right,
  '+': (left, right) => left + right,
  '-': (left, right) => left - right,
  '*': (left, right) => left * right,
  '/': (left, right) => left / right,
  '%': (left, right) => left % right,
  '**': (left, right) => left ** right,
};

function ofTexts(operator: string, left: string, right: string): Value {
  switch (operator) {
    case '+':
      return left + right;
    case '<':
      return left < right;
    case '<=':
      return left <= right;
    case '>':
      return left > right;
    case '>=':
      return left >= right;
    default:
      throw mismatch(operator, left, right);
  }
}

function mismatch(operator: string, left: Value, right: Value): Fault {
  return new Fault(
    `invalid operation: ${operator} (mismatched types ${typeName(left)} and ${typeName(right)})`,
  );
}

function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

/** NaN equals nothing. */
function isEqual(left: Value, right: Value): boolean {
  if (typeof left === 'number' || typeof right === 'number') return left === right;
  return deepEqual(left, right);
}

function fieldOf(of: Readonly<Record<string, unknown>>, name: string): Value {
  return Object.hasOwn(of, name) ? (of[name] as Value) : undefined;
}

function itemOf(of: Value, index: Value): Value {
  if (isRecord(of) && typeof index === 'string') return fieldOf(of, index);
  if (!isList(of) || typeof index !== 'number') {
    throw new Fault(`cannot fetch ${String(index)} from ${typeName(of)}`);
  }
  const at = index < 0 ? of.length + index : index;
  if (at < 0 || at >= of.length) {
    throw new Fault(`index out of range: ${index} (array length is ${of.length})`);
  }
  return of[at];
}
