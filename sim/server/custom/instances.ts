/** The objects of a definition that is being deleted. */
import type { CustomResourceDefinition } from '../../api/kinds/apiextensions.js';
import { printedResource } from '../../api/status.js';
import { rfc3339 } from '../../api/time.js';
import type { Core } from '../core.js';
import { orderedMeta, withMeta, withResourceVersion } from '../object-meta.js';

function collectionOf(core: Core, { spec }: CustomResourceDefinition) {
  return core.store.collection(printedResource({ group: spec.group, resource: spec.names.plural }));
}

/** How many there are. */
export function instancesOf(core: Core, definition: CustomResourceDefinition): number {
  return collectionOf(core, definition).size;
}

/** Deletes them; those with finalizers stay until they have none. */
export function removeInstances(core: Core, definition: CustomResourceDefinition): void {
  const collection = collectionOf(core, definition);
  const user = 'system:apiserver';
  for (const { key, object, beside } of collection.list()) {
    const { metadata } = object;
    if ((metadata.finalizers?.length ?? 0) === 0) {
      const last = withResourceVersion(object, core.store.nextResourceVersion());
      core.store.remove(collection, { key, object: last, beside, user });
    } else if (metadata.deletionTimestamp === undefined) {
      const marked = withMeta(
        object,
        orderedMeta({
          ...metadata,
          deletionTimestamp: rfc3339(core.clock.now()),
          deletionGracePeriodSeconds: 0,
          generation: (metadata.generation ?? 0) + 1,
          resourceVersion: core.store.nextResourceVersion(),
        }),
      );
      core.store.put(collection, { key, object: marked, beside, user });
    }
  }
}
