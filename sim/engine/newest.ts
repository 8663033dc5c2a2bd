/** Maps and sets in the order in which their keys were noted last: the oldest are the first to be forgotten. */

/** Notes a value as the newest, instead of the one that its key had. */
export function noteNewest<K, V>(known: Map<K, V>, key: K, value: V): void {
  known.delete(key);
  known.set(key, value);
}

/** Forgets values from the oldest on, as long as they are over. */
export function forgetOver<K, V>(known: Map<K, V>, isOver: (value: V) => boolean): void {
  for (const [key, value] of known) {
    if (!isOver(value)) return;
    known.delete(key);
  }
}

/** Forgets the oldest keys of more than there may be. */
export function forgetBeyond<K>(known: Map<K, unknown> | Set<K>, keptMax: number): void {
  for (const key of known.keys()) {
    if (known.size <= keptMax) return;
    known.delete(key);
  }
}
