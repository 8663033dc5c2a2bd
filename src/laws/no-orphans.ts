/** What belongs to an object goes with it. */
import type { OwnerReference } from '../../sim/api/kinds/meta.js';
import { keyOf } from '../../sim/api/meta.js';
import { law, type Breach, type Change, type Entry, type Judge } from './law.js';
import { lengthOf, nameOf, written } from './story.js';
import type { World } from './world.js';

const defaults = {
  /** From the end of the last owner until its dependents are gone or on their way out. */
  goneWithinMs: 300_000,
};

/**
 * Judged for owners that were seen to go. Dependents that were let go of (`--cascade=orphan` takes the
 * reference out of them first) are nobody's, and one with another owner that lives stays.
 */
export const noOrphans = law({
  name: 'no-orphans',
  family: 'general',
  says: 'an object whose owners are all gone is collected',
  source: 'https://kubernetes.io/docs/concepts/architecture/garbage-collection/',
  settings: defaults,
  begin: ({ goneWithinMs }) => new Orphans(goneWithinMs),
});

class Orphans implements Judge {
  readonly on = { '*': (change: Change, world: World) => this.change(change, world) };
  /** By the owner's uid: its dependents' resources and keys, by uid. */
  private readonly dependents = new Map<string, Map<string, readonly [string, string]>>();
  private readonly gone = new Set<string>();
  private readonly breaches: Breach[] = [];
  private looked = 0;

  constructor(private readonly goneWithinMs: number) {}

  end(): { looked: number; breaches: readonly Breach[] } {
    return { looked: this.looked, breaches: this.breaches };
  }

  private change(change: Change, world: World): void {
    const { object, before, type, resource } = change;
    const { uid = '', ownerReferences } = object.metadata;
    const old = before?.metadata.ownerReferences;
    if (old !== ownerReferences || type === 'DELETED') {
      for (const owner of old ?? []) this.dependents.get(owner.uid)?.delete(uid);
      if (type !== 'DELETED') this.add(ownerReferences, uid, [resource, keyOf(object)]);
    }
    if (type === 'DELETED') this.ended(change, uid, world);
  }

  private add(
    owners: readonly OwnerReference[] | undefined,
    uid: string,
    place: readonly [string, string],
  ): void {
    for (const owner of owners ?? []) {
      const own = this.dependents.get(owner.uid);
      if (own === undefined) this.dependents.set(owner.uid, new Map([[uid, place]]));
      else own.set(uid, place);
    }
  }

  private ended(change: Change, uid: string, world: World): void {
    this.gone.add(uid);
    const own = this.dependents.get(uid);
    if (own === undefined || own.size === 0) return;
    this.looked++;
    world.at(world.now() + this.goneWithinMs, () => {
      for (const [dependent, [resource, key]] of own) {
        const entry = world.find(resource, key);
        if (entry?.object.metadata.uid === dependent) this.judge(entry, change, world);
      }
    });
  }

  private judge(entry: Entry, owner: Change, world: World): void {
    const { ownerReferences = [], deletionTimestamp } = entry.object.metadata;
    if (deletionTimestamp !== undefined) return;
    if (!ownerReferences.every(({ uid }) => this.gone.has(uid))) return;
    this.breaches.push({
      timeMs: world.now(),
      what: `${nameOf(entry.object)} is still there ${lengthOf(this.goneWithinMs)} after its owner ${nameOf(owner.object)} went`,
      objects: [nameOf(entry.object), nameOf(owner.object)],
      evidence: [written(entry, `it belongs to ${nameOf(owner.object)}`), written(owner)].sort(
        (a, b) => a.timeMs - b.timeMs,
      ),
    });
  }
}
