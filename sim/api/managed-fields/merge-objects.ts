/**
 * Merges an applied object into the live one, and removes fields from an object.
 * @upstream sigs.k8s.io/structured-merge-diff typed/merge.go, remove.go
 */
import { isRecord } from '../equality.js';
import { ownField, putField } from '../own-fields.js';
import {
  fieldSchema,
  schemaFor,
  untyped,
  type FieldSchema,
  type ListSchema,
  type MapSchema,
} from './field-schema.js';
import type { FieldSet } from './field-set.js';
import { itemElement } from './list-items.js';
import { fieldElement, type PathElement } from './path-element.js';

type Json = Readonly<Record<string, unknown>>;

/** The live value with the applied one merged into it; undefined stands for nothing at all. */
export function merged(live: unknown, applied: unknown, schema: FieldSchema): unknown {
  if (applied === undefined) return live;
  const { map, scalar, list } = schemaFor(schema, applied);
  if (map !== undefined) return mergedMap(live, applied, map);
  if (scalar === undefined && list !== undefined) return mergedList(live, applied, list);
  return applied;
}

function mergedMap(live: unknown, applied: unknown, map: MapSchema): unknown {
  const before = isRecord(live) ? live : {};
  const after = isRecord(applied) ? applied : {};
  const isEmpty = Object.keys(before).length === 0 && Object.keys(after).length === 0;
  if (map.isAtomic || isEmpty) return applied;
  const result: Record<string, unknown> = { ...before };
  for (const [name, value] of Object.entries(after)) {
    const next = merged(ownField(before, name), value, fieldSchema(map, name) ?? untyped);
    if (next !== undefined) putField(result, name, next);
  }
  return result;
}

interface Indexed {
  readonly elements: readonly PathElement[];
  readonly items: ReadonlyMap<PathElement, unknown>;
}

/** The items by step; of items with one step none is known. */
function indexed(list: ListSchema, items: readonly unknown[]): Indexed {
  const elements: PathElement[] = [];
  const known = new Map<PathElement, unknown>();
  for (const item of items) {
    const element = itemElement(list, item);
    if (!element.isOk) continue;
    known.set(element.value, known.has(element.value) ? null : item);
    elements.push(element.value);
  }
  return { elements, items: known };
}

function mergedList(live: unknown, applied: unknown, list: ListSchema): unknown {
  const before: readonly unknown[] = Array.isArray(live) ? live : [];
  const after: readonly unknown[] = Array.isArray(applied) ? applied : [];
  if (list.type === 'atomic' || (before.length === 0 && after.length === 0)) return applied;
  return new ListMerge(list, before, after).run();
}

/** The result follows the applied order; items that only the live list has keep their places between. */
class ListMerge {
  private readonly left: Indexed;
  private readonly right: Indexed;
  private readonly shared: PathElement[];
  private readonly done = new Set<PathElement>();
  private readonly out: unknown[] = [];

  constructor(
    private readonly list: ListSchema,
    private readonly before: readonly unknown[],
    after: readonly unknown[],
  ) {
    this.left = indexed(list, before);
    this.right = indexed(list, after);
    this.shared = this.right.elements.filter(element => this.left.items.has(element));
  }

  run(): readonly unknown[] {
    const { left, right } = this;
    let l = 0;
    let r = 0;
    let next = this.shared.shift();
    while (l < left.elements.length || r < right.elements.length) {
      const ofLeft = left.elements[l];
      const ofRight = right.elements[r];
      if (ofLeft !== undefined && ofRight !== undefined) {
        if (ofLeft === ofRight) {
          this.take(ofRight);
          l++;
          r++;
          next = this.shared.shift();
          continue;
        }
        const isLater = right.items.has(ofLeft) && next !== undefined && next !== ofLeft;
        if (isLater) {
          l++;
          continue;
        }
      }
      if (ofLeft !== undefined) {
        if (!right.items.has(ofLeft)) {
          this.out.push(this.before[l]);
          l++;
          continue;
        }
        if (this.done.has(ofLeft)) l++;
      }
      if (ofRight !== undefined) {
        this.take(ofRight);
        r++;
        if (next === ofRight) next = this.shared.shift();
      }
    }
    return this.out;
  }

  private take(element: PathElement): void {
    this.done.add(element);
    const live = this.left.items.get(element);
    this.out.push(merged(live, this.right.items.get(element), this.list.item));
  }
}

/** The value without the fields and items of the set; undefined when nothing is left. */
export function withoutFields(value: unknown, fields: FieldSet, schema: FieldSchema): unknown {
  const { map, scalar, list } = schemaFor(schema, value);
  if (map !== undefined) return isRecord(value) ? mapWithout(value, fields, map) : undefined;
  if (scalar !== undefined) return value;
  if (list === undefined || !Array.isArray(value)) return undefined;
  return listWithout(value, fields, list);
}

/** A container that lost all it had stays as an empty one. */
function keptContainer(before: unknown, after: unknown): unknown {
  if (after !== undefined) return after;
  if (Array.isArray(before)) return [];
  return isRecord(before) ? {} : null;
}

function mapWithout(value: Json, fields: FieldSet, map: MapSchema): unknown {
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  if (entries.length === 0 || map.isAtomic) return undefined;
  const result: Record<string, unknown> = {};
  let hadMatches = false;
  for (const [name, item] of entries) {
    const element = fieldElement(name);
    if (fields.members.has(element)) continue;
    const below = fields.withPrefix(element);
    if (below.isEmpty) {
      putField(result, name, item);
      continue;
    }
    hadMatches = true;
    const inner = withoutFields(item, below, fieldSchema(map, name) ?? untyped);
    putField(result, name, keptContainer(item, inner));
  }
  return Object.keys(result).length > 0 || hadMatches ? result : undefined;
}

function listWithout(items: readonly unknown[], fields: FieldSet, list: ListSchema): unknown {
  if (items.length === 0 || list.type === 'atomic') return undefined;
  const result: unknown[] = [];
  let hadMatches = false;
  for (const item of items) {
    const element = itemElement(list, item);
    const step = element.isOk ? element.value : '';
    if (fields.members.has(step)) continue;
    const below = fields.withPrefix(step);
    if (below.isEmpty) {
      result.push(item);
      continue;
    }
    hadMatches = true;
    result.push(keptContainer(item, withoutFields(item, below, list.item)));
  }
  return result.length > 0 || hadMatches ? result : undefined;
}
