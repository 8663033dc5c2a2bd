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

/** What updates have in common that go on where the last one ended; and creations by one manager. */
type Stretch = Omit<FieldUpdate, 'timeMs' | 'after'>;

/** Of the creations by the managers that were heard of last: most of what is created is created by few. */
const creations: Stretch[] = [];
const creationsMax = 32;

function stretchOf({ manager, subresource, apiVersion, before }: FieldUpdate): Stretch {
  const stretch = { manager, subresource, apiVersion, before };
  if (before !== undefined) return stretch;
  for (const known of creations) {
    if (
      known.manager === manager &&
      known.apiVersion === apiVersion &&
      known.subresource === subresource
    ) {
      return known;
    }
  }
  if (creations.length >= creationsMax) creations.length = 0;
  creations.push(stretch);
  return stretch;
}

/** The owners of an object's fields: entries that are known, and updates since. Immutable but for its memory. */
export class FieldOwners {
  private known: readonly ManagedFieldsEntry[] | undefined;

  private constructor(
    private previous: FieldOwners | undefined,
    private stretch: Stretch | undefined,
    private readonly pendings: number,
    known?: readonly ManagedFieldsEntry[],
    /** When the last update of the stretch was, and what was sent then. */
    private readonly timeMs = 0,
    private sent?: KubeObject,
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
    const { timeMs, after } = update;
    if (this.isContinuedBy(update)) {
      const { previous, stretch, pendings } = this;
      return new FieldOwners(previous, stretch, pendings, undefined, timeMs, after);
    }
    const pendings = this.pendings + 1;
    const owners = new FieldOwners(this, stretchOf(update), pendings, undefined, timeMs, after);
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
    const last = this.stretch;
    return (
      this.known === undefined &&
      last?.before !== undefined &&
      before !== undefined &&
      last.manager === manager &&
      last.subresource === subresource &&
      last.apiVersion === apiVersion
    );
  }

  private settle(
    track: TrackFields,
    before: readonly ManagedFieldsEntry[],
  ): readonly ManagedFieldsEntry[] {
    const { stretch, timeMs, sent } = this;
    this.known =
      stretch === undefined || sent === undefined
        ? before
        : track(before, Object.assign({}, stretch, { timeMs, after: sent }));
    this.previous = undefined;
    this.stretch = undefined;
    this.sent = undefined;
    return this.known;
  }
}
