/** What belongs to an object goes with it, and before it where it is to. */
import type { OwnerReference } from '../../sim/api/kinds/meta.js';
import { keyOf } from '../../sim/api/meta.js';
import { timeMs } from '../../sim/api/time.js';
import { law, type Breach, type Change, type Entry, type Judge } from './law.js';
import { lengthOf, nameOf, written } from './story.js';
import type { World } from './world.js';

const defaults = {
  /** From the end of the last owner until its dependents are gone or on their way out. */
  goneWithinMs: 300_000,
  /** Dependents that are so young may not be known to the garbage collector yet. */
  lagMs: 1_000,
};

/**
 * Judged for owners that were seen to go. Dependents that were let go of (`--cascade=orphan` takes the
 * reference out of them first) are nobody's, and one with another owner that lives stays. An owner that is
 * deleted in the foreground goes last: after all dependents that block its deletion. Who deletes it once
 * more, in the background, takes it out of the foreground: it goes at once then, and that is no breach.
 */
export const noOrphans = law({
  name: 'no-orphans',
  family: 'general',
  says: 'an object whose owners are all gone is collected, and an owner deleted in the foreground goes after its dependents',
  source: 'https://kubernetes.io/docs/concepts/architecture/garbage-collection/',
  settings: defaults,
  begin: settings => new Orphans(settings),
});

/** A history that was only watched does not tell who wrote. */
const collectors: ReadonlySet<string> = new Set([
  'system:serviceaccount:kube-system:generic-garbage-collector',
  'system:kube-controller-manager',
  '',
]);

/** Whether the garbage collector let an owner go that was deleted in the foreground. */
function isCollected({ before, user }: Change): boolean {
  return (
    before?.metadata.finalizers?.includes('foregroundDeletion') === true && collectors.has(user)
  );
}

class Orphans implements Judge {
  readonly on = { '*': (change: Change, world: World) => this.change(change, world) };
  /** By the owner's uid: its dependents' resources and keys, by uid. */
  private readonly dependents = new Map<string, Map<string, readonly [string, string]>>();
  private readonly gone = new Set<string>();
  private readonly breaches: Breach[] = [];
  private looked = 0;

  constructor(private readonly settings: typeof defaults) {}

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
    if (isCollected(change)) {
      for (const place of own.values()) this.judgeOrder(change, place, world);
    }
    world.at(world.now() + this.settings.goneWithinMs, () => {
      for (const [dependent, [resource, key]] of own) {
        const entry = world.find(resource, key);
        if (entry?.object.metadata.uid === dependent) this.judge(entry, change, world);
      }
    });
  }

  private judgeOrder(
    owner: Change,
    [resource, key]: readonly [string, string],
    world: World,
  ): void {
    const entry = world.find(resource, key);
    const { uid } = owner.object.metadata;
    const reference = entry?.object.metadata.ownerReferences?.find(one => one.uid === uid);
    if (entry === undefined || reference?.blockOwnerDeletion !== true) return;
    const createdMs = timeMs(entry.object.metadata.creationTimestamp) ?? -Infinity;
    if (createdMs > world.now() - this.settings.lagMs - 1_000) return;
    this.breaches.push({
      timeMs: world.now(),
      what: `${nameOf(owner.object)} went in the foreground before ${nameOf(entry.object)}, which blocks it`,
      objects: [nameOf(owner.object), nameOf(entry.object)],
      evidence: [written(entry, `it belongs to ${nameOf(owner.object)}`), written(owner)],
    });
  }

  private judge(entry: Entry, owner: Change, world: World): void {
    const { ownerReferences = [], deletionTimestamp } = entry.object.metadata;
    if (deletionTimestamp !== undefined) return;
    if (!ownerReferences.every(({ uid }) => this.gone.has(uid))) return;
    this.breaches.push({
      timeMs: world.now(),
      what: `${nameOf(entry.object)} is still there ${lengthOf(this.settings.goneWithinMs)} after its owner ${nameOf(owner.object)} went`,
      objects: [nameOf(entry.object), nameOf(owner.object)],
      evidence: [written(entry, `it belongs to ${nameOf(owner.object)}`), written(owner)].sort(
        (a, b) => a.timeMs - b.timeMs,
      ),
    });
  }
}
