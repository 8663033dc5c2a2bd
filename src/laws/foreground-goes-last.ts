/** Who is deleted in the foreground goes last. */
import type { OwnerReference } from '../../sim/api/kinds/meta.js';
import { hasFinalizer } from '../../sim/api/meta.js';
import { law, type Breach, type Change, type Judge } from './law.js';
import { inOrder, nameOf, written } from './story.js';

const defaults = {
  /** The collector hears of a dependent late: one that is younger is not judged. */
  lagMs: 30_000,
};

/**
 * Judged for owners that carried the finalizer of a foreground deletion (`--cascade=foreground`): when
 * they go, no dependent that blocks their deletion may be left.
 */
export const foregroundGoesLast = law({
  name: 'foreground-goes-last',
  family: 'general',
  says: 'an owner that is deleted in the foreground goes after the dependents that block it',
  source:
    'https://kubernetes.io/docs/concepts/architecture/garbage-collection/#foreground-deletion',
  settings: defaults,
  begin: ({ lagMs }) => new Foreground(lagMs),
});

class Foreground implements Judge {
  readonly on = { '*': (change: Change) => this.change(change) };
  /** By the owner's uid: the dependents that block it, as they came, by their uid. */
  private readonly blocking = new Map<string, Map<string, Change>>();
  /** Owners that wait for theirs. */
  private readonly waiting = new Map<string, Change>();
  private readonly breaches: Breach[] = [];
  private looked = 0;

  constructor(private readonly lagMs: number) {}

  end(): { looked: number; breaches: readonly Breach[] } {
    return { looked: this.looked, breaches: this.breaches };
  }

  private change(change: Change): void {
    const { object, before, type } = change;
    const { uid = '', ownerReferences } = object.metadata;
    const old = before?.metadata.ownerReferences;
    if (old !== ownerReferences || type === 'DELETED') {
      for (const owner of old ?? []) this.blocking.get(owner.uid)?.delete(uid);
      if (type !== 'DELETED') this.add(ownerReferences, uid, change);
    }
    if (type === 'DELETED') return this.ended(change, uid);
    if (hasFinalizer(object, 'foregroundDeletion') && !this.waiting.has(uid)) {
      this.waiting.set(uid, change);
      if ((this.blocking.get(uid)?.size ?? 0) > 0) this.looked++;
    }
  }

  private add(owners: readonly OwnerReference[] | undefined, uid: string, change: Change): void {
    for (const owner of owners ?? []) {
      if (owner.blockOwnerDeletion !== true) continue;
      const own = this.blocking.get(owner.uid);
      if (own === undefined) this.blocking.set(owner.uid, new Map([[uid, change]]));
      else own.set(uid, change);
    }
  }

  private ended(change: Change, uid: string): void {
    const asked = this.waiting.get(uid);
    this.waiting.delete(uid);
    if (asked === undefined) return;
    const own = [...(this.blocking.get(uid)?.values() ?? [])];
    const [first, ...more] = own.filter(({ timeMs }) => timeMs < change.timeMs - this.lagMs);
    if (first === undefined) return;
    const others = more.length === 0 ? '' : ` and ${more.length} more`;
    const owner = nameOf(change.object);
    this.breaches.push({
      timeMs: change.timeMs,
      what: `${owner} went while ${nameOf(first.object)}${others}, which blocks its deletion, is still there`,
      objects: [owner, nameOf(first.object)],
      evidence: inOrder([
        written(first, `it blocks the deletion of ${owner}`),
        written(asked, 'it is deleted in the foreground'),
        written(change),
      ]),
    });
  }
}
