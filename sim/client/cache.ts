/** The cache of an informer: objects by key and by index, in the order of their keys. @upstream client-go/tools/cache/thread_safe_store.go */
import type { HasMetadata } from '../api/object.js';

/** An object in the cache, under all the lists that it stands in. */
interface Entry<T> {
  readonly key: string;
  object: T;
  /** What each index function gave for the object, in the order of the indexes. */
  values: (readonly string[])[];
  lists: readonly SortedObjects<T>[];
}

/** Objects in the order of their keys. A list that was handed out never changes. */
class SortedObjects<T> {
  private entries: Entry<T>[] = [];
  private objects: readonly T[] | undefined;

  list(): readonly T[] {
    return (this.objects ??= this.entries.map(objectOf));
  }

  add(entry: Entry<T>): void {
    const index = this.indexOf(entry.key);
    if (this.entries[index] === entry) return;
    // What grows from nothing gets room for many, and most lists have one.
    if (this.entries.length === 0) this.entries = [entry];
    else if (index === this.entries.length) this.entries.push(entry);
    else this.entries.splice(index, 0, entry);
    entry.lists = withOneMore(entry.lists, this);
    this.objects = undefined;
  }

  delete(entry: Entry<T>): void {
    const index = this.indexOf(entry.key);
    if (this.entries[index] !== entry) return;
    this.entries.splice(index, 1);
    entry.lists = entry.lists.filter(list => list !== this);
    this.objects = undefined;
  }

  /** The object of one of the entries is another one now. */
  changed(): void {
    this.objects = undefined;
  }

  get size(): number {
    return this.entries.length;
  }

