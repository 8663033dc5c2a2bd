/** Pods that are being scheduled or bound, and what happened meanwhile. @upstream pkg/scheduler/backend/queue/active_queue.go */
import type { ClusterEvent, ObjectChange } from './cluster-event.js';

/** Something that happened while pods were in flight. */
export interface InFlightEvent {
  readonly event: ClusterEvent;
  readonly change: ObjectChange;
}

type Entry = { readonly uid: string } | InFlightEvent;

/** A log of departures and events, kept from the first pod that is still in flight. */
export class InFlight {
  private log: Entry[] = [];
  /** The place in the log of what is first in it. */
  private base = 0;
  private readonly places = new Map<string, number>();

  get size(): number {
    return this.places.size;
  }

  has(uid: string): boolean {
    return this.places.has(uid);
  }

  uids(): Iterable<string> {
    return this.places.keys();
  }

  depart(uid: string): void {
    this.places.set(uid, this.base + this.log.length);
    this.log.push({ uid });
  }

  /** Notes the event if any pod is in flight. */
  note(event: ClusterEvent, change: ObjectChange): void {
    if (this.places.size > 0) this.log.push({ event, change });
  }

  /** What happened since the pod departed. */
  *eventsSince(uid: string): Iterable<InFlightEvent> {
    const place = this.places.get(uid);
    if (place === undefined) return;
    for (let index = place - this.base + 1; index < this.log.length; index++) {
      const entry = this.log[index];
      if (entry !== undefined && 'event' in entry) yield entry;
    }
  }

  /** The pod is back, or bound. Forgets what nobody needs any more. */
  done(uid: string): void {
    if (!this.places.delete(uid)) return;
    let first = 0;
    for (; first < this.log.length; first++) {
      const entry = this.log[first];
      if (entry !== undefined && 'uid' in entry && this.isAt(entry.uid, this.base + first)) break;
    }
    this.log = this.log.slice(first);
    this.base += first;
  }

  private isAt(uid: string, place: number): boolean {
    return this.places.get(uid) === place;
  }
}
