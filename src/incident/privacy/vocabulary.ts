/** The words of one import and what stands in for each: one word, one stand-in, wherever it occurs. */
import { isCommon, isPublicDomain, isReserved, partsOf, privatePart } from './common-words.js';

/** What a word is: the first that claims it decides how its stand-in looks. */
export type WordKind =
  | 'namespace'
  | 'node'
  | 'name'
  | 'user'
  | 'group'
  | 'label'
  | 'domain'
  | 'host'
  | 'registry'
  | 'image'
  | 'tag'
  | 'zone'
  | 'metric'
  | 'alert'
  | 'agent'
  | 'env'
  | 'hash'
  | 'value'
  | 'word';

const forms: Readonly<Record<WordKind, (number: number) => string>> = {
  namespace: number => `ns-${number}`,
  node: number => `node-${number}`,
  name: number => `app-${number}`,
  user: number => `user-${number}`,
  group: number => `group-${number}`,
  label: number => `label-${number}`,
  domain: number => `domain-${number}.test`,
  host: number => `host-${number}.test`,
  registry: number => `registry-${number}.test`,
  image: number => `image-${number}`,
  tag: number => `tag-${number}`,
  zone: number => `zone-${number}`,
  metric: number => `metric_${number}`,
  alert: number => `Alert${number}`,
  agent: number => `agent-${number}`,
  env: number => `ENV_${number}`,
  hash: number => `hash-${number}`,
  value: number => `value-${number}`,
  word: number => `word-${number}`,
};

/** Maps whose keys are somebody's words. */
const mapsOfWords = new Set([
  'labels',
  'matchLabels',
  'nodeSelector',
  'selector',
  'annotations',
  'data',
  'binaryData',
  'stringData',
  'managedFields',
]);

/** Alphabet of the suffixes that the server and controllers generate. */
const safe = '[bcdfghjklmnpqrstvwxz2456789]';
/** Suffixes, the longest first: of a pod of a Deployment, of its ReplicaSet, of other pods, numbers. */
const suffixes: readonly RegExp[] = [
  new RegExp(`-${safe}{6,10}-${safe}{5}$`),
  new RegExp(`-[a-z0-9]{8,10}-[a-z0-9]{5}$`),
  new RegExp(`-\\d+-${safe}{5}$`),
  new RegExp(`-${safe}{6,10}$`),
  new RegExp(`-${safe}{5}$`),
  /\.[0-9a-f]{16}$/,
  /-[0-9a-f]{8,10}$/,
  /-\d+$/,
];

/** The words of an import. */
export class Vocabulary {
  private readonly tokens = new Map<string, string>();
  private readonly kinds = new Map<string, WordKind>();
  private readonly numbers = new Map<string, number>();
  private readonly taken = new Set<string>();
  private secret: Set<string> | undefined;
  /** Names of fields in the objects of this import: as words they give nobody away. */
  private readonly structural = new Set<string>();
  private readonly structuralParts = new Set<string>();

  /** Keeps the names of an object's fields from being replaced. */
  keepFields(value: unknown): void {
    if (Array.isArray(value)) for (const each of value) this.keepFields(each);
    else if (typeof value === 'object' && value !== null) {
      for (const [key, each] of Object.entries(value)) {
        if (mapsOfWords.has(key)) continue;
        this.structural.add(key);
        for (const part of partsOf(key)) this.structuralParts.add(part);
        this.keepFields(each);
      }
    }
  }

  /** Keeps a word of the API, such as the plural of a kind, from being replaced. */
  keepWord(word: string): void {
    this.structural.add(word);
    for (const part of partsOf(word)) this.structuralParts.add(part);
  }

  /** Keeps a name that every cluster has, though parts of it may be words of somebody's. */
  keepName(name: string): void {
    if (!this.tokens.has(name)) this.structural.add(name);
  }

  /** The hash of a template: of one whose words are replaced it is another. */
  translate(hash: string, other: string): void {
    if (hash === other || this.tokens.has(hash)) return;
    this.tokens.set(hash, other);
    this.kinds.set(hash, 'hash');
    this.taken.add(other);
    this.secret = undefined;
  }

  /** A name that controllers make of two others: it is made of what stands for them. */
  compose(name: string, stand: string): void {
    if (name === stand || this.tokens.has(name)) return;
    this.tokens.set(name, stand);
    this.kinds.set(name, 'name');
    this.taken.add(stand);
    this.secret = undefined;
  }

