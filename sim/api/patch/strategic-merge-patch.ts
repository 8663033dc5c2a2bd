/**
 * Strategic merge patches: lists are merged by key where the type says so, and directives such as
 * `$patch` and `$setElementOrder` are followed.
 * @upstream staging/src/k8s.io/apimachinery/pkg/util/strategicpatch/patch.go
 */
import { isRecord } from '../equality.js';
import type { StructShape } from '../facts.js';
import { goValue } from '../go-text.js';
import { copied, ownField, putField } from '../own-fields.js';
import type { Parsed } from '../time.js';
import { listSchema, mapSchema, type PatchSchema } from './patch-schema.js';
import {
  badType,
  findByKey,
  kindOf,
  normalOrder,
  PatchFault,
  partitioned,
  validOrder,
} from './patch-lists.js';

type Json = Readonly<Record<string, unknown>>;

const directive = '$patch';
const retainKeys = '$retainKeys';
const deletePrefix = '$deleteFromPrimitiveList';
const orderPrefix = '$setElementOrder';

/** The object with the patch merged into it, or upstream's error. Neither is changed. */
export function applyStrategicMergePatch(
  original: Json,
  patch: Json,
  shape: StructShape,
): Parsed<Json> {
  try {
    return { isOk: true, value: mergedMap(original, patch, shape) };
  } catch (error) {
    if (error instanceof PatchFault) return { isOk: false, error: error.message };
    throw error;
  }
}

function mergedMap(original: Json, patch: Json, schema: PatchSchema): Json {
  const marker = patch[directive];
  if (marker !== undefined) return replacedMap(marker, patch);
  const merged: Record<string, unknown> = retained(original, patch);
  const rest: Record<string, unknown> = { ...patch };
  delete rest[retainKeys];
  mergeOrderedLists(merged, rest, schema);
  for (const [key, value] of Object.entries(rest)) mergeField(merged, key, value, schema);
  return merged;
}

function replacedMap(marker: unknown, patch: Json): Json {
  if (marker === 'replace') {
    const { [directive]: _, ...rest } = patch;
    return rest;
  }
  if (marker === 'delete') return {};
  throw new PatchFault(`unknown patch type: ${goValue(marker)} in map: ${goValue(patch)}`);
}

/** `$retainKeys`: the original without the keys that the patch does not list. */
function retained(original: Json, patch: Json): Record<string, unknown> {
  const listed = patch[retainKeys];
  if (listed === undefined) return copied(original);
  const format = 'invalid patch format of retainKeys';
  if (!Array.isArray(listed)) throw new PatchFault(format);
  const keys = new Set<unknown>(listed);
  for (const [key, value] of Object.entries(patch)) {
    const isDirective =
      key === retainKeys || key.startsWith(deletePrefix) || key.startsWith(orderPrefix);
    if (value !== null && !isDirective && !keys.has(key)) throw new PatchFault(format);
  }
  return Object.fromEntries(Object.entries(original).filter(([key]) => keys.has(key)));
}

/** `$setElementOrder/x`: merges the list x and orders it; takes both out of the rest of the patch. */
function mergeOrderedLists(
  merged: Record<string, unknown>,
  rest: Record<string, unknown>,
  schema: PatchSchema,
): void {
  for (const [key, order] of Object.entries(rest)) {
    if (!key.startsWith(orderPrefix)) continue;
    delete rest[key];
    if (!Array.isArray(order)) throw badType('[]interface {}', order);
    const field = directiveField(key, orderPrefix, 'invalid patch format of setElementOrder list');
    const current = listOrAbsent(merged[field]);
    const change = listOrAbsent(rest[field]);
    const { item, strategy, mergeKey } = listSchema(schema, field);
    validOrder(change ?? [], order, mergeKey);
    if (current === undefined && change === undefined) continue;
    const list =
      change === undefined
        ? (current ?? [])
        : current === undefined
          ? withoutDirectives(change)
          : mergedList(current, change, { item, strategy, mergeKey, isDeletion: false });
    const { inOrder, others } = partitioned(list, order, mergeKey);
    const kind = kindOf(current ?? [], change ?? []);
    merged[field] = normalOrder(inOrder, others, { order, live: current ?? [], mergeKey, kind });
    delete rest[field];
  }
}

function listOrAbsent(value: unknown): readonly unknown[] | undefined {
  if (value === undefined) return undefined;
  if (!Array.isArray(value)) throw badType('[]interface {}', value);
  return value;
}

function directiveField(key: string, prefix: string, error: string): string {
  if (!key.startsWith(`${prefix}/`)) throw new PatchFault(error);
  return key.slice(prefix.length + 1);
}

function mergeField(
  merged: Record<string, unknown>,
  key: string,
  value: unknown,
  schema: PatchSchema,
): void {
  const isDeletion = key.startsWith(deletePrefix);
  const field = isDeletion
    ? directiveField(key, deletePrefix, 'invalid patch format of primitive list')
    : key;
  if (value === null) {
    delete merged[field];
    return;
  }
  const current = ownField(merged, field);
  const kind = typeName(value);
  if (current === undefined || typeName(current) !== kind) {
    if (!isDeletion) setOrDelete(merged, field, withoutNulls(value));
    return;
  }
  if (isRecord(current) && isRecord(value)) {
    const { strategy, inner } = mapSchema(schema, field);
    merged[field] = strategy === 'replace' ? value : mergedMap(current, value, inner);
  } else if (Array.isArray(current) && Array.isArray(value)) {
    const { item, strategy, mergeKey } = listSchema(schema, field);
    merged[field] = mergedList(current, value, { item, strategy, mergeKey, isDeletion });
  } else {
    setOrDelete(merged, field, value);
  }
}

