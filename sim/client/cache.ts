/** The cache of an informer: objects by key and by index, in the order of their keys. @upstream client-go/tools/cache/thread_safe_store.go */
import type { HasMetadata } from '../api/object.js';

/** Objects in the order of their keys. A list that was handed out never changes. */
class SortedObjects<T> {
  private keys: string[] = [];
  private objects: T[] = [];
  private isShared = false;

  list(): readonly T[] {
    this.isShared = true;
    return this.objects;
  }

  set(key: string, object: T): void {
    this.own();
    const index = this.indexOf(key);
    if (this.keys[index] === key) this.objects[index] = object;
    else {
      this.keys.splice(index, 0, key);
      this.objects.splice(index, 0, object);
    }
  }

  delete(key: string): void {
    const index = this.indexOf(key);
    if (this.keys[index] !== key) return;
    this.own();
    this.keys.splice(index, 1);
    this.objects.splice(index, 1);
  }

  get size(): number {
    return this.keys.length;
  }

  private own(): void {
    if (!this.isShared) return;
    this.objects = this.objects.slice();
    this.isShared = false;
  }

  private indexOf(key: string): number {
    const { keys } = this;
    let low = 0;
    let high = keys.length;
    if (high > 0 && (keys[high - 1] as string) < key) return high;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((keys[middle] as string) < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** Gives the keys under which an object is found. */
export type IndexFunction<T> = (object: T) => readonly string[];

interface Index<T> {
  readonly keysOf: IndexFunction<T>;
  readonly buckets: Map<string, SortedObjects<T>>;
}

const nothing: readonly never[] = [];

/** The objects of one informer. */
export class Cache<T extends HasMetadata> {
  private readonly byKey = new Map<string, T>();
  private readonly all = new SortedObjects<T>();
  private readonly namespaces = new Map<string, SortedObjects<T>>();
  private readonly indexes = new Map<string, Index<T>>();
  /** The same, to go through them at each change. */
  private readonly indexList: Index<T>[] = [];

  constructor() {
    this.addIndex('owner', ownerIndex);
  }

  /** Adds an index; the objects that are there already are indexed at once. */
  addIndex(name: string, keysOf: IndexFunction<T>): void {
    if (this.indexes.has(name)) return;
    const buckets = new Map<string, SortedObjects<T>>();
    const index: Index<T> = { keysOf, buckets };
    this.indexes.set(name, index);
    this.indexList.push(index);
    for (const [key, object] of this.byKey) {
      for (const value of keysOf(object)) bucket(buckets, value).set(key, object);
    }
  }

  get(namespace: string, name: string): T | undefined {
    return this.byKey.get(`${namespace}/${name}`);
  }

  list(namespace?: string): readonly T[] {
    if (namespace === undefined) return this.all.list();
    return this.namespaces.get(namespace)?.list() ?? nothing;
  }

  byIndex(name: string, value: string): readonly T[] | undefined {
    const index = this.indexes.get(name);
    return index === undefined ? undefined : (index.buckets.get(value)?.list() ?? nothing);
  }

  /** Stores the object; returns the one that it replaces. */
  set(object: T): T | undefined {
    const key = cacheKey(object);
    const old = this.byKey.get(key);
    this.byKey.set(key, object);
    this.all.set(key, object);
    bucket(this.namespaces, object.metadata.namespace ?? '').set(key, object);
    for (const { keysOf, buckets } of this.indexList) {
      const values = keysOf(object);
      if (old !== undefined) {
        for (const value of keysOf(old)) if (!values.includes(value)) drop(buckets, value, key);
      }
      for (const value of values) bucket(buckets, value).set(key, object);
    }
    return old;
  }

  /** Removes the object of this key; returns it. */
  delete(key: string): T | undefined {
    const old = this.byKey.get(key);
    if (old === undefined) return undefined;
    this.byKey.delete(key);
    this.all.delete(key);
    drop(this.namespaces, old.metadata.namespace ?? '', key);
    for (const { keysOf, buckets } of this.indexList) {
      for (const value of keysOf(old)) drop(buckets, value, key);
    }
    return old;
  }

  /** The keys of all objects, in no order that may be relied on. */
  keys(): Iterable<string> {
    return this.byKey.keys();
  }
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

function drop<T>(index: Map<string, SortedObjects<T>>, value: string, key: string): void {
  const objects = index.get(value);
  objects?.delete(key);
  if (objects?.size === 0) index.delete(value);
}
