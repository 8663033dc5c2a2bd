/** Functions of lists, sets, optional values and maps being made. @upstream cel-go/ext/{lists,sets,comprehensions}.go, apiserver/pkg/cel/library/lists.go */
import {
  Duration,
  Opaque,
  Optional,
  Uint,
  compareValues,
  equalValues,
  isList,
  isMap,
  keyOf,
  noOverload,
  numberOf,
  typeNameOf,
  type CelKey,
  type CelValue,
} from '../values.js';
import { isZero } from './conversions.js';
import {
  fail,
  listIn,
  objectIn,
  wholeIn,
  type CelFunction,
  type CelFunctions,
} from './function.js';
import { operators } from './operators.js';

function extreme(name: string, sign: 1 | -1): CelFunction {
  return value => {
    const list = listIn(value);
    let found = list[0];
    if (found === undefined) return fail(`${name} called on empty list`);
    for (const item of list) if (compareValues(item, found) * sign > 0) found = item;
    return found;
  };
}

function sum(value?: CelValue): CelValue {
  const add = operators['_+_'] ?? noOverload;
  const [first, ...rest] = listIn(value);
  if (first === undefined) return 0n;
  const isSummable = numberOf(first) !== undefined || first instanceof Duration;
  return isSummable ? rest.reduce((total, item) => add(total, item), first) : noOverload();
}

function isSorted(value?: CelValue): boolean {
  const list = listIn(value);
  return list.every((item, index) => {
    const before = list[index - 1];
    return before === undefined || compareValues(before, item) <= 0;
  });
}

function slice(value?: CelValue, start?: CelValue, end?: CelValue): CelValue {
  const list = listIn(value);
  const [from, to] = [wholeIn(start), wholeIn(end)];
  const which = `cannot slice(${from}, ${to})`;
  if (from < 0n || to < 0n) return fail(`${which}, negative indexes not supported`);
  if (from > to) return fail(`${which}, start index must be less than or equal to end index`);
  if (to > BigInt(list.length)) return fail(`${which}, list is length ${list.length}`);
  return list.slice(Number(from), Number(to));
}

function flattened(list: readonly CelValue[], depth: number): readonly CelValue[] {
  return list.flatMap(item => (isList(item) && depth > 0 ? flattened(item, depth - 1) : [item]));
}

function sorted(list: readonly CelValue[], keys: readonly CelValue[]): readonly CelValue[] {
  const [first] = keys;
  if (first === undefined) return list;
  const isOrdered = !(first instanceof Opaque) || first.compare(first) !== undefined;
  if (isList(first) || isMap(first) || !(isOrdered || first instanceof Uint)) {
    return fail('list elements must be comparable');
  }
  if (keys.some(key => typeNameOf(key) !== typeNameOf(first))) {
    return fail('list elements must have the same type');
  }
  const pairs = list.map((item, index) => ({ item, key: keys[index] ?? null }));
  return pairs
    .toSorted((left, right) => compareValues(left.key, right.key))
    .map(({ item }) => item);
}

function distinct(list: readonly CelValue[]): readonly CelValue[] {
  const seen: CelValue[] = [];
  for (const item of list) if (!seen.some(other => equalValues(item, other))) seen.push(item);
  return seen;
}

function holds(list: readonly CelValue[], item: CelValue): boolean {
  return list.some(each => equalValues(each, item));
}

function holdsAll(list: readonly CelValue[], items: readonly CelValue[]): boolean {
  return items.every(item => holds(list, item));
}

const rangeMax = 1_000_000n;

function range(count?: CelValue): CelValue {
  const size = wholeIn(count);
  if (size > rangeMax) return fail('operation cancelled: actual cost limit exceeded');
  return Array.from({ length: Math.max(0, Number(size)) }, (_, index) => BigInt(index));
}

function inserted(map?: CelValue, key: CelValue = null, value?: CelValue): CelValue {
  if (!isMap(map)) return noOverload();
  const result = new Map<CelKey, CelValue>(map);
  const entries: readonly (readonly [CelValue, CelValue])[] =
    value === undefined && isMap(key) ? [...key] : [[key, value ?? null]];
  for (const [one, item] of entries) {
    const name = keyOf(one) ?? noOverload();
    if (result.has(name)) return fail(`insert failed: key ${name} already exists`);
    result.set(name, item);
  }
  return result;
}

function unwrapped(value?: CelValue): CelValue {
  return listIn(value).flatMap(item => {
    const { value: inner } = objectIn(item, Optional);
    return inner === undefined ? [] : [inner];
  });
}

function present(value: CelValue | undefined): Optional {
  return value === undefined ? Optional.none : new Optional(value);
}

/** The functions. */
export const lists: CelFunctions = {
  isSorted,
  sum,
  min: extreme('min', -1),
  max: extreme('max', 1),
  slice,
  flatten: (list, depth) => {
    const levels = depth === undefined ? 1 : Number(wholeIn(depth));
    return levels < 0 ? fail('level must be non-negative') : flattened(listIn(list), levels);
  },
  sort: list => sorted(listIn(list), listIn(list)),
  '@sortByAssociatedKeys': (list, keys) => sorted(listIn(list), listIn(keys)),
  'lists.range': range,
  reverse: list => listIn(list).toReversed(),
  distinct: list => distinct(listIn(list)),
  first: list => present(listIn(list)[0]),
  last: list => present(listIn(list).at(-1)),
  'sets.contains': (list, items) => holdsAll(listIn(list), listIn(items)),
  'sets.equivalent': (list, items) =>
    holdsAll(listIn(list), listIn(items)) && holdsAll(listIn(items), listIn(list)),
  'sets.intersects': (list, items) => listIn(items).some(item => holds(listIn(list), item)),
  'cel.@mapInsert': inserted,
  'optional.of': value => new Optional(value),
  'optional.none': () => Optional.none,
  'optional.ofNonZeroValue': (value = null) =>
    isZero(value) ? Optional.none : new Optional(value),
  'optional.unwrap': unwrapped,
  unwrapOpt: unwrapped,
  hasValue: value => objectIn(value, Optional).value !== undefined,
  value: value => objectIn(value, Optional).value ?? fail('optional.none() dereference'),
  or: (value, other) => {
    const first = objectIn(value, Optional);
    return first.value === undefined ? objectIn(other, Optional) : first;
  },
  orValue: (value, other = null) => objectIn(value, Optional).value ?? other,
};
