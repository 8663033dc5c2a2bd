/**
 * The owners of fields after an update: a create, a PUT, or a patch that is no apply.
 * @upstream staging/src/k8s.io/apimachinery/pkg/util/managedfields/internal/fieldmanager.go,
 *   managedfieldsupdater.go, skipnonapplied.go
 */
import { isRecord } from '../equality.js';
import type { ManagedFieldsEntry } from '../kinds/meta.js';
import { rfc3339 } from '../time.js';
import {
  capUpdaters,
  identityOf,
  readOwners,
  writeOwners,
  type Owner,
  type Owners,
} from './owners.js';
import { lossesOf, takeAway, unownable, type FieldsView } from './settle.js';

type Json = Readonly<Record<string, unknown>>;

/** An update by one manager. */
export interface ManagerUpdate extends FieldsView {
  /** `unknown` when the client tells no name. */
  readonly manager: string;
  readonly subresource: string;
  readonly nowMs: number;
  /** The object before; for a create the empty object of the type (`zeroStruct`, or kind and version). */
  readonly before: Json;
  /** The object after, with defaults, before the server drops or adds anything. */
  readonly after: Json;
  readonly isCreate: boolean;
}

/** The entries after the update; the same list when nothing changed hands. */
export function entriesAfterUpdate(
  entries: readonly ManagedFieldsEntry[],
  update: ManagerUpdate,
): readonly ManagedFieldsEntry[] {
  const owners = readOwners(entries) ?? new Map<string, Owner>();
  // Once cleared, ownership is not tracked again until the first apply.
  if (owners.size === 0 && !update.isCreate) return [];
  return ownersAfterUpdate(owners, update) ? writeOwners(owners) : entries;
}

const self = 'current-operation';

/** Changes the owners by the update; whether there was anything to change. */
export function ownersAfterUpdate(owners: Owners, update: ManagerUpdate): boolean {
  const before = withoutManagedFields(update.before);
  const after = withoutManagedFields(update.after);
  const { comparison, conflicts } = lossesOf(owners, { before, after }, update, self);
  const { added, modified, removed } = comparison;
  if (comparison.lacksKeys) {
    // An update whose owners cannot be told goes through, and clears what was told before.
    owners.clear();
    return true;
  }
  const isUnchanged = added.isEmpty && modified.isEmpty && removed.isEmpty;
  if (isUnchanged && conflicts.size === 0) return false;
  takeAway(owners, conflicts);
  const gained = modified.union(added);
  const kept = update.filter === undefined ? gained : update.filter(gained);
  const set = kept.difference(unownable);
  if (!set.isEmpty) addUpdater(owners, update, set);
  capUpdaters(owners);
  return true;
}

function addUpdater(owners: Owners, update: ManagerUpdate, set: Owner['set']): void {
  const { apiVersion, subresource, nowMs } = update;
  const manager = update.manager === '' ? 'unknown' : update.manager;
  const owner = { manager, operation: 'Update', apiVersion, subresource } as const;
  const identity = identityOf(owner);
  const previous = owners.get(identity);
  owners.set(identity, {
    manager,
    operation: 'Update',
    apiVersion,
    subresource,
    set: previous === undefined ? set : set.union(previous.set),
    time: rfc3339(nowMs),
  });
}

/**
 * The entries on which an update builds: those that it sends, when they can be read and this is not a
 * subresource; an empty list clears; otherwise those of the live object.
 */
export function entriesToUpdate(
  live: Json | undefined,
  sent: Json,
  options: { readonly isSubresource: boolean },
): readonly ManagedFieldsEntry[] {
  const liveEntries = readable(entriesOf(live));
  if (options.isSubresource) return liveEntries;
  const entries = entriesOf(sent);
  if (entries === undefined) return liveEntries;
  const [first] = entries;
  const isReset =
    entries.length === 0 || (entries.length === 1 && Object.keys(first ?? {}).length === 0);
  if (isReset) return [];
  const readableEntries = readable(entries);
  return readableEntries.length === 0 ? liveEntries : readableEntries;
}

function entriesOf(object: Json | undefined): readonly ManagedFieldsEntry[] | undefined {
  const metadata = object?.['metadata'];
  if (!isRecord(metadata)) return undefined;
  const entries = metadata['managedFields'];
  // Decoding has checked the type.
  return Array.isArray(entries) ? (entries as readonly ManagedFieldsEntry[]) : undefined;
}

function readable(
  entries: readonly ManagedFieldsEntry[] | undefined,
): readonly ManagedFieldsEntry[] {
  return entries !== undefined && readOwners(entries) !== undefined ? entries : [];
}

/** The object without metadata.managedFields, which is never looked at itself. */
export function withoutManagedFields(object: Json): Json {
  const metadata = object['metadata'];
  if (!isRecord(metadata) || metadata['managedFields'] === undefined) return object;
  const { managedFields: _, ...rest } = metadata;
  return { ...object, metadata: rest };
}

/** The object with these entries in the place of its own; none when the list is empty. */
export function withManagedFields<T extends Json>(
  object: T,
  entries: readonly ManagedFieldsEntry[],
): T {
  const bare = withoutManagedFields(object);
  const metadata = isRecord(bare['metadata']) ? bare['metadata'] : {};
  if (entries.length === 0) return bare as T;
  return { ...bare, metadata: { ...metadata, managedFields: entries } } as unknown as T;
}
