/**
 * How the items of lists that are sets or maps are named in paths.
 * @upstream sigs.k8s.io/structured-merge-diff typed/helpers.go
 */
import { isRecord } from '../equality.js';
import { goQuote } from '../go-text.js';
import type { Parsed } from '../time.js';
import type { ListSchema } from './field-schema.js';
import { keyElement, valueElement, type PathElement } from './path-element.js';

/** The step that leads to an item, or why there is none. */
export function itemElement(list: ListSchema, item: unknown): Parsed<PathElement> {
  if (list.type === 'atomic') return fail('invalid indexing of non-associative list');
  return list.keys.length > 0 ? keyedElement(list, item) : setElement(item);
}

function fail(error: string): Parsed<PathElement> {
  return { isOk: false, error };
}

function keyedElement({ keys, item: schema }: ListSchema, item: unknown): Parsed<PathElement> {
  if (item === null || item === undefined) {
    return fail('associative list with keys may not have a null element');
  }
  if (!isRecord(item)) return fail('associative list with keys may not have non-map elements');
  const found: Record<string, unknown> = {};
  for (const key of keys) {
    const value = item[key] ?? schema.map?.field(key)?.default;
    if (value !== undefined) found[key] = value;
  }
  if (Object.keys(found).length === 0) {
    const listed = `[${keys.map(goQuote).join(' ')}]`;
    return fail(
      `associative list with keys has an element that omits all key fields ${listed} (and doesn't have default values for any key fields)`,
    );
  }
  return { isOk: true, value: keyElement(found) };
}

function setElement(item: unknown): Parsed<PathElement> {
  if (item === null || item === undefined) {
    return fail("associative list without keys has an element that's an explicit null");
  }
  if (Array.isArray(item)) return fail('not supported: associative list with lists as elements');
  if (typeof item === 'object') {
    return fail("associative list without keys has an element that's a map type");
  }
  return { isOk: true, value: valueElement(item) };
}

/** The items by their steps, in order; those that have none are left out. */
export function groupedItems(
  list: ListSchema,
  items: readonly unknown[],
): ReadonlyMap<PathElement, readonly unknown[]> {
  const groups = new Map<PathElement, unknown[]>();
  for (const item of items) {
    const element = itemElement(list, item);
    if (!element.isOk) continue;
    const group = groups.get(element.value);
    if (group === undefined) groups.set(element.value, [item]);
    else group.push(item);
  }
  return groups;
}

/** Whether some of the items were left out of the groups. */
export function lacksKeys(
  groups: ReadonlyMap<PathElement, readonly unknown[]>,
  items: readonly unknown[],
): boolean {
  let named = 0;
  for (const group of groups.values()) named += group.length;
  return named < items.length;
}
