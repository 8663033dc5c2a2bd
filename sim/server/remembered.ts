/** What is worked out of all objects of some kinds: anew when one of them has changed. */
import { Attached } from '../engine/attached.js';
import type { LastChange } from '../store/collection.js';
import type { GroupResource, ServerAccess } from './access.js';

interface Remembered<V> {
  readonly lastChange: Readonly<LastChange>;
  /** The last change that the value knows of. */
  revision: number;
  value: V;
}

/** Reads a value of each server, once for each state of the kinds that it is worked out of. */
export function remembered<V>(
  kinds: readonly GroupResource[],
  read: (access: ServerAccess) => V,
): (access: ServerAccess) => V {
  const ofServers = new Attached<ServerAccess, Remembered<V>>();
  return access => {
    const known = ofServers.get(access);
    if (known === undefined) {
      const lastChange = access.lastChangeOf(kinds);
      const value = read(access);
      ofServers.set(access, { lastChange, revision: lastChange.revision, value });
      return value;
    }
    const { revision } = known.lastChange;
    if (known.revision !== revision) {
      known.value = read(access);
      known.revision = revision;
    }
    return known.value;
  };
}
