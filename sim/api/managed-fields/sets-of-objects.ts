/**
 * The fields that an object has, and those in which two objects differ.
 * @upstream sigs.k8s.io/structured-merge-diff typed/tofieldset.go, compare.go
 */
import { deepEqual, isRecord } from '../equality.js';
import {
  fieldSchema,
  schemaFor,
  untyped,
  type FieldSchema,
  type ListSchema,
  type MapSchema,
} from './field-schema.js';
import { FieldSet, type FieldPath } from './field-set.js';
import { groupedItems } from './list-items.js';
import { fieldElement } from './path-element.js';

type Json = Readonly<Record<string, unknown>>;

/** The set of all leaves and items of an object, as an applier owns them. */
export function setOf(value: unknown, schema: FieldSchema): FieldSet {
  const set = new FieldSet();
  collect(value, schema, [], set);
  return set;
}

function collect(value: unknown, schema: FieldSchema, path: FieldPath, set: FieldSet): void {
  const { map, scalar, list } = schemaFor(schema, value);
  if (map !== undefined) {
    if (map.isAtomic) set.insert(path);
    else if (isRecord(value)) collectFields(value, map, path, set);
  } else if (scalar !== undefined) {
    set.insert(path);
  } else if (list !== undefined) {
    if (list.type === 'atomic') set.insert(path);
    else if (Array.isArray(value)) collectItems(value, list, path, set);
  }
}

function collectFields(value: Json, map: MapSchema, path: FieldPath, set: FieldSet): void {
  for (const [name, item] of Object.entries(value)) {
    if (item === undefined) continue;
    const inner = [...path, fieldElement(name)];
    collect(item, fieldSchema(map, name) ?? untyped, inner, set);
    const isEmpty = item === null || (isRecord(item) && Object.keys(item).length === 0);
    if (isEmpty || map.field(name) === undefined) set.insert(inner);
  }
}

function collectItems(
  items: readonly unknown[],
  list: ListSchema,
  path: FieldPath,
  set: FieldSet,
): void {
  for (const [element, group] of groupedItems(list, items)) {
    const inner = [...path, element];
    if (group.length === 1) collect(group[0], list.item, inner, set);
    set.insert(inner);
  }
}

/** In what two objects differ; no path is in two of the sets. */
export interface Comparison {
  readonly removed: FieldSet;
  readonly modified: FieldSet;
  readonly added: FieldSet;
}

/** Compares two objects of one type. */
export function compared(left: unknown, right: unknown, schema: FieldSchema): Comparison {
  const walker = new Comparer();
  walker.compare(left, right, schema, []);
  return walker;
}

class Comparer implements Comparison {
  readonly removed = new FieldSet();
  readonly modified = new FieldSet();
  readonly added = new FieldSet();

  /** Undefined stands for a side that lacks the field; null is a value. */
  compare(left: unknown, right: unknown, schema: FieldSchema, path: FieldPath): void {
    if (left === right && left !== undefined) return;
    const ofLeft = schemaFor(schema, left);
    const ofRight = schemaFor(schema, right);
    const isOneKind = left === undefined || right === undefined || isSameAtom(ofLeft, ofRight);
    const isLeaf = isOneKind
      ? this.visit(left, right, right === undefined ? ofLeft : ofRight, path)
      : [ofLeft, ofRight].map(atom => this.visit(left, right, atom, path))[1];
    if (isLeaf === true) return;
    if (left === undefined) this.added.insert(path);
    else if (right === undefined) this.removed.insert(path);
  }

  /** Whether it was a leaf. */
  private visit(left: unknown, right: unknown, atom: FieldSchema, path: FieldPath): boolean {
    const { map, scalar, list } = atom;
    if (map !== undefined) return this.maps(left, right, map, path);
    if (scalar === undefined && list !== undefined) return this.lists(left, right, list, path);
    this.leaf(left, right, path);
    return true;
  }

  private leaf(left: unknown, right: unknown, path: FieldPath): void {
    if (left === undefined) this.added.insert(path);
    else if (right === undefined) this.removed.insert(path);
    else if (!deepEqual(left, right)) this.modified.insert(path);
  }

  private maps(left: unknown, right: unknown, map: MapSchema, path: FieldPath): boolean {
    const before = isRecord(left) ? left : {};
    const after = isRecord(right) ? right : {};
    const names = new Set([...Object.keys(before), ...Object.keys(after)]);
    if (map.isAtomic || names.size === 0) {
      this.leaf(left, right, path);
      return true;
    }
    for (const name of names) {
      const [old, now] = [before[name], after[name]];
      if (old === undefined && now === undefined) continue;
      this.compare(old, now, fieldSchema(map, name) ?? untyped, [...path, fieldElement(name)]);
    }
    return false;
  }

  private lists(left: unknown, right: unknown, list: ListSchema, path: FieldPath): boolean {
    const before: readonly unknown[] = Array.isArray(left) ? left : [];
    const after: readonly unknown[] = Array.isArray(right) ? right : [];
    if (list.type === 'atomic' || (before.length === 0 && after.length === 0)) {
      this.leaf(left, right, path);
      return true;
    }
    const ofLeft = groupedItems(list, before);
    const ofRight = groupedItems(list, after);
    for (const element of new Set([...ofLeft.keys(), ...ofRight.keys()])) {
      const [old, now] = [ofLeft.get(element) ?? [], ofRight.get(element) ?? []];
      this.items(old, now, list.item, [...path, element]);
    }
    return false;
  }

  /** Items of one key: more than one on a side are treated as a whole. */
  private items(
    left: readonly unknown[],
    right: readonly unknown[],
    schema: FieldSchema,
    path: FieldPath,
  ): void {
    if (left.length <= 1 && right.length <= 1) {
      this.compare(left[0], right[0], schema, path);
    } else if (left.length >= 2 && right.length >= 2) {
      if (!deepEqual(left, right)) this.modified.insert(path);
    } else if (left.length >= 2) {
      if (right.length > 0) this.compare(undefined, right[0], schema, path);
      this.removed.insert(path);
    } else {
      if (left.length > 0) this.compare(left[0], undefined, schema, path);
      this.added.insert(path);
    }
  }
}

function isSameAtom(left: FieldSchema, right: FieldSchema): boolean {
  return (
    (left.map === undefined) === (right.map === undefined) &&
    (left.list === undefined) === (right.list === undefined) &&
    (left.scalar === undefined) === (right.scalar === undefined)
  );
}
