/** What etcd is to a cluster: one counter of revisions, every version of every object, watches from any revision. */
import type { KubeObject } from '../api/object.js';
import { invariant } from '../engine/invariant.js';
import { Collection, firstAfter, type CollectionOptions } from './collection.js';
import type { Stored, StoreEvent } from './stored.js';
import type { Interest, OnEvent } from './watchers.js';

/** A write of a new version. */
export interface Write<Beside> {
  readonly key: string;
  /** With the resourceVersion that `nextResourceVersion` told. */
  readonly object: KubeObject;
  readonly beside: Beside;
  readonly user: string;
}

/** A write that another store made. */
export interface Replayed<Beside> {
  readonly type: StoreEvent['type'];
  readonly timeMs: number;
  readonly user: string;
  /** With its revision, which the object carries. */
  readonly stored: Stored<Beside>;
}

/** The store. Objects are immutable and shared with all who read them. */
export class Store<Beside = unknown> {
  private readonly collections = new Map<string, Collection<Beside>>();
  private events: StoreEvent<Beside>[] = [];
  private latest = 0;
  /** Revisions before this one are forgotten. */
  private compacted = 0;
  /** The collections that do not keep their history: what changed in them is only known there. */
  private readonly forgetful: Collection<Beside>[] = [];
  private readonly undelivered: StoreEvent<Beside>[] = [];
  private isDelivering = false;

  constructor(private readonly now: () => number) {}

  /** The revision of the latest write. */
  get revision(): number {
    return this.latest;
  }

  /** The resourceVersion that the object of the next write must carry. */
  nextResourceVersion(): string {
    return String(this.latest + 1);
  }

  /** The collection of a resource, which is made when it is first asked for. */
  collection(resource: string, options: CollectionOptions = {}): Collection<Beside> {
    let collection = this.collections.get(resource);
    if (collection === undefined) {
      collection = new Collection(resource, options);
      this.collections.set(resource, collection);
      if (!collection.keepsHistory) this.forgetful.push(collection);
    }
    return collection;
  }

  /** Stores a new object or a new version of one, and tells the watchers. */
  put(
    collection: Collection<Beside>,
    { key, object, beside, user }: Write<Beside>,
  ): Stored<Beside> {
    const previous = collection.get(key);
    const revision = this.latest + 1;
    const current: Stored<Beside> = { key, object, revision, beside };
    this.commit(collection, {
      revision,
      timeMs: this.now(),
      type: previous === undefined ? 'ADDED' : 'MODIFIED',
      resource: collection.resource,
      user,
      current,
      previous,
    });
    return current;
  }

  /** Removes an object. `object` is its last state, with the resourceVersion of the deletion. */
  remove(collection: Collection<Beside>, { key, object, beside, user }: Write<Beside>): void {
    const previous = collection.get(key);
    invariant(previous !== undefined, `${collection.resource} ${key} is stored when it is removed`);
    const revision = this.latest + 1;
    this.commit(collection, {
      revision,
      timeMs: this.now(),
      type: 'DELETED',
      resource: collection.resource,
      user,
      current: { key, object, revision, beside },
      previous,
    });
  }

  /**
   * Takes over a write that another store made, under its revision, which is later than all that this
   * one has. A deletion of what is not there is left out.
   */
  replay(collection: Collection<Beside>, write: Replayed<Beside>): void {
    const { stored, type, timeMs, user } = write;
    const { revision } = stored;
    invariant(revision > this.latest, 'what is replayed is replayed in the order of its revisions');
    const previous = collection.get(stored.key);
    if (type === 'DELETED' && previous === undefined) return;
    const kept = previous === undefined ? 'ADDED' : 'MODIFIED';
    this.commit(collection, {
      revision,
      timeMs,
      type: type === 'DELETED' ? type : kept,
      resource: collection.resource,
      user,
      current: stored,
      previous,
    });
  }

