/** The functions of conditions. @upstream argo-rollouts utils/evaluate/evaluate.go, expr-lang/expr builtin */
import { Fault, typeName, type Value } from './expression-value.js';

/** Calls one; a predicate is a condition on each item of the list. */
export function call(
  name: string,
  args: readonly Value[],
  predicate?: (item: Value) => Value,
): Value {
  const [first] = args;
  if (predicate !== undefined) return ofItems(name, listOf(name, first), predicate);
  const made = functions[name];
  if (made === undefined) throw new Fault(`unknown name ${name}`);
  return made(first, args);
}

const functions: Readonly<Record<string, (first: Value, args: readonly Value[]) => Value>> = {
  len: first => (typeof first === 'string' ? first.length : listOf('len', first).length),
  isNaN: first => Number.isNaN(numberOf('isNaN', first)),
  isInf: first => Math.abs(numberOf('isInf', first)) === Infinity,
  isNil: first => first === undefined,
  default: (first, args) => first ?? args[1],
  asFloat: first => parsedNumber('asFloat', first),
  asInt: first => Math.trunc(parsedNumber('asInt', first)),
  int: first => Math.trunc(parsedNumber('int', first)),
  float: first => parsedNumber('float', first),
  abs: first => Math.abs(numberOf('abs', first)),
  ceil: first => Math.ceil(numberOf('ceil', first)),
  floor: first => Math.floor(numberOf('floor', first)),
  round: first => Math.round(numberOf('round', first)),
  max: (_, args) => Math.max(...numbersIn('max', args)),
  min: (_, args) => Math.min(...numbersIn('min', args)),
  sum: first => numbersIn('sum', [first]).reduce((sum, value) => sum + value, 0),
  mean: first => meanOf(numbersIn('mean', [first])),
};

function ofItems(name: string, items: readonly Value[], predicate: (item: Value) => Value): Value {
  if (name === 'map') return items.map(predicate);
  const fitting = items.filter(item => predicate(item) === true);
  switch (name) {
    case 'all':
      return fitting.length === items.length;
    case 'any':
      return fitting.length > 0;
    case 'one':
      return fitting.length === 1;
    case 'none':
      return fitting.length === 0;
    case 'count':
      return fitting.length;
    default:
      return fitting;
  }
}

function listOf(name: string, value: Value): readonly Value[] {
  if (Array.isArray(value)) return value as readonly Value[];
  throw new Fault(`invalid argument for ${name} (type ${typeName(value)})`);
}

function numberOf(name: string, value: Value): number {
  if (typeof value === 'number') return value;
  throw new Fault(`invalid argument for ${name} (type ${typeName(value)})`);
}

function parsedNumber(name: string, value: Value): number {
  if (typeof value === 'string' && value.trim() !== '' && !Number.isNaN(Number(value))) {
    return Number(value);
  }
  if (typeof value === 'number') return value;
  throw new Fault(`${name}() not supported on ${typeName(value)} ${String(value)}`);
}

function numbersIn(name: string, args: readonly Value[]): readonly number[] {
  return args.flatMap(arg =>
    Array.isArray(arg)
      ? (arg as readonly Value[]).map(item => numberOf(name, item))
      : [numberOf(name, arg)],
  );
}

function meanOf(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}
