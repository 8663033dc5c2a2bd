/**
 * Sets of field paths, as trees; and their written form, fieldsV1.
 * @upstream sigs.k8s.io/structured-merge-diff fieldpath/set.go, serialize.go
 */
import { isRecord } from '../equality.js';
import { memberSchema, type FieldSchema } from './field-schema.js';
import { compareElements, fieldName, isPathElement, type PathElement } from './path-element.js';

/** A path from the object's root. */
export type FieldPath = readonly PathElement[];

const noMembers: ReadonlySet<PathElement> = new Set();
const noChildren: ReadonlyMap<PathElement, FieldSet> = new Map();
/** The sets of written forms that are known: an update reads what the one before has written. */
const setsOfWritten = new WeakMap<object, FieldSet>();

let lastId = 0;

/** A set of paths. It is built by `insert`, `own` and `adopt`, and not changed after that. */
export class FieldSet {
  private ownMembers: Set<PathElement> | undefined;
  private ownChildren: Map<PathElement, FieldSet> | undefined;
  /** Tells this set from all others. */
  readonly id = lastId++;
  private written: Readonly<Record<string, unknown>> | undefined;

  /** The steps that are paths themselves. */
  get members(): ReadonlySet<PathElement> {
    return this.ownMembers ?? noMembers;
  }

  /** The sets of longer paths, by their first step. */
  get children(): ReadonlyMap<PathElement, FieldSet> {
    return this.ownChildren ?? noChildren;
  }

  /** The set of these paths, each a list of field names. */
  static ofFields(...paths: readonly (readonly string[])[]): FieldSet {
    const set = new FieldSet();
    for (const path of paths) set.insert(path.map(name => `f:${name}`));
    return set;
  }

  /** Adds a path; its parents are not added. */
  insert(path: FieldPath): void {
    const last = path.at(-1);
    if (last === undefined) return;
    const parents = path.slice(0, -1);
    parents.reduce<FieldSet>((set, element) => set.descend(element), this).own(last);
  }

  /** Adds the path of one step. */
  own(element: PathElement): void {
    (this.ownMembers ??= new Set()).add(element);
  }

  /** Adds the paths below the step; the set is shared, not copied. */
  adopt(element: PathElement, child: FieldSet): void {
    if (child.isEmpty) return;
    const known = this.ownChildren?.get(element);
    (this.ownChildren ??= new Map()).set(element, known === undefined ? child : known.union(child));
  }

  private descend(element: PathElement): FieldSet {
    this.ownChildren ??= new Map();
    let child = this.ownChildren.get(element);
    if (child === undefined) {
      child = new FieldSet();
      this.ownChildren.set(element, child);
    }
    return child;
  }

  get isEmpty(): boolean {
    if (this.members.size > 0) return false;
    for (const child of this.children.values()) if (!child.isEmpty) return false;
    return true;
  }

  has(path: FieldPath): boolean {
    const last = path.at(-1);
    const parents = path.slice(0, -1);
    const set = parents.reduce<FieldSet>((parent, step) => parent.withPrefix(step), this);
    return last !== undefined && set.members.has(last);
  }

  /** The paths below the step, without it. */
  withPrefix(element: PathElement): FieldSet {
    return this.children.get(element) ?? emptySet;
  }

  union(other: FieldSet): FieldSet {
    const result = new FieldSet();
    for (const member of this.members) result.own(member);
    for (const member of other.members) result.own(member);
    for (const [element, child] of this.children) {
      const twin = other.children.get(element);
      result.adopt(element, twin === undefined ? child : child.union(twin));
    }
    for (const [element, child] of other.children) {
      if (!this.children.has(element)) result.adopt(element, child);
    }
    return result;
  }

  intersection(other: FieldSet): FieldSet {
    const result = new FieldSet();
    for (const member of this.members) if (other.members.has(member)) result.own(member);
    for (const [element, child] of this.children) {
      const twin = other.children.get(element);
      if (twin !== undefined) result.adopt(element, child.intersection(twin));
    }
    return result;
  }

  /** The paths that the other set does not have; what lies below its paths stays. */
  difference(other: FieldSet): FieldSet {
    const result = new FieldSet();
    for (const member of this.members) if (!other.members.has(member)) result.own(member);
    for (const [element, child] of this.children) {
      const twin = other.children.get(element);
      result.adopt(element, twin === undefined ? child : child.difference(twin));
    }
    return result;
  }

  /** The paths that the other set does not have and that do not lie below one of its paths. */
  recursiveDifference(other: FieldSet): FieldSet {
    const result = new FieldSet();
    for (const member of this.members) if (!other.members.has(member)) result.own(member);
    for (const [element, child] of this.children) {
      if (other.members.has(element)) continue;
      const twin = other.children.get(element);
      result.adopt(element, twin === undefined ? child : child.recursiveDifference(twin));
    }
    return result;
  }

  /** The set with the declared fields on the way to its paths. */
  withNamedFields(schema: FieldSchema): FieldSet {
    const result = new FieldSet();
    for (const member of this.members) result.own(member);
    for (const [element, child] of this.children) {
      const name = fieldName(element);
      if (name !== undefined && schema.map?.field(name) !== undefined) result.own(element);
      const inner = memberSchema(schema, element);
      result.adopt(element, inner === undefined ? child : child.withNamedFields(inner));
    }
    return result;
  }

  /** All paths: at each level the members first, then what lies below. */
  *paths(prefix: FieldPath = []): Generator<FieldPath> {
    for (const member of [...this.members].toSorted(compareElements)) yield [...prefix, member];
    for (const element of [...this.children.keys()].toSorted(compareElements)) {
      yield* this.withPrefix(element).paths([...prefix, element]);
    }
  }

  /** The written form: fieldsV1. It is made once; sets that share a part share its written form. */
  encoded(): Readonly<Record<string, unknown>> {
    if (this.written === undefined) setsOfWritten.set(this.encodedPart(), this);
    return this.encodedPart();
  }

  private encodedPart(): Readonly<Record<string, unknown>> {
    return (this.written ??= this.encode());
  }

  private encode(): Readonly<Record<string, unknown>> {
    const result: Record<string, unknown> = {};
    const elements = [...this.members];
    for (const element of this.children.keys()) {
      if (!this.members.has(element)) elements.push(element);
    }
    for (const element of elements.sort(compareElements)) {
      const child = this.children.get(element);
      const isBranch = child !== undefined && !child.isEmpty;
      if (!isBranch && !this.members.has(element)) continue;
      const inner = isBranch ? child.encodedPart() : nothing;
      const isBoth = isBranch && this.members.has(element);
      result[element] = isBoth ? Object.assign({ '.': nothing }, inner) : inner;
    }
    return result;
  }

  /** Reads the written form; undefined when it is none. */
  static decoded(fields: unknown): FieldSet | undefined {
    if (!isRecord(fields)) return undefined;
    const known = setsOfWritten.get(fields);
    if (known !== undefined) return known;
    const set = new FieldSet();
    return set.fill(fields) ? set : undefined;
  }

  private fill(fields: unknown): boolean {
    if (!isRecord(fields)) return false;
    for (const [element, value] of Object.entries(fields)) {
      if (element === '.') continue;
      if (!isPathElement(element) || !isRecord(value)) return false;
      const keys = Object.keys(value);
      if (keys.length === 0 || '.' in value) this.own(element);
      if (keys.some(key => key !== '.') && !this.descend(element).fill(value)) return false;
    }
    return true;
  }
}

const nothing: Readonly<Record<string, unknown>> = {};

/** The set without paths; never to be changed. */
export const emptySet = new FieldSet();
