/** Fills a server with what another one stored: the server of a past instant. */
import { storageKey } from '../store/collection.js';
import type { HistoryEntry } from './contract.js';
import type { Core } from './core.js';
import { FieldOwners } from './field-owners.js';

/** Stores the changes under their own revisions and times; nothing is checked, since another server did. */
export function restore({ store }: Core, entries: Iterable<HistoryEntry>): void {
  for (const { type, resource, object, revision, timeMs, user } of entries) {
    const { namespace = '', name = '' } = object.metadata;
    const key = storageKey(namespace, name);
    const stored = { key, object, revision, beside: FieldOwners.none };
    store.replay(store.collection(resource), { type, timeMs, user, stored });
  }
}
