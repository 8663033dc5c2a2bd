/** The functions with a condition on each item of a list. @upstream expr-lang/expr compiler/compiler.go BuiltinNode */
import { isList, textOf, typeName, Fault, type Fields, type Value } from './value.js';
import { sorted } from './functions.js';

/** What a condition is about: an item, its place, and what was gathered before it. */
export interface Item {
  readonly item: Value;
  readonly index: number;
  readonly acc?: Value;
}

/** A condition on an item. */
export type Predicate = (item: Item) => Value;

interface Call {
  readonly items: readonly Value[];
  readonly each: Predicate;
  /** What follows the condition. */
  readonly rest: readonly Value[];
}

/** Whether the second argument of the function is a condition on the items of its first. */
export function hasPredicate(name: string): boolean {
  return Object.hasOwn(functions, name);
}

/** Calls it; without a condition the item itself is one. */
export function callWithPredicate(
  name: string,
  of: Value,
  predicate: Predicate | undefined,
  rest: readonly Value[],
): Value {
  const made = functions[name];
  if (made === undefined) throw new Fault(`unknown name ${name}`);
  if (!isList(of)) throw new Fault(`invalid argument for ${name} (type ${typeName(of)})`);
  return made({ items: of, each: predicate ?? (({ item }) => item), rest });
}

const functions: Readonly<Record<string, (call: Call) => Value>> = {
  all: call => fitting(call).length === call.items.length,
  none: call => fitting(call).length === 0,
  any: call => fitting(call).length > 0,
  one: call => fitting(call).length === 1,
  count: call => fitting(call).length,
  filter: call => fitting(call),
  map: ({ items, each }) => items.map((item, index) => each({ item, index })),
  find: call => fitting(call)[0],
  findLast: call => fitting(call).at(-1),
  findIndex: ({ items, each }) => indexOrNil(items.findIndex(holdsBy(each))),
  findLastIndex: ({ items, each }) => indexOrNil(items.findLastIndex(holdsBy(each))),
  sum: ({ items, each }) =>
    items.reduce<number>((sum, item, index) => sum + numberOf(each({ item, index })), 0),
  groupBy: ({ items, each }) => grouped(items, each),
  sortBy: ({ items, each, rest }) => sortedBy(items, each, textOf(rest[0] ?? 'asc')),
  reduce: ({ items, each, rest }) => reduced(items, each, rest),
};

function fitting({ items, each }: Call): readonly Value[] {
  return items.filter(holdsBy(each));
}

function holdsBy(each: Predicate) {
  return (item: Value, index: number): boolean => {
    const value = each({ item, index });
    if (typeof value === 'boolean') return value;
    throw new Fault(`predicate should return boolean (got ${typeName(value)})`);
  };
}

function indexOrNil(index: number): Value {
  return index < 0 ? undefined : index;
}

function numberOf(value: Value): number {
  if (typeof value === 'number') return value;
  throw new Fault(`invalid operation: + (mismatched types int and ${typeName(value)})`);
}

function grouped(items: readonly Value[], each: Predicate): Fields {
  const groups: Record<string, Value[]> = {};
  for (const [index, item] of items.entries()) {
    (groups[textOf(each({ item, index }))] ??= []).push(item);
  }
  return groups;
}

function sortedBy(items: readonly Value[], each: Predicate, order: string): Value {
  const keys = items.map((item, index) => ({ item, key: each({ item, index }) }));
  const ordered = sorted(
    keys.map(({ key }) => key),
    order,
  );
  const left = [...keys];
  return ordered.map(key => {
    const at = left.findIndex(one => one.key === key);
    return left.splice(at, 1)[0]?.item;
  });
}

function reduced(items: readonly Value[], each: Predicate, rest: readonly Value[]): Value {
  if (rest.length === 0 && items.length === 0)
    throw new Fault('reduce of empty array with no initial value');
  const begins = rest.length > 0 ? 0 : 1;
  let acc = rest.length > 0 ? rest[0] : items[0];
  for (let index = begins; index < items.length; index++) {
    acc = each({ item: items[index], index, acc });
  }
  return acc;
}
