/** An entry that stands for a file, where there is no object to point at. */
import type { Place } from '../input/errors.js';
import { entryOf, type Entry } from './entry.js';

/** The entry of a place. */
export function placeEntry({ file, line = 1 }: Place): Entry {
  const document = { file, value: {}, lineOf: () => line };
  return entryOf({ object: { metadata: {} }, file, line, document, path: [] });
}
