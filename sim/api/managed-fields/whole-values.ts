/**
 * The fields of a value of which one side of a comparison has nothing: most of what a create, or the
 * first status, writes. Objects of one template have the same ones, so equal sets are made once.
 */
import { isRecord } from '../equality.js';
import { fieldSchema, schemaFor, untyped, type FieldSchema } from './field-schema.js';
import { emptySet, FieldSet } from './field-set.js';
import { groupedItems, lacksKeys } from './list-items.js';
import { fieldElement, type PathElement } from './path-element.js';

/** The fields of a value. */
export interface Whole {
  readonly set: FieldSet;
  /** Whether an item of a list lacks its key: then upstream cannot tell the fields. */
  readonly lacksKeys: boolean;
}

const nothing: Whole = { set: emptySet, lacksKeys: false };

/** Of specs and the like, which the objects of one template share. */
const wholes = new WeakMap<object, { readonly schema: FieldSchema; readonly whole: Whole }>();

/** All paths in the value, without the one that leads to it. */
export function wholeOf(value: unknown, schema: FieldSchema): Whole {
  if (typeof value !== 'object' || value === null) return nothing;
  const known = wholes.get(value);
  if (known?.schema === schema) return known.whole;
  const whole = membersOf(value, schemaFor(schema, value));
  // What has only leaves is as quickly read again.
  if (whole.set.children.size > 0) wholes.set(value, { schema, whole });
  return whole;
}

function membersOf(value: object, { map, list }: FieldSchema): Whole {
  const making = new Making();
  if (map !== undefined && isRecord(value) && !map.isAtomic) {
    for (const name in value) {
      const item = value[name];
      if (item === undefined) continue;
      const schema = typeof item === 'object' ? fieldSchema(map, name) : undefined;
      making.add(fieldElement(name), wholeOf(item, schema ?? untyped));
    }
  } else if (list !== undefined && Array.isArray(value) && list.type !== 'atomic') {
    const groups = groupedItems(list, value);
    for (const [element, group] of groups) {
      making.add(element, group.length === 1 ? wholeOf(group[0], list.item) : nothing);
    }
    if (lacksKeys(groups, value)) making.lacksKeys = true;
  }
  return making.whole();
}

const knownMax = 8192;
const known = new Map<string, Whole>();

/** A set in the making: all of its steps are paths themselves. */
class Making {
  lacksKeys = false;
  private readonly elements: PathElement[] = [];
  private readonly children: FieldSet[] = [];
  private signature = '';

  add(element: PathElement, { set, lacksKeys }: Whole): void {
    this.elements.push(element);
    this.children.push(set);
    this.signature += `${element.length}:${element}${set.id};`;
    if (lacksKeys) this.lacksKeys = true;
  }

  /** The one set with these steps. */
  whole(): Whole {
    if (this.lacksKeys) return { set: this.set(), lacksKeys: true };
    if (this.elements.length === 0) return nothing;
    let whole = known.get(this.signature);
    if (whole === undefined) {
      if (known.size >= knownMax) known.clear();
      known.set(this.signature, (whole = { set: this.set(), lacksKeys: false }));
    }
    return whole;
  }

  private set(): FieldSet {
    const set = new FieldSet();
    for (const [index, element] of this.elements.entries()) {
      set.own(element);
      set.adopt(element, this.children[index] ?? emptySet);
    }
    return set;
  }
}
