/**
 * What one version of a JSON value has otherwise than another, as JSON. Versions of stored objects share
 * most of their parts, and what is shared is not looked into.
 */
import { ownField, putField } from '../../../sim/api/own-fields.js';

/** A difference: the new value, the changed parts of an object, or of a list. */
export type Delta =
  | readonly [value: unknown]
  | { readonly s: Readonly<Record<string, Delta>>; readonly d?: readonly string[] }
  | {
      /** The items that differ, by index. */
      readonly i: Readonly<Record<string, Delta>>;
      /** So many items are kept of the old list. */
      readonly n: number;
      /** Items behind those. */
      readonly t?: readonly unknown[];
    };

type Fields = Readonly<Record<string, unknown>>;

/** The difference; undefined when there is none. */
export function deltaOf(before: unknown, after: unknown): Delta | undefined {
  if (before === after) return undefined;
  if (Array.isArray(before) && Array.isArray(after)) return listDelta(before, after);
  if (isFields(before) && isFields(after)) return fieldsDelta(before, after);
  return [after];
}

/** The new version; what did not change is shared with the old one. */
export function patched(before: unknown, delta: Delta): unknown {
  if (isValue(delta)) return delta[0];
  if ('n' in delta) return patchedList(before as readonly unknown[], delta);
  const fields: Record<string, unknown> = { ...(before as Fields) };
  for (const [name, part] of Object.entries(delta.s)) {
    putField(fields, name, patched(ownField(fields, name), part));
  }
  // The copy is ours, and its fields are no properties of a class.
  // oxlint-disable-next-line no-dynamic-delete
  for (const name of delta.d ?? []) delete fields[name];
  return fields;
}

function isValue(delta: Delta): delta is readonly [unknown] {
  return Array.isArray(delta);
}

function patchedList(
  before: readonly unknown[],
  { i, n, t = [] }: Extract<Delta, { n: number }>,
): readonly unknown[] {
  const items = before.slice(0, n);
  for (const [index, part] of Object.entries(i)) {
    items[Number(index)] = patched(items[Number(index)], part);
  }
  return [...items, ...t];
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function fieldsDelta(before: Fields, after: Fields): Delta | undefined {
  let changed: Record<string, Delta> | undefined;
  let inBoth = 0;
  for (const name in after) {
    const value = after[name];
    if (value === undefined) continue;
    // Nothing that is inherited is a value of JSON, so what is the same is the field's own.
    const old = before[name] === value ? value : ownField(before, name);
    if (old !== undefined) inBoth++;
    if (old === value) continue;
    const part = old === undefined ? ([value] as const) : deltaOf(old, value);
    if (part !== undefined) putField((changed ??= {}), name, part);
  }
  let inBefore = 0;
  for (const name in before) if (before[name] !== undefined) inBefore++;
  if (inBefore > inBoth) return { s: changed ?? {}, d: goneFrom(before, after) };
  return changed && { s: changed };
}

function goneFrom(before: Fields, after: Fields): readonly string[] {
  const gone: string[] = [];
  for (const name in before) {
    if (before[name] !== undefined && ownField(after, name) === undefined) gone.push(name);
  }
  return gone;
}

function listDelta(before: readonly unknown[], after: readonly unknown[]): Delta | undefined {
  const shared = Math.min(before.length, after.length);
  const items: Record<string, Delta> = {};
  let isAny = false;
  for (let index = 0; index < shared; index++) {
    const part = deltaOf(before[index], after[index]);
    if (part === undefined) continue;
    items[index] = part;
    isAny = true;
  }
  if (!isAny && before.length === after.length) return undefined;
  const rest = after.slice(shared);
  return { i: items, n: shared, ...(rest.length > 0 && { t: rest }) };
}
