/** The operators of expressions. @upstream expr-lang/expr vm/runtime */
import { RE2JS } from 're2js';
import { deepEqual } from '../api/equality.js';
import {
  Duration,
  Fault,
  Instant,
  isFields,
  isList,
  textOf,
  typeName,
  type Value,
} from './value.js';

/** What an operator gives. */
export function operate(operator: string, left: Value, right: Value): Value {
  switch (operator) {
    case '==':
      return isEqual(left, right);
    case '!=':
      return !isEqual(left, right);
    case 'in':
      return isIn(left, right);
    case '..':
      return range(left, right);
    case 'matches':
      return matches(left, right);
    default:
  }
  if (left instanceof Instant || left instanceof Duration) return ofTimes(operator, left, right);
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
  '%': (left, right) => {
    if (right === 0) throw new Fault('integer divide by zero');
    return left % right;
  },
  '**': (left, right) => left ** right,
  '^': (left, right) => left ** right,
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
    case 'contains':
      return left.includes(right);
    case 'startsWith':
      return left.startsWith(right);
    case 'endsWith':
      return left.endsWith(right);
    default:
      throw mismatch(operator, left, right);
  }
}

function ofTimes(operator: string, left: Instant | Duration, right: Value): Value {
  const isMoment = left instanceof Instant;
  if (isMoment && right instanceof Duration) {
    if (operator === '+') return new Instant(left.ms + right.ms);
    if (operator === '-') return new Instant(left.ms - right.ms);
  }
  const areAlike = isMoment ? right instanceof Instant : right instanceof Duration;
  if (!areAlike || !(right instanceof Instant || right instanceof Duration)) {
    throw mismatch(operator, left, right);
  }
  if (operator === '-') return new Duration(left.ms - right.ms);
  if (operator === '+' && !isMoment) return new Duration(left.ms + right.ms);
  if (!/^[<>]=?$/.test(operator)) throw mismatch(operator, left, right);
  return numbers[operator]?.(left.ms, right.ms);
}

function mismatch(operator: string, left: Value, right: Value): Fault {
  return new Fault(
    `invalid operation: ${operator} (mismatched types ${typeName(left)} and ${typeName(right)})`,
  );
}

/** NaN equals nothing. */
function isEqual(left: Value, right: Value): boolean {
  if (typeof left === 'number' || typeof right === 'number') return left === right;
  return deepEqual(left, right);
}

function isIn(left: Value, right: Value): boolean {
  if (right === undefined) return false;
  if (isList(right)) return right.some(item => isEqual(item, left));
  if (isFields(right)) return Object.hasOwn(right, textOf(left));
  throw new Fault(`operator "in" not defined on ${typeName(right)}`);
}

const rangeMax = 1e6;

function range(left: Value, right: Value): readonly number[] {
  if (typeof left !== 'number' || typeof right !== 'number') throw mismatch('..', left, right);
  const size = right - left + 1;
  if (size > rangeMax) throw new Fault('memory budget exceeded');
  return Array.from({ length: Math.max(size, 0) }, (_, index) => left + index);
}

function matches(left: Value, right: Value): boolean {
  if (left === undefined || right === undefined) return false;
  if (typeof left !== 'string' || typeof right !== 'string') throw mismatch('matches', left, right);
  try {
    return RE2JS.compile(right).matcher(left).find();
  } catch (error) {
    throw new Fault(error instanceof Error ? error.message : String(error));
  }
}

/** A field, an item or a method of a value. */
export function memberOf(of: Value, name: Value): Value {
  if (isFields(of) && typeof name !== 'object') {
    const field = textOf(name);
    return Object.hasOwn(of, field) ? of[field] : undefined;
  }
  if (of instanceof Duration && typeof name === 'string') return ofDuration(of, name);
  if (of instanceof Instant && typeof name === 'string') return ofInstant(of, name);
  if ((!isList(of) && typeof of !== 'string') || typeof name !== 'number') {
    throw new Fault(`cannot fetch ${textOf(name)} from ${typeName(of)}`);
  }
  const at = name < 0 ? of.length + name : name;
  if (at < 0 || at >= of.length) {
    throw new Fault(`index out of range: ${name} (array length is ${of.length})`);
  }
  return of[at];
}

function ofDuration({ ms }: Duration, name: string): Value {
  const units: Readonly<Record<string, number>> = {
    Hours: 3_600_000,
    Minutes: 60_000,
    Seconds: 1000,
    Milliseconds: 1,
  };
  const unit = units[name];
  if (unit === undefined) throw new Fault(`cannot fetch ${name} from time.Duration`);
  return () => ms / unit;
}

function ofInstant({ ms }: Instant, name: string): Value {
  const time = new Date(ms);
  const methods: Readonly<Record<string, () => Value>> = {
    Unix: () => Math.floor(ms / 1000),
    UnixMilli: () => ms,
    Year: () => time.getUTCFullYear(),
    Month: () => time.getUTCMonth() + 1,
    Day: () => time.getUTCDate(),
    Hour: () => time.getUTCHours(),
    Minute: () => time.getUTCMinutes(),
    Second: () => time.getUTCSeconds(),
    Weekday: () => time.getUTCDay(),
  };
  const method = methods[name];
  if (method === undefined) throw new Fault(`cannot fetch ${name} from time.Time`);
  return method;
}

/** A part of a list or a text; both ends may count from its end. */
export function sliceOf(of: Value, from: Value, to: Value): Value {
  if (!isList(of) && typeof of !== 'string') throw new Fault(`cannot slice ${textOf(of)}`);
  for (const end of [from, to]) {
    if (end !== undefined && typeof end !== 'number') {
      throw new Fault(`invalid operation: int(${typeName(end)})`);
    }
  }
  const [start, end] = [from as number | undefined, to as number | undefined];
  return of.slice(start ?? 0, end);
}
