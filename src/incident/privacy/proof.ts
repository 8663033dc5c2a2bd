/** The second pass: looks through what was written for any original word, whole or in part. */
import { isReserved } from './common-words.js';
import { publicKeys, type Anonymiser } from './anonymiser.js';

/** A word that was left. */
export interface Leak {
  readonly file: string;
  readonly line: number;
  readonly word: string;
}

/** Leaks beyond these are no news. */
const leaksMax = 100;
/** So many words are remembered. */
const wordsMax = 100_000;
/** What every cluster has by this name. */
const everybodys = /\b(?:system|kubeadm):(?!serviceaccounts?:|node:)[\w:.-]*\w/g;
/** What stands for uuids is counted, and so of nobody. */
const standInUuid = /(?:pvc-)?00000000-0000-4000-8000-\d{12}/g;
/** Images that are kept and in whose names nobody else can put a word: their parts may be names elsewhere too. */
const publicImage = /(?<![\w./-])(?:registry\.k8s\.io|nvcr\.io\/nvidia)\/[\w./-]+/g;
/** Words of our own files: they tell nothing, even where somebody has a name like a part of them. */
const ownWords = new Set([
  'complete-after',
  'contentType',
  'creationTimestamp',
  'horizontal-pod-autoscaler',
  'run-forever',
  'userAgent',
]);
const word = /[A-Za-z0-9_](?:[A-Za-z0-9_.@-]*[A-Za-z0-9_])?/g;

/** Looks through texts for what was replaced. */
export class Proof {
  private readonly originals = new Set<string>();
  private readonly seen = new Map<string, boolean>();
  readonly leaks: Leak[] = [];

  constructor(private readonly own: Anonymiser) {
    for (const { word: each } of [...own.vocabulary.entries(), ...own.others()]) {
      this.originals.add(each);
    }
  }

  /** Looks through one line. */
  line(text: string, file: string, line: number): void {
    const own = text.replace(everybodys, '').replace(standInUuid, '').replace(publicImage, '');
    for (const [found] of own.matchAll(word)) {
      if (this.isLeak(found) && this.leaks.length < leaksMax) {
        this.leaks.push({ file, line, word: found });
      }
    }
  }

  private isLeak(found: string): boolean {
    const known = this.seen.get(found);
    if (known !== undefined) return known;
    const { vocabulary } = this.own;
    const isPublic = publicKeys.has(found) || isReserved(found);
    const isOwn = isPublic || vocabulary.isStandIn(found) || ownWords.has(found);
    const isApi = vocabulary.isStructural(found);
    const isLeak = !isOwn && !isApi && (this.originals.has(found) || vocabulary.isSuspect(found));
    if (this.seen.size > wordsMax) this.seen.clear();
    this.seen.set(found, isLeak);
    return isLeak;
  }
}

/** Every original word that is still in a text. */
export function leaksIn(text: string, file: string, own: Anonymiser): readonly Leak[] {
  const proof = new Proof(own);
  for (const [index, line] of text.split('\n').entries()) proof.line(line, file, index + 1);
  return proof.leaks;
}
