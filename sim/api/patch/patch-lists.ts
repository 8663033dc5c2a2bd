/**
 * The order of merged lists.
 * @upstream staging/src/k8s.io/apimachinery/pkg/util/strategicpatch/patch.go (normalizeElementOrder)
 */
import { isRecord } from '../equality.js';
import { goTypeName, goValue } from '../go-text.js';

/** Why a patch cannot be applied, in upstream's words. */
export class PatchFault extends Error {}

/** A value of the wrong Go type. */
export function badType(expected: string, actual: unknown): PatchFault {
  return new PatchFault(`expected a ${expected}, but received a ${printedType(actual)}`);
}

/** Nil has no type: Go prints that it cannot. */
function printedType(value: unknown): string {
  return value === null || value === undefined ? '%!s(<nil>)' : goTypeName(value);
}

/** What the elements are; they must all be of one kind. */
export function kindOf(...lists: readonly (readonly unknown[])[]): string {
  let kind: string | undefined;
  for (const item of lists.flat()) {
    const name = printedType(item);
    if (kind !== undefined && kind !== name) {
      throw new PatchFault(`list element types are not identical: ${goValue(lists)}`);
    }
    kind = name;
  }
  if (kind === undefined) throw new PatchFault('no elements in any of the given slices');
  if (kind === '[]interface {}') throw new PatchFault('lists of lists are not supported');
  return kind === 'map[string]interface {}' ? 'map' : kind;
}

/** The index of the item whose key has the value, or -1. */
export function findByKey(list: readonly unknown[], mergeKey: string, wanted: unknown): number {
  for (const [index, item] of list.entries()) {
    if (!isRecord(item)) throw new PatchFault(`value for key ${index} is not a map`);
    if (item[mergeKey] !== undefined && item[mergeKey] === wanted) return index;
  }
  return -1;
}

/** Splits a list into the items that the other list names and the rest. */
export function partitioned(
  list: readonly unknown[],
  by: readonly unknown[],
  mergeKey: string,
): { readonly inOrder: readonly unknown[]; readonly others: readonly unknown[] } {
  const inOrder: unknown[] = [];
  const others: unknown[] = [];
  for (const item of list) {
    const isNamed =
      mergeKey === '' ? by.includes(item) : findByKey(by, mergeKey, keyOf(item, mergeKey)) >= 0;
    (isNamed ? inOrder : others).push(item);
  }
  return { inOrder, others };
}

function keyOf(item: unknown, mergeKey: string): unknown {
  if (!isRecord(item)) throw badType('map[string]interface {}', item);
  const key = item[mergeKey];
  if (key !== undefined) return key;
  throw new PatchFault(`map: ${goValue(item)} does not contain declared merge key: ${mergeKey}`);
}

/** What decides the order of a merged list. */
export interface Ordering {
  /** The order of the items of the patch. */
  readonly order: readonly unknown[];
  /** The order of the live items. */
  readonly live: readonly unknown[];
  readonly mergeKey: string;
  readonly kind: string;
}

/** Merges the patch's items and the others: each keeps its order, the live list decides between them. */
export function normalOrder(
  fromPatch: readonly unknown[],
  others: readonly unknown[],
  { order, live, mergeKey, kind }: Ordering,
): readonly unknown[] {
  const key = (item: unknown): unknown => (kind === 'map' ? keyOf(item, mergeKey) : item);
  const rank = (list: readonly unknown[]): ((item: unknown) => number) => {
    const keys = list.map(key);
    return item => keys.indexOf(key(item));
  };
  const patchRank = rank(order);
  const liveRank = rank(live);
  const right = fromPatch.toSorted((a, b) => patchRank(a) - patchRank(b));
  const left = others.toSorted((a, b) => liveRank(a) - liveRank(b));
  return interleaved(left, right, liveRank);
}

function interleaved(
  left: readonly unknown[],
  right: readonly unknown[],
  rank: (item: unknown) => number,
): readonly unknown[] {
  const all: unknown[] = [];
  let i = 0;
  let j = 0;
  while (i < left.length || j < right.length) {
    if (i >= left.length) all.push(right[j++]);
    else if (j >= right.length) all.push(left[i++]);
    else {
      const a = rank(left[i]);
      const b = rank(right[j]);
      all.push(a >= 0 && b >= 0 && a < b ? left[i++] : right[j++]);
    }
  }
  return all;
}

/** Checks that `$setElementOrder` names the patch's items in the patch's order. */
export function validOrder(
  patch: readonly unknown[],
  order: readonly unknown[],
  mergeKey: string,
): void {
  if (order.length === 0 || patch.length === 0) return;
  const items = patch.filter(item => {
    if (mergeKey === '') return true;
    if (!isRecord(item)) throw badType('map[string]interface {}', item);
    return item['$patch'] === undefined;
  });
  let patchIndex = 0;
  let orderIndex = 0;
  while (patchIndex < items.length && orderIndex < order.length) {
    const left = items[patchIndex];
    const right = order[orderIndex];
    const isEqual =
      mergeKey === '' ? left === right : keyOf(left, mergeKey) === keyOf(right, mergeKey);
    if (isEqual) patchIndex++;
    orderIndex++;
  }
  if (patchIndex < items.length) {
    throw new PatchFault(
      `The order in patch list:\n${goValue(patch)}\n doesn't match $setElementOrder list:\n${goValue(order)}\n`,
    );
  }
}
