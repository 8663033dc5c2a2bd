/** What the controller wrote last: a cache that is behind is not acted on. @upstream argo-rollouts utils/resourceversion/tracker.go */
import type { HasMetadata } from '../../api/object.js';

/** By the keys of objects. */
export class WrittenVersions {
  private readonly versions = new Map<string, string>();

  record(key: string, { metadata }: HasMetadata): void {
    this.versions.set(key, metadata.resourceVersion ?? '');
  }

  forget(key: string): void {
    this.versions.delete(key);
  }

  /** Whether the object is older than what was written: its next change wakes the controller. */
  isStale(key: string, { metadata }: HasMetadata): boolean {
    const written = this.versions.get(key) ?? '';
    const { resourceVersion: seen = '' } = metadata;
    if (written.length !== seen.length) return written.length > seen.length;
    return written > seen;
  }
}
