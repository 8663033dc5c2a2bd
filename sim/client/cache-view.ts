/** What a controller reads: the caches of the kinds that it watches. */
import type { HasMetadata, Kind } from '../api/object.js';
import { invariant } from '../engine/invariant.js';
import type { View } from './contract.js';
import type { Informer } from './informer.js';

/** An informer of some kind. */
export type AnyInformer = Informer<HasMetadata>;

/** The caches of the kinds that one controller watches. */
export class CacheView implements View {
  /** By the token of the kind; a kind that has several tokens is found by its name once for each. */
  private readonly informers = new Map<Kind<HasMetadata>, AnyInformer>();

  constructor(private readonly label: string) {}

  add(kind: Kind<HasMetadata>, informer: AnyInformer): void {
    if (!this.informers.has(kind)) this.informers.set(kind, this.named(kind) ?? informer);
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
    const known = this.informers.get(token);
    if (known !== undefined) return known;
    const informer = this.named(token);
    invariant(informer !== undefined, `${this.label} watches ${kind.resource}, which it reads`);
    this.informers.set(token, informer);
    return informer;
  }

  private named({ group, version, resource }: Kind<HasMetadata>): AnyInformer | undefined {
    for (const [kind, informer] of this.informers) {
      if (kind.resource === resource && kind.group === group && kind.version === version) {
        return informer;
      }
    }
    return undefined;
  }
}
