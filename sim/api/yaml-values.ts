/**
 * What a document of YAML is as JSON, as kubectl and the API server make it of one: anchors, merges and
 * keys that are no texts as Go's decoder takes them.
 *
 * @upstream go.yaml.in/yaml/v2 decode.go, sigs.k8s.io/yaml yaml.go
 */
import { isAlias, isMap, isNode, isScalar, isSeq, visit, type Alias, type Document } from 'yaml';

/** A key that stands in its map already. */
export interface RepeatedKey {
  readonly key: string;
  readonly keyOffset: number;
  readonly valueOffset: number;
}

/** The value, or why there is none. */
export interface YamlValue {
  readonly value: unknown;
  readonly repeats: readonly RepeatedKey[];
  /** The first thing in it that has no form in JSON. */
  readonly problem: { readonly offset: number; readonly message: string } | undefined;
}

/** Reads it; each call makes a value of its own. */
export function yamlValue(document: Document.Parsed): YamlValue {
  const reader = new Reader(document);
  const value = reader.read(document.contents);
  const { problem, repeats } = reader;
  return { value: problem === undefined ? value : undefined, repeats, problem };
}

type JsonMap = Record<string, unknown>;

class Reader {
  readonly repeats: RepeatedKey[] = [];
  problem: { readonly offset: number; readonly message: string } | undefined;
  private targets: ReadonlyMap<Alias, unknown> | undefined;
  /** The targets of aliases that are being read. */
  private readonly open = new Set<unknown>();
  private reads = 0;
  private readsOfAliases = 0;

  constructor(private readonly document: Document.Parsed) {}

  read(node: unknown): unknown {
    if (this.problem !== undefined) return undefined;
    this.count(node);
    if (isAlias(node)) return this.within(node, target => this.read(target));
    const anchor = isNode(node) ? node.anchor : undefined;
    if (anchor !== undefined && !/^[\w-]+$/.test(anchor)) {
      this.no(node, `the anchor &${anchor} has more than letters, digits, - and _`);
    }
    if (isSeq(node)) return node.items.map(item => this.read(item));
    if (isMap(node)) {
      const map: JsonMap = {};
      this.fill(map, node);
      return map;
    }
    if (!isScalar(node)) return null;
    const { value, tag = '' } = node;
    const [, asked] = /^tag:yaml.org,2002:(int|float|bool|null)$/.exec(tag) ?? [];
    if (asked !== undefined && typeof value === 'string') {
      this.no(node, `${value} is no !!${asked}`);
    }
    if (typeof value === 'number' && !Number.isFinite(value)) {
      this.no(node, `${node.source ?? String(value)} is no number that JSON can hold`);
    }
    return value ?? null;
  }

  private within<T>(node: Alias, read: (target: unknown) => T): T | undefined {
    const target = this.targetOf(node);
    if (target === undefined) {
      this.no(node, `*${node.source} is no anchor above it in this document`);
    } else if (this.open.has(target)) {
      this.no(node, `*${node.source} stands within what it names`);
    } else {
      this.open.add(target);
      const result = read(target);
      this.open.delete(target);
      return result;
    }
    return undefined;
  }

  /** Most documents have no alias, and are not searched for anchors. */
  private targetOf(node: Alias): unknown {
    this.targets ??= targetsOf(this.document);
    return this.targets.get(node);
  }

  /** What stands later wins, be it a key or a merge. */
  private fill(map: JsonMap, node: unknown): void {
    if (!isMap(node)) return;
    const own = new Set<string>();
    for (const { key, value } of node.items) {
      if (isScalar(key) && key.type === 'PLAIN' && key.value === '<<') {
        this.merge(map, value);
        continue;
      }
      const name = this.keyOf(key);
      if (own.has(name) && this.open.size === 0) {
        const keyOffset = offsetOf(key);
        this.repeats.push({ key: name, keyOffset, valueOffset: offsetOf(value) ?? keyOffset });
      }
      own.add(name);
      set(map, name, this.read(value));
    }
  }

  private merge(map: JsonMap, source: unknown): void {
    if (isSeq(source)) {
      // Those that stand first win over the others.
      for (const item of [...source.items].reverse()) this.mergeOne(map, item);
    } else {
      this.mergeOne(map, source);
    }
  }

  private mergeOne(map: JsonMap, source: unknown): void {
    this.count(source);
    if (isMap(source)) this.fill(map, source);
    else if (isAlias(source) && isMap(this.targetOf(source) ?? source)) {
      this.within(source, target => {
        this.fill(map, target);
      });
    } else this.no(source, '<< takes a map, or a list of maps');
  }

  private keyOf(node: unknown): string {
    const value = this.read(node);
    if (typeof value === 'string') return value;
    if (typeof value === 'number' || typeof value === 'boolean') return String(value);
    const what = value === null ? 'nothing' : Array.isArray(value) ? 'a list' : 'a map';
    this.no(node, `${what} is the key of a map`);
    return '';
  }

  /** Go refuses a document of which nearly all is copies. */
  private count(node: unknown): void {
    this.reads += 1;
    if (this.open.size > 0) this.readsOfAliases += 1;
    if (this.readsOfAliases <= 100 || this.reads <= 1_000) return;
    if (this.readsOfAliases / this.reads > shareMax(this.reads)) {
      this.no(node, 'nearly all of the document is copies by aliases');
    }
  }

  private no(node: unknown, message: string): void {
    this.problem ??= { offset: offsetOf(node) ?? 0, message };
  }
}

function shareMax(reads: number): number {
  const [low, high] = [400_000, 4_000_000];
  if (reads <= low) return 0.99;
  return reads >= high ? 0.1 : 0.99 - (0.89 * (reads - low)) / (high - low);
}

/** `__proto__` is a key as any other. */
function set(map: JsonMap, key: string, value: unknown): void {
  if (key !== '__proto__') map[key] = value;
  else {
    const rest = { writable: true, enumerable: true, configurable: true };
    Object.defineProperty(map, key, { value, ...rest });
  }
}

function offsetOf(node: unknown): number;
function offsetOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined;
}

/** What each alias names: the last anchor of the name above it. */
function targetsOf(document: Document.Parsed): ReadonlyMap<Alias, unknown> {
  const targets = new Map<Alias, unknown>();
  const anchors = new Map<string, unknown>();
  visit(document, {
    Node: (_, node) => {
      if (isAlias(node)) targets.set(node, anchors.get(node.source));
      else if (node.anchor !== undefined) anchors.set(node.anchor, node);
    },
  });
  return targets;
}
