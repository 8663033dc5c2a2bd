/** What a controller reads: the caches of the kinds that it watches. */
import type { HasMetadata, Kind } from '../api/object.js';
import { invariant } from '../engine/invariant.js';
import type { View } from './contract.js';
import type { Informer } from './informer.js';

/** An informer of some kind. */
export type AnyInformer = Informer<HasMetadata>;

/** The caches of the kinds that one controller watches. */
export class CacheView implements View {
  private readonly informers = new Map<string, AnyInformer>();
  /** The same by the token of the kind, which spares its name. */
  private readonly byKind = new Map<Kind<HasMetadata>, AnyInformer>();

  constructor(private readonly label: string) {}

  add(kind: Kind<HasMetadata>, informer: AnyInformer): void {
    const key = `${kind.resource}.${kind.group}/${kind.version}`;
    if (!this.informers.has(key)) this.informers.set(key, informer);
  }

  get<T extends HasMetadata>(kind: Kind<T>, namespace: string, name: string): T | undefined {
    return this.informer(kind).cache.get(namespace, name) as T | undefined;
  }

  list<T extends HasMetadata>(kind: Kind<T>, namespace?: string): readonly T[] {
    return this.informer(kind).cache.list(namespace) as readonly HasMetadata[] as readonly T[];
  }

  byIndex<T extends HasMetadata>(kind: Kind<T>, index: string, key: string): readonly T[] {
    const found = this.informer(kind).cache.byIndex(index, key);
    if (found === undefined) invariant(false, `${this.label} declares the index ${index}`);
    return found as readonly HasMetadata[] as readonly T[];
  }

  version<T extends HasMetadata>(kind: Kind<T>): string {
    return this.informer(kind).version;
  }

  private informer<T extends HasMetadata>(kind: Kind<T>): AnyInformer {
    const token = kind as unknown as Kind<HasMetadata>;
    const known = this.byKind.get(token);
    if (known !== undefined) return known;
    const informer = this.informers.get(`${kind.resource}.${kind.group}/${kind.version}`);
    invariant(informer !== undefined, `${this.label} watches ${kind.resource}, which it reads`);
    this.byKind.set(token, informer);
    return informer;
  }
}
