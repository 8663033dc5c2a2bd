/** The second pass: looks through what was written for any original word, whole or in part. */
import { partsOf } from './common-words.js';
import type { Anonymiser } from './anonymiser.js';

/** A word that was left. */
export interface Leak {
  readonly file: string;
  readonly line: number;
  readonly word: string;
}

/** Leaks beyond these are no news. */
const leaksMax = 100;
const word = /[A-Za-z0-9_](?:[A-Za-z0-9_.@-]*[A-Za-z0-9_])?/g;

/** Every original word that is still in a text. */
export function leaksIn(text: string, file: string, own: Anonymiser): Leak[] {
  const { vocabulary } = own;
  const originals = new Set<string>();
  for (const { word: each } of [...vocabulary.entries(), ...own.others()]) originals.add(each);
  const secret = vocabulary.secretParts();
  const leaks: Leak[] = [];
  const seen = new Map<string, boolean>();
  for (const [index, line] of text.split('\n').entries()) {
    for (const [found] of line.matchAll(word)) {
      let isLeak = seen.get(found);
      if (isLeak === undefined) {
        const isOwn = vocabulary.isStandIn(found);
        isLeak = !isOwn && (originals.has(found) || partsOf(found).some(part => secret.has(part)));
        seen.set(found, isLeak);
      }
      if (isLeak && leaks.length < leaksMax) leaks.push({ file, line: index + 1, word: found });
    }
  }
  return leaks;
}
