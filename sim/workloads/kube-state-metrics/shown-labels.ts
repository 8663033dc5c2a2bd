/** Labels and annotations of objects as labels of metrics. @upstream kube-state-metrics internal/store/utils.go */
import { labelName } from './family.js';

type Texts = Readonly<Record<string, string>>;

/** Those that the list allows, each under its prefix; names that come out alike are numbered. */
export function shownLabels(prefix: string, given: Texts, allowed: readonly string[]): Texts {
  const names = Object.keys(given)
    .filter(name => isAllowed(name, allowed))
    .sort();
  const shown: Record<string, string> = {};
  const counts = new Map<string, number>();
  for (const name of names) counts.set(wordOf(name), (counts.get(wordOf(name)) ?? 0) + 1);
  const used = new Map<string, number>();
  for (const name of names) {
    const word = wordOf(name);
    const number = (used.get(word) ?? 0) + 1;
    used.set(word, number);
    const isAlone = counts.get(word) === 1;
    shown[`${prefix}_${word}${isAlone ? '' : `_conflict${number}`}`] = given[name] ?? '';
  }
  return shown;
}

const wordOf = (name: string): string =>
  labelName(name)
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase();

/** A lone `*` counts where it is the first; within a name one stands for anything. */
function isAllowed(name: string, allowed: readonly string[]): boolean {
  if (allowed[0] === '*') return true;
  return allowed.some(pattern => {
    if (pattern === name) return true;
    const [head = '', tail, ...more] = pattern.split('*');
    if (pattern === '*' || tail === undefined || more.length > 0) return false;
    const isLong = name.length >= head.length + tail.length;
    return isLong && name.startsWith(head) && name.endsWith(tail);
  });
}
