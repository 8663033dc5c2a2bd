/**
 * The fields of a value of which one side of a comparison has nothing: most of what a create, or the
 * first status, writes. Objects of one template have the same ones, so equal sets are made once.
 */
import { isRecord } from '../equality.js';
import { fieldSchema, schemaFor, untyped, type FieldSchema } from './field-schema.js';
import { emptySet, FieldSet } from './field-set.js';
import { groupedItems } from './list-items.js';
import { fieldElement, type PathElement } from './path-element.js';

interface Whole {
  readonly schema: FieldSchema;
  readonly set: FieldSet;
}

/** Of specs and the like, which the objects of one template share. */
const wholes = new WeakMap<object, Whole>();

/** All paths in the value, without the one that leads to it. */
export function wholeOf(value: unknown, schema: FieldSchema): FieldSet {
  if (typeof value !== 'object' || value === null) return emptySet;
  const known = wholes.get(value);
  if (known?.schema === schema) return known.set;
  const set = membersOf(value, schemaFor(schema, value));
  // What has only leaves is as quickly read again.
  if (set.children.size > 0) wholes.set(value, { schema, set });
  return set;
}

function membersOf(value: object, { map, list }: FieldSchema): FieldSet {
  const whole = new WholeSet();
  if (map !== undefined && isRecord(value) && !map.isAtomic) {
    for (const name in value) {
      const item = value[name];
      if (item === undefined) continue;
      const schema = typeof item === 'object' ? fieldSchema(map, name) : undefined;
      whole.add(fieldElement(name), wholeOf(item, schema ?? untyped));
    }
  } else if (list !== undefined && Array.isArray(value) && list.type !== 'atomic') {
    for (const [element, group] of groupedItems(list, value)) {
      whole.add(element, group.length === 1 ? wholeOf(group[0], list.item) : emptySet);
    }
  }
  return whole.set();
}

const knownMax = 8192;
const known = new Map<string, FieldSet>();

/** A set in the making: all of its steps are paths themselves. */
class WholeSet {
  private readonly elements: PathElement[] = [];
  private readonly children: FieldSet[] = [];
  private signature = '';

  add(element: PathElement, child: FieldSet): void {
    this.elements.push(element);
    this.children.push(child);
    this.signature += `${element.length}:${element}${child.id};`;
  }

  /** The one set with these steps. */
  set(): FieldSet {
    if (this.elements.length === 0) return emptySet;
    const twin = known.get(this.signature);
    if (twin !== undefined) return twin;
    const set = new FieldSet();
    for (const [index, element] of this.elements.entries()) {
      set.own(element);
      set.adopt(element, this.children[index] ?? emptySet);
    }
    if (known.size >= knownMax) known.clear();
    known.set(this.signature, set);
    return set;
  }
}
