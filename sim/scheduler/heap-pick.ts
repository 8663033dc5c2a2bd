/** The winner among nodes as Go's container/heap finds it: ties depend on the order of visiting. */

/** The index of the total that ends at the root of a max-heap that is built from the middle down. */
export function heapPick(totals: readonly number[]): number {
  const order = totals.map((_, index) => index);
  const isBefore = (left: number, right: number) =>
    (totals[order[left] ?? -1] ?? 0) > (totals[order[right] ?? -1] ?? 0);
  for (let start = (order.length >> 1) - 1; start >= 0; start--) {
    let parent = start;
    for (;;) {
      let child = 2 * parent + 1;
      if (child >= order.length) break;
      if (child + 1 < order.length && isBefore(child + 1, child)) child++;
      if (!isBefore(child, parent)) break;
      const moved = order[parent] ?? 0;
      order[parent] = order[child] ?? 0;
      order[child] = moved;
      parent = child;
    }
  }
  return order[0] ?? -1;
}
