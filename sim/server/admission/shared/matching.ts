/** Short forms for what a plug-in handles. */
import type { GroupResource } from '../../access.js';
import type { AdmissionOperation, AdmissionPlugin } from '../plugin.js';

/** Handles these operations on the resource itself, or on the named subresources only. */
export function handling(
  kinds: GroupResource | readonly GroupResource[],
  operations: readonly AdmissionOperation[],
  subresources: readonly string[] = [''],
): AdmissionPlugin['handles'] {
  const all = 'resource' in kinds ? [kinds] : kinds;
  return (operation, resource, subresource) =>
    operations.includes(operation) &&
    subresources.includes(subresource) &&
    all.some(kind => isKind(resource, kind));
}

/** Whether a resource is of the kind, whatever its version. */
export function isKind(resource: GroupResource, kind: GroupResource): boolean {
  return resource.resource === kind.resource && resource.group === kind.group;
}
