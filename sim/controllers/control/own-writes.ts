/** Keeps a controller from acting on a cache that is behind its own writes. @upstream pkg/controller/util/consistency/consistency.go */
import type { HasMetadata, Kind } from '../../api/object.js';
import type { View } from '../../client/contract.js';

type AnyKind = Pick<Kind, 'group' | 'version' | 'kind' | 'resource' | 'isNamespaced'>;

interface Written {
  readonly uid: string;
  /** By kind, the highest resourceVersion that was written. */
  readonly versions: Map<AnyKind, number>;
}

/** The versions that were written for each owner and may not have come back yet. */
export class OwnWrites {
  private readonly byKey = new Map<string, Written>();

  /** An object was written for the owner. */
  note(key: string, owner: HasMetadata, kind: AnyKind, object: HasMetadata): void {
    const version = Number(object.metadata.resourceVersion ?? 0);
    const { uid = '' } = owner.metadata;
    let written = this.byKey.get(key);
    if (written?.uid !== uid) {
      written = { uid, versions: new Map() };
      this.byKey.set(key, written);
    }
    if (version > (written.versions.get(kind) ?? 0)) written.versions.set(kind, version);
  }

  /** Why the owner must not be looked at yet: its cache is older than what was written. */
  delay(key: string, view: View): string | undefined {
    const written = this.byKey.get(key);
    if (written === undefined || view.version === undefined) return undefined;
    for (const [kind, version] of written.versions) {
      const read = view.version(kind);
      if (read === '' || Number(read) >= version) continue;
      return `read version: ${read} is not as new as written version: ${version} for group resource ${kind.resource}`;
    }
    this.byKey.delete(key);
    return undefined;
  }

  /** Forgets the owner; with a uid only the one of that uid. */
  forget(key: string, uid?: string): void {
    if (uid === undefined || this.byKey.get(key)?.uid === uid) this.byKey.delete(key);
  }
}
