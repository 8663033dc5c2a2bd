/** The second pass: looks through what was written for any original word, whole or in part. */
import type { Anonymiser } from './anonymiser.js';

/** A word that was left. */
export interface Leak {
  readonly file: string;
  readonly line: number;
  readonly word: string;
}

/** Leaks beyond these are no news. */
const leaksMax = 100;
/** What every cluster has by this name. */
const everybodys = /\b(?:system|kubeadm):(?!serviceaccounts?:|node:)[\w:.-]*\w/g;
const word = /[A-Za-z0-9_](?:[A-Za-z0-9_.@-]*[A-Za-z0-9_])?/g;

/** Every original word that is still in a text. */
export function leaksIn(text: string, file: string, own: Anonymiser): Leak[] {
  const { vocabulary } = own;
  const originals = new Set<string>();
  for (const { word: each } of [...vocabulary.entries(), ...own.others()]) originals.add(each);
  const leaks: Leak[] = [];
  const seen = new Map<string, boolean>();
  for (const [index, line] of text.split('\n').entries()) {
    for (const [found] of line.replace(everybodys, '').matchAll(word)) {
      let isLeak = seen.get(found);
      if (isLeak === undefined) {
        const isOwn = vocabulary.isStandIn(found);
        isLeak = !isOwn && (originals.has(found) || vocabulary.isSuspect(found));
        seen.set(found, isLeak);
      }
      if (isLeak && leaks.length < leaksMax) leaks.push({ file, line: index + 1, word: found });
    }
  }
  return leaks;
}
