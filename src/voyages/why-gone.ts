/** Why the API server did not find what an event was about: whether it had been there says whose doing it is. */
import type { HistoryEntry } from '../../sim/server/contract.js';

const notFound = /(?:^|: )(\S+) "([^"]+)" not found$/;

/** The refusals of a voyage; those of objects that are gone say how that came about. */
export function withWhyGone(
  refusals: readonly string[],
  history: readonly Pick<HistoryEntry, 'type' | 'resource' | 'object'>[],
): string[] {
  return refusals.map(text => {
    const [, resource, name] = notFound.exec(text) ?? [];
    if (resource === undefined) return text;
    const fates = history.filter(
      entry => entry.resource === resource && entry.object.metadata.name === name,
    );
    if (fates.some(({ type }) => type === 'DELETED')) {
      return `${text}: the voyage itself had let it be deleted`;
    }
    return fates.length === 0 ? `${text}: it never came to be` : text;
  });
}