  /**
   * Takes back all that came after the revision, as if it had not happened: only where nobody watches. False
   * where a collection no longer knows what came.
   */
  takeBack(revision: number): boolean {
    const all = [...this.collections.values()];
    if (!all.every(collection => collection.isWatchableFrom(revision))) return false;
    for (const collection of all) collection.takeBack(revision);
    this.events.length = firstAfter(this.events, revision);
    this.latest = revision;
    return true;
  }

  /** Tells all events after the revision, at once those that are past, then those to come. */
  watch(
    collection: Collection<Beside>,
    { afterRevision, ...interest }: Interest & { readonly afterRevision: number },
    onEvent: OnEvent<Beside>,
  ): () => void {
    let last = afterRevision;
    const forward: OnEvent<Beside> = event => {
      if (event.revision <= last) return;
      last = event.revision;
      onEvent(event);
    };
    let isOpen = true;
    const close = collection.watchers.add(interest, forward);
    for (const event of collection.eventsAfter(afterRevision)) if (isOpen) forward(event);
    return () => {
      isOpen = false;
      close();
    };
  }

  /** All events after the revision that are not forgotten, in order. */
  *history(afterRevision = 0): Iterable<StoreEvent<Beside>> {
    // Whoever reads may let time pass between two events, and some may be forgotten meanwhile.
    let revision = Math.max(afterRevision, this.compacted);
    for (let place = 0; ;) {
      const isPlace =
        (this.events[place - 1]?.revision ?? -1) <= revision &&
        (this.events[place]?.revision ?? Infinity) > revision;
      if (!isPlace || place > this.events.length) place = firstAfter(this.events, revision);
      const kept = this.events[place];
      const next = this.before(kept, revision);
      if (next === undefined) return;
      yield next;
      ({ revision } = next);
      if (next === kept) place++;
    }
  }

  /** This event, or an earlier one after the revision of a collection that forgets its own. */
  private before(
    kept: StoreEvent<Beside> | undefined,
    revision: number,
  ): StoreEvent<Beside> | undefined {
    let next = kept;
    for (const collection of this.forgetful) {
      const event = collection.nextAfter(revision);
      if (event !== undefined && !(next !== undefined && next.revision <= event.revision)) {
        next = event;
      }
    }
    return next;
  }

  /**
   * The revision of the last write up to that time, of all whose history is kept; 0 when there is none, or
   * what is forgotten when that was later.
   */
  revisionAt(timeMs: number): number {
    let [low, high] = [0, this.events.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.events[middle] as StoreEvent<Beside>).timeMs <= timeMs) low = middle + 1;
      else high = middle;
    }
    return this.events[low - 1]?.revision ?? this.compacted;
  }

  /** Watches begin at the present revision at the earliest: what a fresh server is made with is no history. */
  beginHistory(): void {
    for (const collection of this.collections.values()) collection.beginAt(this.latest);
  }

  /** Forgets all revisions before this one. Default: the present one. */
  compact(revision = this.latest): void {
    if (revision <= this.compacted) return;
    this.compacted = revision;
    this.events = this.events.slice(firstAfter(this.events, revision));
    for (const collection of this.collections.values()) collection.compactAt(revision);
  }

  private commit(collection: Collection<Beside>, event: StoreEvent<Beside>): void {
    const { resourceVersion } = event.current.object.metadata;
    invariant(resourceVersion === String(event.revision), 'objects carry their revision');
    this.latest = event.revision;
    if (collection.keepsHistory || event.type !== 'MODIFIED') this.events.push(event);
    collection.apply(event);
    this.deliver(event);
  }

  /** A write that a watcher makes while it is told of another is told after that one, to all. */
  private deliver(event: StoreEvent<Beside>): void {
    if (this.isDelivering) {
      this.undelivered.push(event);
      return;
    }
    this.isDelivering = true;
    try {
      this.dispatch(event);
      for (let next = this.undelivered.shift(); next; next = this.undelivered.shift()) {
        this.dispatch(next);
      }
    } finally {
      this.isDelivering = false;
    }
  }

  private dispatch(event: StoreEvent<Beside>): void {
    this.collections.get(event.resource)?.watchers.dispatch(event);
  }
}