  private indexOf(key: string): number {
    const { entries } = this;
    let low = 0;
    let high = entries.length;
    if (high > 0 && (entries[high - 1] as Entry<T>).key < key) return high;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((entries[middle] as Entry<T>).key < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** A list that grows from nothing has room for many: an entry stands in two or three. */
function withOneMore<T>(lists: readonly T[], one: T): readonly T[] {
  const [first, second] = lists;
  if (first === undefined) return [one];
  if (second === undefined) return [first, one];
  return lists.length === 2 ? [first, second, one] : lists.concat(one);
}

function objectOf<T>({ object }: Entry<T>): T {
  return object;
}

/** Gives the keys under which an object is found. */
export type IndexFunction<T> = (object: T) => readonly string[];

interface Index<T> {
  readonly name: string;
  readonly keysOf: IndexFunction<T>;
  /** Made when there is something in it. */
  buckets: Map<string, SortedObjects<T>> | undefined;
}

function newIndex<T>(name: string, keysOf: IndexFunction<T>): Index<T> {
  return { name, keysOf, buckets: undefined };
}

function bucketOf<T>(index: Index<T>, value: string): SortedObjects<T> {
  return bucket((index.buckets ??= new Map()), value);
}

const nothing: readonly never[] = [];

/** The objects of one informer. */
export class Cache<T extends HasMetadata> {
  /** By namespace and then by name: a key of both would be made and hashed at each look. */
  private readonly byName = new Map<string, Map<string, Entry<T>>>();
  private readonly all = new SortedObjects<T>();
  private namespaces: Map<string, SortedObjects<T>> | undefined;
  /** There are few: each kubelet has caches, so they take no more room than they need. */
  private indexes: readonly Index<T>[] = [newIndex<T>('owner', ownerIndex)];

  /** Adds an index; the objects that are there already are indexed at once. */
  addIndex(name: string, keysOf: IndexFunction<T>): void {
    if (this.index(name) !== undefined) return;
    const index = newIndex<T>(name, keysOf);
    this.indexes = this.indexes.concat(index);
    for (const entry of this.entries()) {
      const values = keysOf(entry.object);
      entry.values = entry.values.concat([values]);
      for (const value of values) bucketOf(index, value).add(entry);
    }
  }

  private index(name: string): Index<T> | undefined {
    for (const index of this.indexes) if (index.name === name) return index;
    return undefined;
  }

  get(namespace: string, name: string): T | undefined {
    return this.byName.get(namespace)?.get(name)?.object;
  }

  /** How many objects there are. */
  get size(): number {
    return this.all.size;
  }

  list(namespace?: string): readonly T[] {
    if (namespace === undefined) return this.all.list();
    return this.namespaces?.get(namespace)?.list() ?? nothing;
  }

  byIndex(name: string, value: string): readonly T[] | undefined {
    const index = this.index(name);
    return index === undefined ? undefined : (index.buckets?.get(value)?.list() ?? nothing);
  }

  /** Stores the object; returns the one that it replaces. */
  set(object: T): T | undefined {
    const { namespace = '', name = '' } = object.metadata;
    const entry = this.byName.get(namespace)?.get(name);
    if (entry === undefined) {
      this.add(object);
      return undefined;
    }
    const old = entry.object;
    entry.object = object;
    const { lists } = entry;
    for (let place = 0; place < lists.length; place++) lists[place]?.changed();
    for (let place = 0; place < this.indexes.length; place++) {
      const index = this.indexes[place] as Index<T>;
      const before = entry.values[place] ?? nothing;
      const values = index.keysOf(object);
      if (isSame(values, before)) continue;
      for (const value of before) {
        if (!values.includes(value)) drop(index.buckets, value, entry);
      }
      for (const value of values) bucketOf(index, value).add(entry);
      entry.values[place] = values;
    }
    return old;
  }

  /** Removes the object of this key; returns it. */
  delete(key: string): T | undefined {
    const slash = key.indexOf('/');
    const namespace = key.slice(0, slash);
    const names = this.byName.get(namespace);
    const entry = names?.get(key.slice(slash + 1));
    if (names === undefined || entry === undefined) return undefined;
    names.delete(key.slice(slash + 1));
    if (names.size === 0) this.byName.delete(namespace);
    this.all.delete(entry);
    drop(this.namespaces, namespace, entry);
    this.indexes.forEach(({ buckets }, place) => {
      for (const value of entry.values[place] ?? nothing) drop(buckets, value, entry);
    });
    return entry.object;
  }

  /** The keys of all objects, in no order that may be relied on. */
  *keys(): Iterable<string> {
    for (const { key } of this.entries()) yield key;
  }

  private *entries(): Iterable<Entry<T>> {
    for (const names of this.byName.values()) yield* names.values();
  }

  private add(object: T): void {
    const { namespace = '', name = '' } = object.metadata;
    const key = `${namespace}/${name}`;
    const values = this.indexes.map(({ keysOf }) => keysOf(object));
    const entry: Entry<T> = { key, object, values, lists: [] };
    let names = this.byName.get(namespace);
    if (names === undefined) this.byName.set(namespace, (names = new Map()));
    names.set(name, entry);
    this.all.add(entry);
    bucket((this.namespaces ??= new Map()), namespace).add(entry);
    this.indexes.forEach((index, place) => {
      for (const value of values[place] ?? nothing) bucketOf(index, value).add(entry);
    });
  }
}

/** Whether an index gives the same keys as before. */
function isSame(values: readonly string[], before: readonly string[]): boolean {
  if (values === before) return true;
  if (values.length !== before.length) return false;
  for (let index = 0; index < values.length; index++) {
    if (values[index] !== before[index]) return false;
  }
  return true;
}

/** `namespace/name`, also for cluster-scoped objects, whose namespace is empty. */
export function cacheKey(object: HasMetadata): string {
  return `${object.metadata.namespace ?? ''}/${object.metadata.name ?? ''}`;
}

function ownerIndex(object: HasMetadata): readonly string[] {
  const owners = object.metadata.ownerReferences;
  if (owners === undefined) return nothing;
  for (const { controller, uid } of owners) if (controller === true) return [uid];
  return nothing;
}

function bucket<T>(index: Map<string, SortedObjects<T>>, value: string): SortedObjects<T> {
  let found = index.get(value);
  if (found === undefined) index.set(value, (found = new SortedObjects<T>()));
  return found;
}

function drop<T>(
  index: Map<string, SortedObjects<T>> | undefined,
  value: string,
  entry: Entry<T>,
): void {
  const objects = index?.get(value);
  objects?.delete(entry);
  if (objects?.size === 0) index?.delete(value);
}
