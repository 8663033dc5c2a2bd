/**
 * What kube-apiserver lets etcd forget: every five minutes it compacts to where it was five minutes before.
 * @upstream apiserver/pkg/storage/etcd3/compact.go
 */
import type { Clock } from '../engine/clock.js';
import type { Store } from '../store/store.js';
import type { FieldOwners } from './field-owners.js';

const compactEveryMs = 300_000;

/** What one server's store has been compacted to. */
export class Compaction {
  /** The revisions at the last whole five minutes and at those before; unknown until they were waited for. */
  private last = 0;
  private before = 0;

  constructor(
    private readonly store: Store<FieldOwners>,
    private readonly clock: Clock,
  ) {}

  /**
   * The revision before which nothing is answered by now, counted from whole five minutes. The store itself
   * keeps more, for whoever looks at a run afterwards, unless it is compacted as well.
   */
  revision(): number {
    const nowMs = this.clock.now();
    const kept = this.store.revisionAt(nowMs - (nowMs % compactEveryMs) - compactEveryMs);
    return Math.max(kept, this.before);
  }

  /** From now on the store forgets what is not answered any more. */
  beginRegularly(): void {
    const { store, clock } = this;
    store.compact(this.revision());
    clock.after(compactEveryMs - (clock.now() % compactEveryMs), 'compact', () => {
      this.before = this.last;
      // Renewed leases count, of which the store keeps no history.
      this.last = store.revision;
      this.beginRegularly();
    });
  }
}
