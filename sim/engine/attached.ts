/**
 * What is worked out once for an object and goes with it. A WeakMap would do, but V8's young collections
 * take the values of an old WeakMap for reachable, whatever became of their keys: a value that knows its
 * simulation then keeps all of it until everything is collected, and every run is copied twice for nothing.
 */

/** A base class that may return what it is given lets a class put private fields into any object. */
class Given {
  constructor(owner: object) {
    return owner;
  }
}

class Noted extends Given {
  /** By turns who noted something, and what. */
  readonly #notes: unknown[] = [];

  static begin(owner: object): unknown[] {
    return new Noted(owner).#notes;
  }

  static notesOf(owner: object): unknown[] | undefined {
    return #notes in owner ? (owner as Noted).#notes : undefined;
  }
}

/** One value for each owner. It must live as long as its owners may: best at the top of a file. */
export class Attached<K extends object, V> {
  /** The value of the owner; undefined when it has none. */
  get(owner: K): V | undefined {
    const notes = Noted.notesOf(owner);
    if (notes === undefined) return undefined;
    const place = this.placeIn(notes);
    // Only this one writes at its place.
    return place < notes.length ? (notes[place + 1] as V) : undefined;
  }

  /** Gives the owner this value, instead of the one that it had. */
  set(owner: K, value: V): void {
    const notes = Noted.notesOf(owner) ?? Noted.begin(owner);
    const place = this.placeIn(notes);
    notes[place] = this;
    notes[place + 1] = value;
  }

  /** The value of the owner, which is made when it has none. */
  of(owner: K, make: (owner: K) => V & ({} | null)): V {
    const known = this.get(owner);
    if (known !== undefined) return known;
    const made = make(owner);
    this.set(owner, made);
    return made;
  }

  /** Where the notes have this one, or would have it: then at their end. */
  private placeIn(notes: readonly unknown[]): number {
    let place = 0;
    while (place < notes.length && notes[place] !== this) place += 2;
    return place;
  }
}
