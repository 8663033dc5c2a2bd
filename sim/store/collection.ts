/** The objects of one resource, in the order of their keys, with their history. */
import { SortedTree } from './sorted-tree.js';
import type { Stored, StoreEvent } from './stored.js';
import { Watchers, type Indexes } from './watchers.js';

/** `namespace/name`, or the name alone for cluster-scoped objects. */
export function storageKey(namespace: string, name: string): string {
  return namespace === '' ? name : `${namespace}/${name}`;
}

interface Slot<Beside> {
  stored: Stored<Beside>;
}

type SlotTree<Beside> = InstanceType<typeof SortedTree<string, Slot<Beside>>>;

/** A page of objects, in the order of their keys. */
export interface Page<Beside> {
  readonly items: readonly Stored<Beside>[];
  /** The last key of the page, when more follow. */
  readonly next?: string;
}

/** Which keys are wanted. */
export interface KeyRange {
  /** '' for all namespaces. */
  readonly namespace?: string;
  /** Only keys after this one. */
  readonly after?: string;
}

/** So many events outlive a compaction, as a watch cache keeps some. */
const eventsKeptMax = 1000;
/** For so long a watch cache keeps every event. @upstream storage/cacher/watch_cache.go eventFreshDuration */
const eventFreshMs = 75_000;
/** So many events are kept whatever their age. */
const renewalsKeptMin = 100;
/** When so many times as many are there as had to be kept, old ones are forgotten. */
const renewalsSlack = 1.25;
/** Beyond twice what is there, so many keys wait at most for their place in the order. */
const unorderedSlack = 1000;

/** The revision at which any of several collections changed last: one number to compare instead of many. */
export interface LastChange {
  revision: number;
}

/** How a collection keeps its objects. */
export interface CollectionOptions {
  /** Values by which watchers are found. */
  readonly indexes?: Indexes;
  /** Whether a watch cache stands before etcd: not for events. Default true. */
  readonly isCached?: boolean;
  /**
   * Whether versions that were replaced are remembered until a compaction. Default true. Leases are
   * renewed for as long as a cluster lives and nobody reads old ones: of them only the newest changes
   * are kept, as if the others had been compacted.
   */
  readonly keepsHistory?: boolean;
}

/** The objects of one resource. Only the store writes to it. */
export class Collection<Beside> {
  readonly watchers: Watchers<Beside>;
  /** What happened since the last compaction, in the order of revisions. */
  private events: StoreEvent<Beside>[] = [];
  private readonly slots = new Map<string, Slot<Beside>>();
  private readonly tree = new SortedTree<string, Slot<Beside>>(undefined, compareKeys);
  /** Keys that came since the objects were last looked at in order: of most kinds that happens seldom. */
  private unordered: string[] = [];
  private changedAt = 0;
  private readonly noted: LastChange[] = [];
  /** Events up to this revision are not known here. */
  private knownAfter = 0;
  private compactedAt = 0;
  /** So many events are a reason to forget some, if any may be. */
  private eventsMax = renewalsSlack * renewalsKeptMin;
  private readonly isCached: boolean;
  /** See the option. */
  readonly keepsHistory: boolean;

  constructor(
    readonly resource: string,
    { indexes = {}, isCached = true, keepsHistory = true }: CollectionOptions = {},
  ) {
    this.watchers = new Watchers(indexes);
    this.isCached = isCached;
    this.keepsHistory = keepsHistory;
  }

  get size(): number {
    return this.slots.size;
  }

  /** The revision after which all events are known: a watch may begin there or later. */
  get watchableFrom(): number {
    return this.knownAfter;
  }

  /** Whether a watch may begin at the revision. */
  isWatchableFrom(revision: number): boolean {
    return revision >= this.knownAfter;
  }

  /** Whether the objects are known as they were at the revision. */
  isKeptAt(revision: number): boolean {
    return revision >= this.knownAfter || revision >= this.compactedAt;
  }

  /** The revision of the last change of any of the objects. */
  get lastChange(): number {
    return this.changedAt;
  }

  /** From now on changes are noted there too. */
  noteChangesIn(lastChange: LastChange): void {
    this.noted.push(lastChange);
    if (this.changedAt > lastChange.revision) lastChange.revision = this.changedAt;
  }

  get(key: string): Stored<Beside> | undefined {
    return this.slots.get(key)?.stored;
  }

  /** The objects as they are now. */
  list(range: KeyRange = {}): Stored<Beside>[] {
    const items: Stored<Beside>[] = [];
    this.scan(range, stored => void items.push(stored));
    return items;
  }

  /** Visits the objects as they are now, in the order of their keys, until the visitor returns false. */
  scan({ namespace = '', after }: KeyRange, visit: (stored: Stored<Beside>) => unknown): void {
    const [low, high] = boundsOf(namespace, after);
    this.ordered().forRange(low, high, false, (key, slot) => {
      if (key === after) return undefined;
      return visit(slot.stored) === false ? { break: true } : undefined;
    });
  }

  /** Visits the objects as they are now, in no order that may be relied on. */
  each(visit: (stored: Stored<Beside>) => void): void {
    for (const { stored } of this.slots.values()) visit(stored);
  }