/** JSON integers and fractions are different types in Go. */
function typeName(value: unknown): string {
  if (Array.isArray(value)) return 'list';
  if (value === null) return 'nil';
  if (typeof value === 'number') return Number.isInteger(value) ? 'int64' : 'float64';
  return typeof value;
}

function setOrDelete(merged: Record<string, unknown>, field: string, value: unknown): void {
  const kept = keptValue(value);
  if (kept === undefined) delete merged[field];
  else putField(merged, field, kept);
}

/** The value without directives; undefined when it is one itself. */
function keptValue(value: unknown): unknown {
  if (Array.isArray(value)) return withoutDirectives(value);
  if (!isRecord(value)) return value;
  if (directive in value) return undefined;
  const entries = Object.entries(value).map(([key, item]) => [key, keptValue(item)] as const);
  return Object.fromEntries(entries.filter(([, item]) => item !== undefined));
}

function withoutDirectives(list: readonly unknown[]): readonly unknown[] {
  return list.map(keptValue).filter(item => item !== undefined);
}

function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isRecord(value)) return value;
  const kept = Object.entries(value).filter(([, item]) => item !== null);
  return Object.fromEntries(kept.map(([key, item]) => [key, withoutNulls(item)]));
}

interface ListMerge {
  readonly item: PatchSchema;
  readonly strategy: string;
  readonly mergeKey: string;
  readonly isDeletion: boolean;
}

function mergedList(
  original: readonly unknown[],
  patch: readonly unknown[],
  { item, strategy, mergeKey, isDeletion }: ListMerge,
): readonly unknown[] {
  if (strategy !== 'merge' && !isDeletion) return patch;
  if (original.length === 0 && patch.length === 0) return original;
  const kind = kindOf(original, patch);
  if (kind !== 'map') {
    if (isDeletion) return original.filter(value => !patch.includes(value));
    const both = [...new Set([...original, ...patch])];
    const { inOrder, others } = partitioned(both, patch, '');
    return normalOrder(inOrder, others, { order: patch, live: original, mergeKey, kind });
  }
  if (mergeKey === '') {
    throw new PatchFault(`cannot merge lists without merge key for ${goKind(item)}`);
  }
  const { live, changes } = afterSpecialItems(original, patch, mergeKey);
  const merged = mergedItems(live, changes, { item, mergeKey });
  const { inOrder, others } = partitioned(merged, changes, mergeKey);
  return normalOrder(inOrder, others, { order: changes, live, mergeKey, kind });
}

function goKind(schema: PatchSchema): string {
  return schema.kind === 'scalar' ? schema.scalar : schema.kind === 'list' ? 'slice' : schema.kind;
}

/** Carries out the items of the patch that hold a `$patch`. */
function afterSpecialItems(
  original: readonly unknown[],
  patch: readonly unknown[],
  mergeKey: string,
): { readonly live: readonly unknown[]; readonly changes: readonly Json[] } {
  const changes: Json[] = [];
  let live = original;
  let isReplaced = false;
  for (const item of patch) {
    if (!isRecord(item)) throw badType('map[string]interface {}', item);
    const marker = item[directive];
    if (marker === undefined) changes.push(item);
    else if (marker === 'delete') live = withoutMatches(live, item, mergeKey);
    else if (marker === 'replace') isReplaced = true;
    else if (marker === 'merge') {
      throw new PatchFault('merging lists cannot yet be specified in the patch');
    } else {
      throw new PatchFault(`unknown patch type: ${goValue(marker)} in map: ${goValue(item)}`);
    }
  }
  return isReplaced ? { live: changes, changes: [] } : { live, changes };
}

function withoutMatches(
  live: readonly unknown[],
  item: Json,
  mergeKey: string,
): readonly unknown[] {
  const wanted = item[mergeKey];
  if (wanted === undefined) throw noMergeKey(item, mergeKey);
  let kept = live;
  for (;;) {
    const index = findByKey(kept, mergeKey, wanted);
    if (index < 0) return kept;
    kept = kept.toSpliced(index, 1);
  }
}

function noMergeKey(item: unknown, mergeKey: string): PatchFault {
  return new PatchFault(`map: ${goValue(item)} does not contain declared merge key: ${mergeKey}`);
}

function mergedItems(
  live: readonly unknown[],
  changes: readonly Json[],
  { item, mergeKey }: { readonly item: PatchSchema; readonly mergeKey: string },
): readonly unknown[] {
  const merged = [...live];
  for (const change of changes) {
    const wanted = change[mergeKey];
    if (wanted === undefined) throw noMergeKey(change, mergeKey);
    const index = findByKey(merged, mergeKey, wanted);
    const found = merged[index];
    if (index >= 0 && isRecord(found)) merged[index] = mergedMap(found, change, item);
    else merged.push(change);
  }
  return merged;
}
