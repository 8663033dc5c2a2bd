/**
 * Who owns the fields of an object after it was changed.
 * @upstream apimachinery/pkg/util/managedfields/internal/fieldmanager.go
 */
import { entriesToUpdate } from '../../api/managed-fields/update.js';
import type { KubeObject } from '../../api/object.js';
import type { Stored } from '../../store/stored.js';
import { FieldOwners } from '../field-owners.js';
import { trackFields } from '../managed-fields.js';
import type { Scope } from '../scope.js';
import { fullView } from '../views.js';
import { managerOf, type WriteOptions } from '../write-options.js';
import type { Change, Produced } from './update.js';

/** A change of an object that there is, as far as its owners are concerned. */
export interface Ownership {
  readonly change: Change;
  readonly produced: Produced;
  readonly live: Stored<FieldOwners>;
  readonly view: KubeObject;
  /** What is to be written, without managedFields. */
  readonly sent: KubeObject;
  /** False when the versions of other owners cannot be told: then nobody owns anything. */
  readonly isTold: boolean;
}

/** The owners after the change. */
export function ownersOf(
  scope: Scope,
  { change, produced, live, view, sent, isTold }: Ownership,
): FieldOwners {
  if (produced.owners !== undefined) return FieldOwners.of(produced.owners);
  if (change.isUntracked === true) return live.beside;
  if (!isTold) return FieldOwners.none;
  const { object } = produced;
  return ownersAfter(scope, {
    options: change.options,
    before: view,
    after: sent,
    owners: ownersToBegin(scope, live, object),
  });
}

/** The owners on which an update builds: those that it sends, if it sends any. */
function ownersToBegin(
  { context, resource, subresource }: Scope,
  live: Stored<FieldOwners>,
  object: KubeObject,
): FieldOwners {
  const sent = object.metadata.managedFields;
  if (sent === undefined || sent === null || context.connection.omitsManagedFields) {
    return live.beside;
  }
  const isSubresource = subresource !== '';
  const shown = fullView(resource, live);
  const entries = entriesToUpdate(shown, object, { isSubresource });
  return entries === shown.metadata.managedFields ? live.beside : FieldOwners.of(entries);
}

/** The owners after an update by the manager of the request. */
export function ownersAfter(
  scope: Scope,
  update: {
    readonly options: WriteOptions;
    readonly before: KubeObject | undefined;
    readonly after: KubeObject;
    readonly owners: FieldOwners;
  },
): FieldOwners {
  const { resource, context, subresource } = scope;
  return update.owners.after(
    {
      manager: managerOf(context, update.options),
      subresource,
      apiVersion: resource.apiVersion,
      timeMs: context.nowMs,
      before: update.before,
      after: update.after,
    },
    trackFields(resource),
  );
}
