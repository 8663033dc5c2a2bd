/** How a log first shows each object that it did not make: what the state before the log is told from. */
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { LogSight } from '../import/format.js';
import { IdSet } from './id-set.js';

/** The first sights of an import. They are kept packed: a cluster has tens of thousands of objects. */
export class FirstSights {
  private readonly seen = new IdSet();
  private readonly first = new Map<string, { readonly atMs: number; readonly packed: Buffer }>();

  /** By uid: the size before it was scaled first. */
  private readonly scaled = new Map<string, { readonly atMs: number; readonly from: number }>();

  /** Takes a sight in; logs may be read in any order. */
  add(sight: LogSight): void {
    const { atMs, object, verb, subresource } = sight;
    const { uid } = object.metadata;
    if (uid === undefined) return;
    if (subresource === 'scale') return this.scale(uid, sight);
    const isNew = this.seen.add(uid);
    if (verb === 'create' && subresource === undefined) return void this.first.delete(uid);
    const before = this.first.get(uid);
    // What was seen and is not kept was made by a write of the log.
    if (before === undefined ? !isNew : before.atMs <= atMs) return;
    const packed = deflateRawSync(JSON.stringify(sight), { level: 1 });
    this.first.set(uid, { atMs, packed });
  }

  /** A Scale is answered with the size that its controller has seen. */
  private scale(uid: string, { atMs, object }: LogSight): void {
    const { replicas } = (object['status'] ?? {}) as { readonly replicas?: number };
    if (replicas === undefined || (this.scaled.get(uid)?.atMs ?? Infinity) <= atMs) return;
    this.scaled.set(uid, { atMs, from: replicas });
  }

  /** By uid. */
  get(uid: string): LogSight | undefined {
    const found = this.first.get(uid);
    if (found === undefined) return undefined;
    // Packed above.
    const sight = JSON.parse(inflateRawSync(found.packed).toString('utf8')) as LogSight;
    const scaled = this.scaled.get(uid);
    const isScaled = scaled !== undefined && scaled.atMs < sight.atMs;
    return isScaled ? { ...sight, scaledFrom: scaled.from } : sight;
  }

  /** Whether a write of the log made it. */
  isMade(uid: string): boolean {
    return this.seen.has(uid) && !this.first.has(uid);
  }

  get size(): number {
    return this.first.size;
  }

  /** Their uids, in order. */
  uids(): readonly string[] {
    return [...this.first.keys()].toSorted();
  }
}
