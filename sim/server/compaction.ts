/**
 * What kube-apiserver lets etcd forget: every five minutes it compacts to where it was five minutes before.
 * @upstream apiserver/pkg/storage/etcd3/compact.go
 */
import type { Core } from './core.js';

const compactEveryMs = 300_000;

/**
 * The revision before which nothing is answered by now, counted from whole five minutes. The store itself
 * keeps more, for whoever looks at a run afterwards, unless it is compacted as well.
 */
export function compactedRevision({ store, clock }: Pick<Core, 'store' | 'clock'>): number {
  const nowMs = clock.now();
  return store.revisionAt(nowMs - (nowMs % compactEveryMs) - compactEveryMs);
}

/** From now on the store forgets what is not answered any more. */
export function compactRegularly(core: Pick<Core, 'store' | 'clock'>): void {
  const { store, clock } = core;
  const compact = (): void => {
    store.compact(compactedRevision(core));
    clock.after(compactEveryMs - (clock.now() % compactEveryMs), 'compact', compact);
  };
  compact();
}
