/** Who made a change, as far as its managed fields tell: the manager whose entry is new, never its user. */
import type { KubeObject } from '../../../sim/api/object.js';

interface Managed {
  readonly manager?: string;
  readonly operation?: string;
  readonly subresource?: string;
  readonly time?: string;
  readonly fieldsV1?: object;
}

/** What histories say of whoever is known by a field manager only: no user has this name. */
export const managerPrefix = 'field manager ';

/**
 * The manager of the change from one state to the next; undefined when none has an entry that is new. Two
 * writes of one manager within a second that touch the same fields leave equal entries.
 */
export function managerOf(object: KubeObject, before: KubeObject | undefined): string | undefined {
  const known = new Set(entriesOf(before).map(written));
  const fresh = entriesOf(object).filter(entry => !known.has(written(entry)));
  const latest = [...fresh].sort((a, b) => ((a.time ?? '') < (b.time ?? '') ? 1 : -1))[0];
  return latest?.manager === undefined ? undefined : managerPrefix + latest.manager;
}

function entriesOf(object: KubeObject | undefined): readonly Managed[] {
  return (object?.metadata['managedFields'] as readonly Managed[] | undefined) ?? [];
}

function written({ manager, operation, subresource, time, fieldsV1 }: Managed): string {
  return JSON.stringify([manager, operation, subresource, time, fieldsV1]);
}