  /** The objects as they were at the revision: what came later is taken back. */
  listAt(revision: number, range: KeyRange = {}): Stored<Beside>[] {
    if (this.changedAt <= revision) return this.list(range);
    const taken = this.takenBack(revision);
    const items = this.list(range).flatMap(stored => {
      if (!taken.has(stored.key)) return [stored];
      const before = taken.get(stored.key);
      taken.delete(stored.key);
      return before === undefined ? [] : [before];
    });
    const [low, high] = boundsOf(range.namespace ?? '', range.after);
    const gone = [...taken.values()].filter(
      (stored): stored is Stored<Beside> =>
        stored !== undefined &&
        stored.key >= low &&
        stored.key < high &&
        stored.key !== range.after,
    );
    if (gone.length === 0) return items;
    return [...items, ...gone].sort((a, b) => compareKeys(a.key, b.key));
  }

  /** For each key that changed after the revision: what it was at the revision. */
  private takenBack(revision: number): Map<string, Stored<Beside> | undefined> {
    const taken = new Map<string, Stored<Beside> | undefined>();
    for (let index = this.events.length - 1; index >= 0; index--) {
      const event = this.events[index] as StoreEvent<Beside>;
      if (event.revision <= revision) break;
      taken.set(event.current.key, event.previous);
    }
    return taken;
  }

  /** The events after the revision, in order. */
  eventsAfter(revision: number): readonly StoreEvent<Beside>[] {
    const first = firstAfter(this.events, revision);
    return first === this.events.length ? [] : this.events.slice(first);
  }

  /** From now on watches begin at this revision at the earliest, as when a watch cache is filled. */
  beginAt(revision: number): void {
    this.knownAfter = revision;
  }

  /** What etcd forgets, the watch cache still knows, unless the resource has none. */
  compactAt(revision: number): void {
    this.compactedAt = Math.max(this.compactedAt, revision);
    if (!this.isCached) this.forgetUntil(revision);
    else if (this.events.length > eventsKeptMax) {
      const event = this.events[this.events.length - eventsKeptMax - 1];
      if (event !== undefined) this.forgetUntil(Math.min(event.revision, revision));
    }
  }

  private forgetUntil(revision: number): void {
    this.events = [...this.eventsAfter(revision)];
    this.knownAfter = Math.max(this.knownAfter, revision);
  }

  /** The first event after the revision that is remembered here. */
  nextAfter(revision: number): StoreEvent<Beside> | undefined {
    return this.events[firstAfter(this.events, revision)];
  }

  /** Forgets the oldest changes when there are many. */
  private forgetOld(nowMs: number): void {
    const first = this.events.findIndex(({ timeMs }) => nowMs - timeMs < eventFreshMs);
    const last = this.events[Math.min(first, this.events.length - renewalsKeptMin) - 1];
    if (last !== undefined) {
      this.compactedAt = last.revision;
      this.forgetUntil(last.revision);
    }
    this.eventsMax = renewalsSlack * Math.max(this.events.length, renewalsKeptMin);
  }

  /** Takes back what came after the revision. Watchers hear nothing of it. */
  takeBack(revision: number): void {
    const kept = firstAfter(this.events, revision);
    if (kept === this.events.length) return;
    for (let index = this.events.length - 1; index >= kept; index--) {
      const { current, previous } = this.events[index] as StoreEvent<Beside>;
      if (previous === undefined) this.drop(current.key);
      else this.set(previous);
    }
    this.events.length = kept;
    this.changedAt = Math.min(this.changedAt, revision);
    for (const lastChange of this.noted) lastChange.revision = revision;
  }

  private set(stored: Stored<Beside>): void {
    const slot = this.slots.get(stored.key);
    if (slot !== undefined) {
      slot.stored = stored;
      return;
    }
    this.slots.set(stored.key, { stored });
    this.unordered.push(stored.key);
    if (this.unordered.length > 2 * this.slots.size + unorderedSlack) this.ordered();
  }

  private drop(key: string): void {
    this.slots.delete(key);
    this.tree.delete(key);
  }

  /** The tree with all that is there. */
  private ordered(): SlotTree<Beside> {
    const { tree, slots, unordered } = this;
    if (unordered.length === 0) return tree;
    this.unordered = [];
    for (const key of unordered) {
      const slot = slots.get(key);
      if (slot !== undefined) tree.set(key, slot);
    }
    return tree;
  }

  /** Takes over what an event says. */
  apply(event: StoreEvent<Beside>): void {
    const { current, revision, type } = event;
    this.changedAt = revision;
    for (const lastChange of this.noted) lastChange.revision = revision;
    this.events.push(event);
    if (!this.keepsHistory && this.events.length >= this.eventsMax) this.forgetOld(event.timeMs);
    if (type === 'DELETED') this.drop(current.key);
    else this.set(current);
  }
}

/** By UTF-16 units, which for the characters of names is etcd's order of bytes. */
export function compareKeys(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The index of the first event after the revision; the events are in the order of their revisions. */
export function firstAfter(
  events: readonly { readonly revision: number }[],
  revision: number,
): number {
  let low = 0;
  let high = events.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((events[middle] as { readonly revision: number }).revision <= revision) low = middle + 1;
    else high = middle;
  }
  return low;
}

const afterAll = '\uffff';

/** The smallest key that may be wanted, and one behind the last. `0` follows `/`. */
function boundsOf(namespace: string, after: string | undefined): readonly [string, string] {
  if (namespace === '') return [after ?? '', afterAll];
  const low = `${namespace}/`;
  return [after !== undefined && after > low ? after : low, `${namespace}0`];
}
