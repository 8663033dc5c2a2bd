/** Checks of lists and maps of bounded size. @upstream pkg/apis/resource/validation/validation.go validateSet */
import { duplicate, tooMany } from '../field-error.js';
import type { Errors } from './checks.js';

/** A list with at most so many items, all checked. Tells whether its size was fine. */
export function checkList<T>(
  list: readonly T[] | undefined | null,
  max: number,
  checkItem: (item: T, path: string) => void,
  path: string,
  errors: Errors,
): boolean {
  const items = list ?? [];
  if (items.length > max) {
    errors.push(tooMany(path, items.length, max));
    return false;
  }
  for (const [index, item] of items.entries()) checkItem(item, `${path}[${index}]`);
  return true;
}

/** A list whose items have different keys. */
export function checkSet<T>(
  list: readonly T[] | undefined | null,
  max: number,
  checkItem: (item: T, path: string) => void,
  keyOf: (item: T) => string,
  path: string,
  errors: Errors,
  shown: (item: T) => unknown = keyOf,
): void {
  if (!checkList(list, max, checkItem, path, errors)) return;
  const keys = new Set<string>();
  for (const [index, item] of (list ?? []).entries()) {
    const key = keyOf(item);
    if (keys.has(key)) errors.push(duplicate(`${path}[${index}]`, shown(item)));
    keys.add(key);
  }
}

const shortest = 16;

/** A map whose keys and values are checked; errors of keys stand at the map itself. */
export function checkMap<T>(
  map: Readonly<Record<string, T>> | undefined,
  sizes: { readonly itemsMax: number; readonly keyMax: number },
  checkKey: (key: string, path: string) => void,
  checkItem: (item: T, path: string) => void,
  path: string,
  errors: Errors,
): void {
  const entries = Object.entries(map ?? {});
  if (entries.length > sizes.itemsMax) {
    errors.push(tooMany(path, entries.length, sizes.itemsMax));
    return;
  }
  for (const [key, item] of entries) {
    checkKey(key, path);
    checkItem(item, `${path}[${shortened(key, Math.max(sizes.keyMax, shortest))}]`);
  }
}

function shortened(text: string, max: number): string {
  if (text.length <= max) return text;
  const rest = max - 3;
  return `${text.slice(0, (rest + 1) >> 1)}...${text.slice(text.length - (rest >> 1))}`;
}