  /** Whether a word is one of the API itself. */
  isStructural(word: string): boolean {
    return this.structural.has(word);
  }

  /** How many words have a stand-in. */
  get size(): number {
    return this.tokens.size;
  }

  /** Whether the word has a stand-in. */
  has(word: string): boolean {
    return this.tokens.has(word);
  }

  /** Claims a word; everybody's words stay as they are. Returns what stands for it. */
  claim(word: string, kind: WordKind): string {
    const known = this.tokens.get(word);
    if (known !== undefined) return known;
    const isName = kind === 'name' || kind === 'namespace' || kind === 'node' || kind === 'user';
    const isKept = isName ? isReserved(word) : isCommon(word);
    if (word === '' || isKept || this.structural.has(word) || this.isStandIn(word)) return word;
    const token = this.fresh(kind);
    this.tokens.set(word, token);
    this.kinds.set(word, kind);
    this.secret = undefined;
    return token;
  }

  /** Claims a name without what was generated behind it, so that owner and owned stay together. */
  claimName(name: string, kind: WordKind = 'name'): string {
    if (name.endsWith('-')) return `${this.claimName(name.slice(0, -1), kind)}-`;
    const split = this.split(name);
    if (split !== undefined) return split;
    const generated = suffixes.slice(0, 6).find(suffix => suffix.test(name));
    if (generated === undefined) return this.claim(name, kind);
    const base = name.replace(generated, '');
    // A Job whose own name was generated has pods with two endings.
    return this.claimName(base, kind) + this.ending(name.slice(base.length));
  }

  /** What stands for a word, its generated suffix kept; undefined: it is none of ours. */
  find(word: string): string | undefined {
    const exact = this.tokens.get(word);
    if (exact !== undefined) return exact;
    return this.split(word);
  }

  /** Whether a part of the word is a part of one of ours that nobody else uses. */
  isSuspect(word: string): boolean {
    const secret = this.secretParts();
    return partsOf(privatePart(word)).some(part => secret.has(part));
  }

  /** Whether it is one of our stand-ins. */
  isStandIn(word: string): boolean {
    return this.taken.has(word);
  }

  /** Every word with its kind and its stand-in, for the table that stays with the user. */
  entries(): readonly { readonly word: string; readonly token: string; readonly kind: WordKind }[] {
    return [...this.tokens].map(([word, token]) => ({
      word,
      token,
      kind: this.kinds.get(word) ?? 'word',
    }));
  }

  /** Parts of our words that are nobody else's. */
  secretParts(): ReadonlySet<string> {
    if (this.secret === undefined) {
      this.secret = new Set();
      for (const [word, kind] of this.kinds) {
        // Values are sentences as often as not: their words are everybody's.
        const isAny = kind === 'tag' || kind === 'value' || kind === 'env' || kind === 'hash';
        if (isAny || isPublicDomain(word)) continue;
        for (const part of partsOf(privatePart(word))) {
          if (this.isTelling(part)) this.secret.add(part);
        }
      }
    }
    return this.secret;
  }

  /** Whether a part of a word says whose it is. */
  private isTelling(part: string): boolean {
    if (part.length < 3 || /^v?\d+$/.test(part)) return false;
    return !isCommon(part) && !this.structuralParts.has(part);
  }

  /** The stand-in of what is before one ending or several, with these. */
  private split(word: string): string | undefined {
    for (const suffix of suffixes) {
      const found = suffix.exec(word);
      if (found === null || found.index === 0) continue;
      const base = word.slice(0, found.index);
      const token = this.tokens.get(base) ?? this.split(base);
      if (token !== undefined) return token + this.ending(found[0]);
    }
    return undefined;
  }

  /** What was generated behind a name: of hashes those of the templates as they are shown. */
  private ending(text: string): string {
    return text.replaceAll(/[a-z0-9]{6,}/g, part =>
      this.kinds.get(part) === 'hash' ? (this.tokens.get(part) ?? part) : part,
    );
  }

  /** A stand-in that is no word of the input. */
  private fresh(kind: WordKind): string {
    const form = forms[kind];
    for (let number = (this.numbers.get(kind) ?? 0) + 1; ; number++) {
      const token = form(number);
      if (this.tokens.has(token)) continue;
      this.numbers.set(kind, number);
      this.taken.add(token);
      return token;
    }
  }
}
