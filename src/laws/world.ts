/** The cluster as it is at one point of a history: the laws' common view, kept up entry by entry. */
import { keyOf } from '../../sim/api/meta.js';
import { Heap } from '../../sim/engine/heap.js';
import type { HistoryEntry } from '../../sim/server/contract.js';
import type { Change, Entry } from './law.js';
import type { ResourceName, Resources } from './resources.js';

/** Something that a law wants to look at when its time has come. */
interface Alarm {
  readonly timeMs: number;
  readonly order: number;
  readonly action: () => void;
}

/** Changes are remembered for so long, to look back, in milliseconds. */
export const pastMaxMs = 10_000;

/** All objects, by resource and key, with the last write of each. */
export class World {
  private readonly resources = new Map<string, Map<string, HistoryEntry>>();
  private readonly alarms = new Heap<Alarm>(
    (a, b) => a.timeMs < b.timeMs || (a.timeMs === b.timeMs && a.order < b.order),
  );
  private alarmsSet = 0;
  private atMs = 0;
  /** The last changes, oldest first, and how many of them are too old. */
  private recent: { readonly entry: HistoryEntry; readonly before: HistoryEntry | undefined }[] =
    [];
  private forgotten = 0;

  /** The time of the last entry, in milliseconds since the epoch. */
  now(): number {
    return this.atMs;
  }

  /** The objects of a resource, in the order in which they came. */
  *all<R extends ResourceName>(resource: R): Iterable<Resources[R]> {
    // The history tells objects of any kind; their resource says which type they have.
    for (const { object } of this.entries(resource)) yield object as unknown as Resources[R];
  }

  /** One object by its key, `namespace/name` or the name; undefined when there is none. */
  get<R extends ResourceName>(resource: R, key: string): Resources[R] | undefined {
    return this.find(resource, key)?.object as unknown as Resources[R] | undefined;
  }

  /** The last write of an object, for evidence. */
  last<R extends ResourceName>(resource: R, key: string): Entry<Resources[R]> | undefined {
    return this.find(resource, key) as unknown as Entry<Resources[R]> | undefined;
  }

  /** The last write of an object of any resource, custom ones too. */
  find(resource: string, key: string): HistoryEntry | undefined {
    return this.resources.get(resource)?.get(key);
  }

  /** The last writes of all objects of any resource. */
  entries(resource: string): Iterable<HistoryEntry> {
    return this.resources.get(resource)?.values() ?? [];
  }

  /** The resources of which there are objects. */
  known(): Iterable<string> {
    return this.resources.keys();
  }

  /** Calls back after all changes of that time, before later ones; never when the history ends before. */
  at(timeMs: number, action: () => void): void {
    this.alarms.push({ timeMs, order: this.alarmsSet++, action });
  }

  /**
   * The worlds of the last moments, newest first, from this one back: one for each change of the
   * resources. What a component saw when it decided was one of these.
   *
   * @param backMs At most ten seconds.
   */
  *before(backMs: number, resources: readonly ResourceName[]): Iterable<World> {
    const past = new World();
    past.atMs = this.atMs;
    for (const [name, objects] of this.resources) past.resources.set(name, new Map(objects));
    yield past;
    for (let index = this.recent.length - 1; index >= this.forgotten; index--) {
      const change = this.recent[index];
      if (change === undefined || change.entry.timeMs <= this.atMs - backMs) return;
      const { entry, before } = change;
      const objects = past.resources.get(entry.resource);
      if (before === undefined) objects?.delete(keyOf(entry.object));
      else objects?.set(keyOf(entry.object), before);
      if ((resources as readonly string[]).includes(entry.resource)) yield past;
    }
  }

  /** Takes the next entry and tells it as a change; alarms before it are to be rung first. */
  advance(entry: HistoryEntry): Change {
    let objects = this.resources.get(entry.resource);
    if (objects === undefined) this.resources.set(entry.resource, (objects = new Map()));
    const key = keyOf(entry.object);
    const before = objects.get(key);
    if (entry.type === 'DELETED') objects.delete(key);
    else objects.set(key, entry);
    if (entry.timeMs > this.atMs) this.atMs = entry.timeMs;
    this.remember(entry, before);
    const { revision, timeMs, type, resource, user, object } = entry;
    return { revision, timeMs, type, resource, user, object, before: before?.object };
  }

  /** Time goes by: rings what is due before then, and at the end also what is due right then. */
  advanceTo(timeMs: number, options: { readonly isEnd?: boolean } = {}): void {
    for (let next = this.alarms.peek(); next !== undefined; next = this.alarms.peek()) {
      const isDue = next.timeMs < timeMs || (options.isEnd === true && next.timeMs === timeMs);
      if (!isDue) break;
      this.alarms.pop();
      if (next.timeMs > this.atMs) this.atMs = next.timeMs;
      next.action();
    }
    if (timeMs > this.atMs) this.atMs = timeMs;
  }

  private remember(entry: HistoryEntry, before: HistoryEntry | undefined): void {
    if (entry.resource === 'events' || entry.resource === 'leases.coordination.k8s.io') return;
    const { recent } = this;
    recent.push({ entry, before });
    const oldest = this.atMs - pastMaxMs;
    while ((recent[this.forgotten]?.entry.timeMs ?? oldest) < oldest) this.forgotten++;
    if (this.forgotten < 1_000 || this.forgotten * 2 < recent.length) return;
    this.recent = recent.slice(this.forgotten);
    this.forgotten = 0;
  }
}
