/** A stable binary heap: what the event loop and the delaying queues order their entries with. */

/** A priority queue whose order is given by `isBefore`, which must be a strict total order. */
export class Heap<T> {
  private readonly items: T[] = [];

  constructor(private readonly isBefore: (a: T, b: T) => boolean) {}

  get size(): number {
    return this.items.length;
  }

  /** The first item, left in place. */
  peek(): T | undefined {
    return this.items[0];
  }

  push(item: T): void {
    const { items, isBefore } = this;
    let index = items.length;
    items.push(item);
    while (index > 0) {
      const parentIndex = (index - 1) >> 1;
      const parent = items[parentIndex] as T;
      if (!isBefore(item, parent)) break;
      items[index] = parent;
      index = parentIndex;
    }
    items[index] = item;
  }

  /** Takes the first item out. */
  pop(): T | undefined {
    const { items, isBefore } = this;
    const first = items[0];
    const last = items.pop();
    if (items.length === 0 || last === undefined) return first;
    const half = items.length >> 1;
    let index = 0;
    while (index < half) {
      let childIndex = index * 2 + 1;
      let child = items[childIndex] as T;
      const rightIndex = childIndex + 1;
      if (rightIndex < items.length && isBefore(items[rightIndex] as T, child)) {
        childIndex = rightIndex;
        child = items[childIndex] as T;
      }
      if (!isBefore(child, last)) break;
      items[index] = child;
      index = childIndex;
    }
    items[index] = last;
    return first;
  }
}
