/** Plug-ins that hear what informers hear. */
import type { HasMetadata, Kind } from '../api/object.js';
import type { Change } from '../client/contract.js';

/** What hears the changes of a kind besides the queue. */
export type Observer = (change: Change<HasMetadata>) => void;

/** The observers by kind. */
export class Observers {
  private readonly byKind = new Map<string, Observer[]>();

  /** Who hears the changes of this kind. */
  of({ group, resource }: Kind<HasMetadata>): readonly Observer[] {
    return this.byKind.get(`${resource}.${group}`) ?? [];
  }

  add(kind: Kind<HasMetadata>, observer: Observer): void {
    this.byKind.set(`${kind.resource}.${kind.group}`, [...this.of(kind), observer]);
  }
}
