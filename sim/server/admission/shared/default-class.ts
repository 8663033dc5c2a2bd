/** Which class is marked as the default: the newest, then the first by name. */
import { compareText } from '../../../api/go-text.js';
import type { HasMetadata, Kind } from '../../../api/object.js';
import type { ServerAccess } from '../../access.js';

/** The default class of a kind; undefined when none is marked by one of the annotations. */
export function defaultClassOf<T extends HasMetadata>(
  access: ServerAccess,
  kind: Kind<T>,
  annotations: readonly string[],
): T | undefined {
  const all = access.list(kind) as unknown as readonly T[];
  return all
    .filter(({ metadata }) => annotations.some(key => metadata.annotations?.[key] === 'true'))
    .sort(newestFirst)[0];
}

function newestFirst({ metadata: a }: HasMetadata, { metadata: b }: HasMetadata): number {
  const byAge = compareText(b.creationTimestamp ?? '', a.creationTimestamp ?? '');
  return byAge === 0 ? compareText(a.name ?? '', b.name ?? '') : byAge;
}
