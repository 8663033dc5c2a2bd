/**
 * Who owns which fields of an object, worked out only when someone asks: until then the updates that
 * were made are kept in a chain beside the object.
 */
import type { KubeObject } from '../api/object.js';
import type { ManagedFieldsEntry } from '../api/kinds/meta.js';

/** A write by one manager, as far as ownership is concerned. */
export interface FieldUpdate {
  readonly manager: string;
  readonly subresource: string;
  readonly apiVersion: string;
  readonly timeMs: number;
  /** The object before; absent when it was created. */
  readonly before: KubeObject | undefined;
  /** The object as the manager sent it, with defaults, before admission. */
  readonly after: KubeObject;
}

/** Applies one update to the entries: `sim/api` knows how. */
export type TrackFields = (
  entries: readonly ManagedFieldsEntry[],
  update: FieldUpdate,
) => readonly ManagedFieldsEntry[];

const none: readonly ManagedFieldsEntry[] = [];
const pendingMax = 200;

/** The owners of an object's fields: entries that are known, and updates since. Immutable but for its memory. */
export class FieldOwners {
  private known: readonly ManagedFieldsEntry[] | undefined;

  private constructor(
    private previous: FieldOwners | undefined,
    private update: FieldUpdate | undefined,
    private readonly pendings: number,
    known?: readonly ManagedFieldsEntry[],
    /** When the update was gone on with last, and what was sent then; undefined when it was not. */
    private readonly continuedMs?: number,
    private continued?: KubeObject,
  ) {
    this.known = known;
  }

  static readonly none = new FieldOwners(undefined, undefined, 0, none);

  /** Known entries, as a client sent them or an apply worked them out. */
  static of(entries: readonly ManagedFieldsEntry[]): FieldOwners {
    return new FieldOwners(undefined, undefined, 0, entries);
  }

  /** These owners after one more update. */
  after(update: FieldUpdate, track: TrackFields): FieldOwners {
    if (this.isContinuedBy(update)) {
      const { previous, pendings } = this;
      return new FieldOwners(
        previous,
        this.update,
        pendings,
        undefined,
        update.timeMs,
        update.after,
      );
    }
    const owners = new FieldOwners(this, update, this.pendings + 1);
    if (owners.pendings > pendingMax) owners.entries(track);
    return owners.known === undefined ? owners : FieldOwners.of(owners.known);
  }

  /** The list that stands in metadata.managedFields. */
  entries(track: TrackFields): readonly ManagedFieldsEntry[] {
    if (this.known !== undefined) return this.known;
    const pending: FieldOwners[] = [];
    // oxlint-disable-next-line no-this-alias -- the chain is walked from its end
    let owners: FieldOwners | undefined = this;
    while (owners !== undefined && owners.known === undefined) {
      pending.push(owners);
      owners = owners.previous;
    }
    let entries = owners?.known ?? none;
    for (const next of pending.reverse()) entries = next.settle(track, entries);
    return entries;
  }

  /** Whether the update goes on where the last one ended: then both are one, which spares much work. */
  private isContinuedBy({ manager, subresource, apiVersion, before }: FieldUpdate): boolean {
    const last = this.update;
    return (
      this.known === undefined &&
      last?.before !== undefined &&
      before !== undefined &&
      last.manager === manager &&
      last.subresource === subresource &&
      last.apiVersion === apiVersion
    );
  }

  /** From where the update began to where it ended. */
  private whole(update: FieldUpdate): FieldUpdate {
    const { continued, continuedMs } = this;
    if (continued === undefined || continuedMs === undefined) return update;
    return Object.assign({}, update, { timeMs: continuedMs, after: continued });
  }

  private settle(
    track: TrackFields,
    before: readonly ManagedFieldsEntry[],
  ): readonly ManagedFieldsEntry[] {
    const { update } = this;
    this.known = update === undefined ? before : track(before, this.whole(update));
    this.previous = undefined;
    this.update = undefined;
    this.continued = undefined;
    return this.known;
  }
}
