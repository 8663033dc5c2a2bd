/** Owner references that are there twice are dropped, with a warning. @upstream handlers/create.go dedupOwnerReferencesAndAddWarning */
import type { KubeObject } from '../api/object.js';
import { dedupedOwners } from './object-meta.js';
import type { RequestContext } from './request-context.js';

const before = (uids: string) =>
  `.metadata.ownerReferences contains duplicate entries; API server dedups owner references in 1.20+, and may reject such requests as early as 1.24; please fix your requests; duplicate UID(s) observed: ${uids}`;
const after = (uids: string) =>
  `.metadata.ownerReferences contains duplicate entries after mutating admission happens; API server dedups owner references in 1.20+, and may reject such requests as early as 1.24; please fix your requests; duplicate UID(s) observed: ${uids}`;

/** The object with each owner once. */
export function uniqueOwners(
  context: RequestContext,
  object: KubeObject,
  { isAfterAdmission }: { readonly isAfterAdmission: boolean },
): KubeObject {
  const { ownerReferences } = object.metadata;
  if (ownerReferences === undefined || ownerReferences === null) return object;
  const { owners, uids } = dedupedOwners(ownerReferences);
  if (uids.length === 0) return object;
  const text = uids.join(', ');
  context.warn(isAfterAdmission ? after(text) : before(text));
  return { ...object, metadata: { ...object.metadata, ownerReferences: owners } };
}
