/** A set of UUIDs in 32 bytes each, exact: a log of a gigabyte has a million of them. */

const uuid = /^([0-9a-f]{8})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{4})([0-9a-f]{8})$/;
/** Words of a UUID. */
const width = 4;

/** UUIDs that were seen; other texts are kept as they are. */
export class IdSet {
  private slots = new Uint32Array(1024 * width);
  private size = 0;
  private readonly others = new Set<string>();

  /** Adds an id; false when it was there. */
  add(id: string): boolean {
    const found = uuid.exec(id);
    const words = found === null ? undefined : wordsOf(found);
    // All zeros mark a free slot.
    if (words === undefined || words.every(word => word === 0)) {
      if (this.others.has(id)) return false;
      this.others.add(id);
      return true;
    }
    // Three quarters full at most: then a free slot is near.
    if (this.size * width * 4 >= this.slots.length * 3) this.grow();
    if (!insert(this.slots, words)) return false;
    this.size += 1;
    return true;
  }

  has(id: string): boolean {
    const found = uuid.exec(id);
    const words = found === null ? undefined : wordsOf(found);
    if (words === undefined || words.every(word => word === 0)) return this.others.has(id);
    return slotOf(this.slots, words).isThere;
  }

  private grow(): void {
    const larger = new Uint32Array(this.slots.length * 2);
    for (let at = 0; at < this.slots.length; at += width) {
      const words = this.slots.subarray(at, at + width);
      if (words.some(word => word !== 0)) insert(larger, words);
    }
    this.slots = larger;
  }
}

function wordsOf(found: RegExpExecArray): number[] {
  const [, first = '', second = '', third = '', fourth = '', fifth = '', sixth = ''] = found;
  return [first, second + third, fourth + fifth, sixth].map(text => Number.parseInt(text, 16));
}

/** Puts the words into the first free slot from their own on; false when they are there. */
function insert(slots: Uint32Array, words: ArrayLike<number>): boolean {
  const { at, isThere } = slotOf(slots, words);
  if (isThere) return false;
  for (let index = 0; index < width; index++) slots[at + index] = words[index] ?? 0;
  return true;
}

/** Where the words are, or the first free slot from their own on. */
function slotOf(
  slots: Uint32Array,
  words: ArrayLike<number>,
): { readonly at: number; readonly isThere: boolean } {
  const count = slots.length / width;
  let hash = 0x9e3779b9;
  for (let index = 0; index < width; index++) {
    hash = Math.imul(hash ^ (words[index] ?? 0), 0x85ebca6b);
    hash ^= hash >>> 15;
  }
  for (let slot = (hash >>> 0) % count; ; slot = (slot + 1) % count) {
    const at = slot * width;
    let isFree = true;
    let isSame = true;
    for (let index = 0; index < width; index++) {
      if (slots[at + index] !== 0) isFree = false;
      if (slots[at + index] !== words[index]) isSame = false;
    }
    if (isSame || isFree) return { at, isThere: isSame };
  }
}
