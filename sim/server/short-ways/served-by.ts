/** How a server serves a kind that it always has. */
import type { HasMetadata, Kind } from '../../api/object.js';
import { invariant } from '../../engine/invariant.js';
import type { Core } from '../core.js';
import type { ServedResource } from '../registry.js';

/** The kind in its own version. */
export function servedBy<T extends HasMetadata>({ registry }: Core, kind: Kind<T>): ServedResource {
  const { group, version, resource } = kind;
  const served = registry.find(group, version, resource);
  invariant(served !== undefined, `${resource} are served`);
  return served;
}
