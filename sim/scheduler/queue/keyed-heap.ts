/** A heap whose items can be found, moved and taken out by their key. @upstream pkg/scheduler/backend/heap */

interface Entry<T> {
  readonly key: string;
  readonly item: T;
  readonly sequence: number;
  index: number;
}

/** Items in the order of `isBefore`; equal ones in the order in which they came. */
export class KeyedHeap<T> {
  private readonly entries: Entry<T>[] = [];
  private readonly byKey = new Map<string, Entry<T>>();
  private sequence = 0;

  constructor(private readonly isBefore: (a: T, b: T) => boolean) {}

  get size(): number {
    return this.entries.length;
  }

  get(key: string): T | undefined {
    return this.byKey.get(key)?.item;
  }

  has(key: string): boolean {
    return this.byKey.has(key);
  }

  /** Adds the item, or puts it in the place of the one with its key. */
  set(key: string, item: T): void {
    const known = this.byKey.get(key);
    const index = known?.index ?? this.entries.length;
    const entry = { key, item, sequence: known?.sequence ?? this.sequence++, index };
    this.byKey.set(key, entry);
    this.entries[index] = entry;
    this.settle(entry);
  }

  peek(): T | undefined {
    return this.entries[0]?.item;
  }

  pop(): T | undefined {
    const [first] = this.entries;
    if (first !== undefined) this.delete(first.key);
    return first?.item;
  }

  /** Takes the item out; returns whether there was one. */
  delete(key: string): boolean {
    const entry = this.byKey.get(key);
    if (entry === undefined) return false;
    this.byKey.delete(key);
    const last = this.entries.pop();
    if (last !== undefined && last !== entry) {
      last.index = entry.index;
      this.entries[entry.index] = last;
      this.settle(last);
    }
    return true;
  }

  /** The items in no particular order. */
  values(): readonly T[] {
    return this.entries.map(({ item }) => item);
  }

  private settle(entry: Entry<T>): void {
    while (entry.index > 0) {
      const parent = this.entries[(entry.index - 1) >> 1];
      if (parent === undefined || !this.comesFirst(entry, parent)) break;
      this.swap(entry, parent);
    }
    for (;;) {
      const child = this.firstChild(entry.index);
      if (child === undefined || !this.comesFirst(child, entry)) return;
      this.swap(entry, child);
    }
  }

  private firstChild(index: number): Entry<T> | undefined {
    const left = this.entries[2 * index + 1];
    const right = this.entries[2 * index + 2];
    return left !== undefined && right !== undefined && this.comesFirst(right, left) ? right : left;
  }

  private comesFirst(a: Entry<T>, b: Entry<T>): boolean {
    if (this.isBefore(a.item, b.item)) return true;
    return !this.isBefore(b.item, a.item) && a.sequence < b.sequence;
  }

  private swap(a: Entry<T>, b: Entry<T>): void {
    [a.index, b.index] = [b.index, a.index];
    this.entries[a.index] = a;
    this.entries[b.index] = b;
  }
}
