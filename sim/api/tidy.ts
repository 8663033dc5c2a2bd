/**
 * The fast way in for our own components: what they write is well typed and canonical already, so only
 * what Go would leave out is taken away, and what it always writes is added. Without a reason to change anything the same object comes back.
 */
import { isAnything, isClearing, withoutEmptyMarks, zeroStruct } from './go-struct.js';
import type { FieldFact, Shape, StructShape } from './facts.js';
import { putField } from './own-fields.js';

/**
 * The object without what Go's encoder leaves out, and with what it always writes. What it shares with
 * `known`, an object that is tidy, is not looked at again.
 */
export function tidied<T extends object>(object: T, shape: StructShape, known?: object): T {
  if (known !== undefined) return tidiedValue(object, shape, 'dropped', known) as T;
  const { spec } = object as { readonly spec?: unknown };
  if (typeof spec !== 'object' || spec === null) return tidiedValue(object, shape, 'dropped') as T;
  const isTidy = tidySpecs.get(spec) === shape;
  const result = tidiedValue(object, shape, 'dropped', isTidy ? { spec } : undefined) as T;
  if (!isTidy && (result as { readonly spec?: unknown }).spec === spec) tidySpecs.set(spec, shape);
  return result;
}

/** The same for an object that is yet to be checked: what was sent empty is still known of it. */
export function tidiedButMarked<T extends object>(object: T, shape: StructShape): T {
  return tidiedValue(object, shape, 'kept') as T;
}

/** What becomes of the marks of what was sent empty: they are not stored. */
type Marks = 'kept' | 'dropped';

/** Specs that are tidy: those of templates, from which many objects are made. */
const tidySpecs = new WeakMap<object, StructShape>();

function tidiedValue(value: unknown, shape: Shape, marks: Marks, known?: unknown): unknown {
  if (typeof value !== 'object' || value === null || value === known) return value;
  if (Array.isArray(value)) {
    return shape.kind === 'list' ? tidiedList(value, shape.item, marks, known) : value;
  }
  const record = value as Readonly<Record<string, unknown>>;
  if (shape.kind === 'struct') return tidiedStruct(record, shape, marks, known);
  return shape.kind === 'map' ? tidiedMap(record, shape.value, marks) : value;
}

function tidiedList(
  list: readonly unknown[],
  item: Shape,
  marks: Marks,
  known: unknown,
): readonly unknown[] {
  if (item.kind === 'scalar') return list;
  const before = Array.isArray(known) ? known : none;
  let changed: unknown[] | undefined;
  for (let index = 0; index < list.length; index++) {
    const next = tidiedValue(list[index], item, marks, before[index]);
    if (next === list[index]) continue;
    changed ??= [...list];
    changed[index] = next;
  }
  return changed ?? list;
}

const none: readonly unknown[] = [];

function tidiedMap(
  map: Readonly<Record<string, unknown>>,
  item: Shape,
  marks: Marks,
): Readonly<Record<string, unknown>> {
  let changed: Record<string, unknown> | undefined;
  for (const key in map) {
    const value = map[key];
    const next = value === undefined ? undefined : tidiedValue(value, item, marks);
    if (next === value && value !== undefined) continue;
    changed ??= { ...map };
    if (next === undefined) delete changed[key];
    else putField(changed, key, next);
  }
  return changed ?? map;
}

function tidiedStruct(
  record: Readonly<Record<string, unknown>>,
  shape: StructShape,
  marks: Marks,
  known: unknown,
): Readonly<Record<string, unknown>> {
  const before = known as Readonly<Record<string, unknown>> | null | undefined;
  const unmarked = marks === 'kept' ? record : withoutEmptyMarks(record);
  const { byName } = shape;
  let changed: Record<string, unknown> | undefined = unmarked === record ? undefined : unmarked;
  let isShorter = false;
  for (const key in record) {
    const value = record[key];
    // What was tidy before is so still: of a status most is as it was.
    if (value !== undefined && value === before?.[key]) continue;
    const field = byName.get(key);
    // Most fields: scalars that say something are kept as they are.
    if (field !== undefined && typeof value !== 'object' && value) continue;
    const isDropped = field === undefined || isLeftOut(value, field);
    const next = isDropped ? undefined : tidiedField(value, field, marks, before?.[key]);
    if (next === value && !isDropped) continue;
    changed ??= Object.assign({}, record);
    changed[key] = next;
    if (next === undefined) isShorter = true;
  }
  if (isShorter && changed !== undefined) changed = withoutUndefined(changed);
  for (const { name, zero } of alwaysWritten(shape)) {
    if (record[name] !== undefined) continue;
    changed ??= Object.assign({}, record);
    changed[name] = zero;
  }
  return changed ?? record;
}

/** An object from which something was deleted is slow to read ever after: the fields are copied, and the marks. */
function withoutUndefined(record: Readonly<Record<PropertyKey, unknown>>): Record<string, unknown> {
  const kept: Record<PropertyKey, unknown> = {};
  for (const key in record) if (record[key] !== undefined) kept[key] = record[key];
  for (const mark of Object.getOwnPropertySymbols(record)) kept[mark] = record[mark];
  return kept;
}

/** An empty list that is always written is null once it was stored. */
function tidiedField(value: unknown, field: FieldFact, marks: Marks, known: unknown): unknown {
  const isEmptyList = !field.omitsEmpty && Array.isArray(value) && value.length === 0;
  return isEmptyList && field.shape.kind === 'list'
    ? null
    : tidiedValue(value, field.shape, marks, known);
}

interface Always {
  readonly name: string;
  readonly zero: unknown;
}

const alwaysByShape = new WeakMap<StructShape, readonly Always[]>();

/** The fields that Go writes even when they are empty: `status: {}`, `lastProbeTime: null`. */
function alwaysWritten(shape: StructShape): readonly Always[] {
  const known = alwaysByShape.get(shape);
  if (known !== undefined) return known;
  const zero = zeroStruct(shape);
  const list = Object.keys(zero).map(name => ({ name, zero: zero[name] }));
  alwaysByShape.set(shape, list);
  return list;
}

function isLeftOut(value: unknown, field: FieldFact): boolean {
  if (value === undefined) return true;
  if (!field.omitsEmpty) return false;
  if (field.isPointer) return value === null;
  const { shape } = field;
  if (value === null) return shape.kind !== 'struct' && !isTime(shape);
  if (isAnything(shape)) return false;
  if (shape.kind === 'scalar') {
    return (value === '' || value === 0 || value === false) && shape.scalar !== 'intOrString';
  }
  if (shape.kind === 'list') {
    return Array.isArray(value) && value.length === 0 && !isClearing(field);
  }
  return shape.kind === 'map' && isEmpty(value as object);
}

function isTime(shape: Shape): boolean {
  return shape.kind === 'scalar' && (shape.scalar === 'time' || shape.scalar === 'microTime');
}

function isEmpty(record: object): boolean {
  for (const _ in record) return false;
  return true;
}
