/** The cluster as it is at one point of a history: the laws' common view, kept up entry by entry. */
import type { KubeObject } from '../../sim/api/object.js';
import { keyOf } from '../../sim/api/meta.js';
import type { HistoryEntry } from '../../sim/server/contract.js';
import type { Change } from './law.js';

/** All objects, by resource and key. */
export class World {
  private readonly resources = new Map<string, Map<string, KubeObject>>();
  private atMs = 0;

  /** The time of the last entry, in milliseconds since the epoch. */
  now(): number {
    return this.atMs;
  }

  /** The objects of a resource (`pods`, `deployments.apps`), by `namespace/name` or name. */
  all(resource: string): ReadonlyMap<string, KubeObject> {
    return this.resources.get(resource) ?? none;
  }

  /** One object by its key; undefined when there is none. */
  get(resource: string, key: string): KubeObject | undefined {
    return this.resources.get(resource)?.get(key);
  }

  /** Takes the next entry and tells it as a change. */
  advance(entry: HistoryEntry): Change {
    let objects = this.resources.get(entry.resource);
    if (objects === undefined) this.resources.set(entry.resource, (objects = new Map()));
    const key = keyOf(entry.object);
    const before = objects.get(key);
    if (entry.type === 'DELETED') objects.delete(key);
    else objects.set(key, entry.object);
    this.atMs = Math.max(this.atMs, entry.timeMs);
    return { ...entry, before };
  }

  /** Time has gone by without a change. */
  advanceTo(timeMs: number): void {
    this.atMs = Math.max(this.atMs, timeMs);
  }
}

const none: ReadonlyMap<string, KubeObject> = new Map();
