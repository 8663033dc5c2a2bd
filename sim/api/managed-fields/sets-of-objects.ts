/**
 * The fields that an object has, and those in which two objects differ.
 * @upstream sigs.k8s.io/structured-merge-diff typed/tofieldset.go, compare.go
 */
import { deepEqual, isRecord } from '../equality.js';
import { hasEmptyMarks } from '../go-struct.js';
import {
  fieldSchema,
  schemaFor,
  untyped,
  type FieldSchema,
  type ListSchema,
  type MapSchema,
} from './field-schema.js';
import { emptySet, FieldSet, type FieldPath } from './field-set.js';
import { groupedItems, lacksKeys } from './list-items.js';
import { wholeOf, type Whole } from './whole-values.js';
import { fieldElement, type PathElement } from './path-element.js';

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
  /** Whether an item of a list lacks its key: upstream cannot compare then. */
  readonly lacksKeys: boolean;
}

/** Compares two objects of one type. */
export function compared(left: unknown, right: unknown, schema: FieldSchema): Comparison {
  const root = new Difference();
  root.compare(rootElement, left, right, schema);
  return {
    removed: root.removed.withPrefix(rootElement),
    modified: root.modified.withPrefix(rootElement),
    added: root.added.withPrefix(rootElement),
    lacksKeys: root.lacksKeys,
  };
}

/** Stands for the object as a whole, which is no field of anything. */
const rootElement = 'f:';

/** In what the members of two values differ. Undefined stands for a side that lacks one; null is a value. */
class Difference implements Comparison {
  lacksKeys = false;
  private ownRemoved: FieldSet | undefined;
  private ownModified: FieldSet | undefined;
  private ownAdded: FieldSet | undefined;

  get removed(): FieldSet {
    return this.ownRemoved ?? emptySet;
  }

  get modified(): FieldSet {
    return this.ownModified ?? emptySet;
  }

  get added(): FieldSet {
    return this.ownAdded ?? emptySet;
  }

  /** Compares the member to which the step leads. */
  compare(element: PathElement, left: unknown, right: unknown, schema: FieldSchema): void {
    if (left === right) return;
    if (left === undefined) {
      this.take((this.ownAdded ??= new FieldSet()), element, wholeOf(right, schema));
      return;
    }
    if (right === undefined) {
      this.take((this.ownRemoved ??= new FieldSet()), element, wholeOf(left, schema));
      return;
    }
    const ofLeft = schemaFor(schema, left);
    const ofRight = schemaFor(schema, right);
    if (!isSameAtom(ofLeft, ofRight)) this.visit(element, left, right, ofLeft);
    this.visit(element, left, right, ofRight);
  }

  /** The member, and all that is in it. */
  private take(target: FieldSet, element: PathElement, { set, lacksKeys }: Whole): void {
    target.own(element);
    target.adopt(element, set);
    if (lacksKeys) this.lacksKeys = true;
  }

  private visit(element: PathElement, left: unknown, right: unknown, atom: FieldSchema): void {
    const { map, scalar, list } = atom;
    if (map !== undefined) this.maps(element, left, right, map);
    else if (scalar === undefined && list !== undefined) this.lists(element, left, right, list);
    else this.leaf(element, left, right);
  }

  private leaf(element: PathElement, left: unknown, right: unknown): void {
    if (deepEqual(left, right) && !hasMarkedLists(right)) return;
    (this.ownModified ??= new FieldSet()).own(element);
  }

  private maps(element: PathElement, left: unknown, right: unknown, map: MapSchema): void {
    const before = isRecord(left) ? left : {};
    const after = isRecord(right) ? right : {};
    const names = Object.keys(before);
    for (const name in after) if (!(name in before)) names.push(name);
    if (map.isAtomic || names.length === 0) {
      this.leaf(element, left, right);
      return;
    }
    const inner = new Difference();
    for (const name of names) {
      const [old, now] = [before[name], after[name]];
      if (old !== now) {
        inner.compare(fieldElement(name), old, now, fieldSchema(map, name) ?? untyped);
      }
    }
    this.adopt(element, inner);
  }

  private lists(element: PathElement, left: unknown, right: unknown, list: ListSchema): void {
    const before: readonly unknown[] = Array.isArray(left) ? left : [];
    const after: readonly unknown[] = Array.isArray(right) ? right : [];
    if (list.type === 'atomic' || (before.length === 0 && after.length === 0)) {
      this.leaf(element, left, right);
      return;
    }
    const ofLeft = groupedItems(list, before);
    const ofRight = groupedItems(list, after);
    const inner = new Difference();
    inner.lacksKeys = lacksKeys(ofLeft, before) || lacksKeys(ofRight, after);
    for (const [key, old] of ofLeft) inner.items(key, old, ofRight.get(key) ?? [], list.item);
    for (const [key, now] of ofRight) if (!ofLeft.has(key)) inner.items(key, [], now, list.item);
    this.adopt(element, inner);
  }

  /** Items of one key: more than one on a side are treated as a whole. */
  private items(
    element: PathElement,
    left: readonly unknown[],
    right: readonly unknown[],
    schema: FieldSchema,
  ): void {
    if (left.length <= 1 && right.length <= 1) {
      this.compare(element, left[0], right[0], schema);
    } else if (left.length >= 2 && right.length >= 2) {
      this.leaf(element, left, right);
    } else if (left.length >= 2) {
      if (right.length > 0) this.compare(element, undefined, right[0], schema);
      (this.ownRemoved ??= new FieldSet()).own(element);
    } else {
      if (left.length > 0) this.compare(element, left[0], undefined, schema);
      (this.ownAdded ??= new FieldSet()).own(element);
    }
  }

  private adopt(element: PathElement, inner: Difference): void {
    const { ownRemoved, ownModified, ownAdded } = inner;
    if (inner.lacksKeys) this.lacksKeys = true;
    if (ownRemoved !== undefined) (this.ownRemoved ??= new FieldSet()).adopt(element, ownRemoved);
    if (ownAdded !== undefined) (this.ownAdded ??= new FieldSet()).adopt(element, ownAdded);
    if (ownModified !== undefined) {
      (this.ownModified ??= new FieldSet()).adopt(element, ownModified);
    }
  }
}

/**
 * Whether a list in the value has items with something that was sent empty: upstream compares lists of Go
 * values with `reflect.DeepEqual`, which tells `[]` from nil. @upstream value/listreflect.go EqualsUsing
 */
function hasMarkedLists(value: unknown): boolean {
  if (Array.isArray(value)) return hasEmptyMarks(value);
  if (!isRecord(value)) return false;
  for (const name in value) if (hasMarkedLists(value[name])) return true;
  return false;
}

function isSameAtom(left: FieldSchema, right: FieldSchema): boolean {
  return (
    (left.map === undefined) === (right.map === undefined) &&
    (left.list === undefined) === (right.list === undefined) &&
    (left.scalar === undefined) === (right.scalar === undefined)
  );
}
