/** Maps and sets that are made when something is put into them: each node has dozens, most of which stay empty. */

/** A map that takes no room until it holds something. */
export class LateMap<K, V> implements Iterable<readonly [K, V]> {
  private entries: Map<K, V> | undefined;

  get size(): number {
    return this.entries?.size ?? 0;
  }

  get(key: K): V | undefined {
    return this.entries?.get(key);
  }

  has(key: K): boolean {
    return this.entries?.has(key) ?? false;
  }

  set(key: K, value: V): this {
    (this.entries ??= new Map<K, V>()).set(key, value);
    return this;
  }

  delete(key: K): boolean {
    return this.entries?.delete(key) ?? false;
  }

  clear(): void {
    this.entries?.clear();
  }

  keys(): Iterable<K> {
    return this.entries?.keys() ?? nothing;
  }

  values(): Iterable<V> {
    return this.entries?.values() ?? nothing;
  }

  [Symbol.iterator](): Iterator<readonly [K, V]> {
    return (this.entries ?? noEntries)[Symbol.iterator]();
  }
}

/** A set that takes no room until it holds something. */
export class LateSet<T> implements Iterable<T> {
  private items: Set<T> | undefined;

  get size(): number {
    return this.items?.size ?? 0;
  }

  has(item: T): boolean {
    return this.items?.has(item) ?? false;
  }

  add(item: T): this {
    (this.items ??= new Set<T>()).add(item);
    return this;
  }

  delete(item: T): boolean {
    return this.items?.delete(item) ?? false;
  }

  clear(): void {
    this.items?.clear();
  }

  [Symbol.iterator](): Iterator<T> {
    return (this.items ?? nothing)[Symbol.iterator]();
  }
}

const nothing: readonly never[] = [];
const noEntries: Iterable<never> = nothing;
