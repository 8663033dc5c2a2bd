/**
 * Objects as the informers have them, but for those that the scheduler has just decided to change:
 * they count as changed until a newer version comes. @upstream pkg/scheduler/util/assumecache
 */
import type { HasMetadata, Kind } from '../api/object.js';
import type { ObjectReader } from './framework.js';

interface Assumption {
  readonly object: HasMetadata;
  /** The version that the assumption was made from. */
  readonly base: string | undefined;
}

/** A reader with assumptions on top. */
export class AssumedObjects implements ObjectReader {
  private readonly byResource = new Map<string, Map<string, Assumption>>();

  constructor(private readonly reader: ObjectReader) {}

  get<T extends HasMetadata>(kind: Kind<T>, namespace: string, name: string): T | undefined {
    return this.current(kind, this.reader.get(kind, namespace, name));
  }

  list<T extends HasMetadata>(kind: Kind<T>, namespace?: string): readonly T[] {
    const objects = this.reader.list(kind, namespace);
    if (!this.byResource.has(kind.resource)) return objects;
    return objects.flatMap(object => this.current(kind, object) ?? []);
  }

  /** The object without any assumption. */
  getLive<T extends HasMetadata>(kind: Kind<T>, namespace: string, name: string): T | undefined {
    return this.reader.get(kind, namespace, name);
  }

  /** From now on the object counts as this, which was made from its present version. */
  assume<T extends HasMetadata>(kind: Kind<T>, object: T): void {
    const assumptions = this.byResource.get(kind.resource) ?? new Map<string, Assumption>();
    const base = object.metadata.resourceVersion;
    assumptions.set(keyOf(object), { object, base });
    this.byResource.set(kind.resource, assumptions);
  }

  /** Takes the assumption back. */
  restore<T extends HasMetadata>(kind: Kind<T>, object: T): void {
    const assumptions = this.byResource.get(kind.resource);
    assumptions?.delete(keyOf(object));
    if (assumptions?.size === 0) this.byResource.delete(kind.resource);
  }

  private current<T extends HasMetadata>(kind: Kind<T>, live: T | undefined): T | undefined {
    if (live === undefined) return undefined;
    const assumption = this.byResource.get(kind.resource)?.get(keyOf(live));
    if (assumption === undefined) return live;
    if (assumption.base === live.metadata.resourceVersion) return assumption.object as T;
    this.restore(kind, live);
    return live;
  }
}

function keyOf({ metadata }: HasMetadata): string {
  return `${metadata.namespace ?? ''}/${metadata.name ?? ''}`;
}
