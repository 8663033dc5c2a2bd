/** What clients will be shown of recent writes: managedFields are worked out ahead of the first list. */
import type { ShownAhead } from './contract.js';
import type { Core } from './core.js';
import { fullView } from './views.js';

/** Looks at so many writes after the revision, and shows the objects that still stand as they were written. */
export function shownAhead(
  { store, registry }: Core,
  afterRevision: number,
  writesMax: number,
): ShownAhead {
  const objects: object[] = [];
  let revision = afterRevision;
  let writes = 0;
  for (const { current, resource, revision: written } of store.history(afterRevision)) {
    if (writes++ === writesMax) break;
    revision = written;
    const [served] = registry.siblingsOf(resource).values();
    // What a webhook converts is only known when it is asked for.
    if (served === undefined || served.custom?.webhook !== undefined) continue;
    if (served.collection.get(current.key) === current) objects.push(fullView(served, current));
  }
  return { revision, objects };
}
