/** What the short ways of statuses share: whether a status is all that is new, and how it is stored. */
import { deepEqual } from '../../api/equality.js';
import type { KubeObject } from '../../api/object.js';
import type { Stored } from '../../store/stored.js';
import type { Core } from '../core.js';
import type { FieldOwners } from '../field-owners.js';
import { trackFields } from '../managed-fields.js';
import { withResourceVersion } from '../object-meta.js';
import type { ServedResource } from '../registry.js';
import type { Permit } from './permits.js';

/** A status that is about to be stored. */
export interface Report {
  readonly live: Stored<FieldOwners>;
  /** As it was sent, with its defaults. */
  readonly sent: KubeObject;
  readonly prepared: KubeObject;
}

/** Whether the object is the stored one, which is not being deleted, with another status. */
export function isOnlyReported(object: object, live: KubeObject): boolean {
  if (live.metadata.deletionTimestamp !== undefined) return false;
  let fields = 0;
  for (const key in object) {
    fields++;
    if (key !== 'status' && object[key as keyof object] !== live[key]) return false;
  }
  for (const _ in live) fields--;
  if (fields !== 0) return false;
  const { status } = object as { readonly status?: unknown };
  return typeof status === 'object' && status !== null;
}

/** The object as it is stored then: the one that is there, if the report says nothing new. */
export function writeStatus(
  { store, clock }: Core,
  served: ServedResource,
  { manager, user }: Permit,
  { live, sent, prepared }: Report,
): KubeObject {
  if (deepEqual(prepared['status'], live.object['status'])) return live.object;
  const update = {
    manager,
    subresource: 'status',
    apiVersion: served.apiVersion,
    timeMs: clock.now(),
    before: live.object,
    after: sent,
  };
  const stored = store.put(served.collection, {
    key: live.key,
    object: withResourceVersion(prepared, store.nextResourceVersion()),
    beside: live.beside.after(update, trackFields(served)),
    user: user.name,
  });
  return stored.object;
}
