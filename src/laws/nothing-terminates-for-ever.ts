/** What is deleted goes. */
import type { Node, Pod } from '../../sim/api/kinds/core.js';
import { keyOf } from '../../sim/api/meta.js';
import type { KubeObject } from '../../sim/api/object.js';
import { law, type Breach, type Change, type Judge, type Judged } from './law.js';
import { lengthOf, nameOf, written } from './story.js';
import type { World } from './world.js';

const defaults = {
  /** From the deletion of an object until it is gone, its grace period not counted. */
  goneWithinMs: 600_000,
};

/**
 * An object that is on its way out for long is excused as long as something holds it rightly: a pod whose
 * node does not answer (only its kubelet can say that its containers are gone), a volume that is in use,
 * an owner that waits for dependents, a namespace for its content, when those are excused themselves.
 */
export const nothingTerminatesForEver = law({
  name: 'nothing-terminates-for-ever',
  family: 'general',
  says: 'an object that is deleted is gone after a while',
  source: 'https://kubernetes.io/docs/concepts/overview/working-with-objects/finalizers/',
  settings: defaults,
  begin: ({ goneWithinMs }) => new Terminating(goneWithinMs),
});

class Terminating implements Judge {
  readonly on = { '*': (change: Change, world: World) => this.change(change, world) };
  private readonly open = new Set<string>();
  private readonly breaches: Breach[] = [];
  private looked = 0;

  constructor(private readonly goneWithinMs: number) {}

  end(): Judged {
    const { looked, breaches, open } = this;
    if (looked > 0 || open.size === 0) return { looked, breaches };
    return { looked, breaches, inconclusive: 'the run ended while objects were terminating' };
  }

  private change(change: Change, world: World): void {
    const { object, before, type } = change;
    const { deletionTimestamp, deletionGracePeriodSeconds = 0 } = object.metadata;
    if (deletionTimestamp === undefined) return;
    const key = `${change.resource} ${object.metadata.uid ?? keyOf(object)}`;
    if (type === 'DELETED') {
      if (this.open.delete(key)) this.looked++;
      return;
    }
    if (before?.metadata.deletionTimestamp !== undefined || this.open.has(key)) return;
    this.open.add(key);
    this.lookAfter(deletionGracePeriodSeconds * 1_000, { change, key }, world);
  }

  private lookAfter(
    graceMs: number,
    wait: { readonly change: Change; readonly key: string },
    world: World,
  ): void {
    world.at(world.now() + graceMs + this.goneWithinMs, () => {
      if (!this.open.has(wait.key)) return;
      const now = world.find(wait.change.resource, keyOf(wait.change.object));
      if (now === undefined) return;
      if (isExcused(now.object, world, new Set())) return this.lookAfter(0, wait, world);
      this.open.delete(wait.key);
      this.looked++;
      const finalizers = now.object.metadata.finalizers ?? [];
      const why = finalizers.length === 0 ? '' : `, held by ${finalizers.join(', ')}`;
      this.breaches.push({
        timeMs: world.now(),
        what: `${nameOf(now.object)} is terminating for more than ${lengthOf(this.goneWithinMs)}${why}`,
        objects: [nameOf(now.object)],
        evidence: [
          written(wait.change, 'it is deleted'),
          ...(now.revision === wait.change.revision ? [] : [written(now, `the last word of it`)]),
        ],
      });
    });
  }
}

function isExcused(object: KubeObject, world: World, asked: Set<string>): boolean {
  const { uid = '', namespace = '', name = '', finalizers = [] } = object.metadata;
  if (asked.has(uid)) return false;
  asked.add(uid);
  switch (object.kind) {
    case 'Pod':
      return (
        !isAnswering(object as unknown as Pod, world) || waitsForDependents(object, world, asked)
      );
    case 'PersistentVolumeClaim':
      return (
        finalizers.includes('kubernetes.io/pvc-protection') && isMounted(namespace, name, world)
      );
    case 'PersistentVolume':
      return finalizers.includes('kubernetes.io/pv-protection');
    case 'Namespace':
      return holds(world, asked, ({ metadata }) => metadata.namespace === name);
    default:
      return waitsForDependents(object, world, asked);
  }
}

function waitsForDependents({ metadata }: KubeObject, world: World, asked: Set<string>): boolean {
  return (
    metadata.finalizers?.includes('foregroundDeletion') === true &&
    holds(world, asked, ({ metadata: { ownerReferences = [] } }) =>
      ownerReferences.some(owner => owner.uid === metadata.uid),
    )
  );
}

/** Whether something of that sort is terminating and excused. */
function holds(world: World, asked: Set<string>, isOne: (object: KubeObject) => boolean): boolean {
  for (const resource of world.known()) {
    for (const { object } of world.entries(resource)) {
      const isGoing = object.metadata.deletionTimestamp !== undefined;
      if (isGoing && isOne(object) && isExcused(object, world, asked)) return true;
    }
  }
  return false;
}

function isAnswering({ spec }: Pod, world: World): boolean {
  const node = world.get('nodes', spec?.nodeName ?? '');
  return node !== undefined && isNodeReady(node);
}

function isNodeReady({ status }: Node): boolean {
  return status?.conditions?.some(one => one.type === 'Ready' && one.status === 'True') === true;
}

function isMounted(namespace: string, claim: string, world: World): boolean {
  for (const { metadata, spec, status } of world.all('pods')) {
    if (metadata.namespace !== namespace) continue;
    if (status?.phase === 'Succeeded' || status?.phase === 'Failed') continue;
    const volumes = spec?.volumes ?? [];
    if (volumes.some(one => one.persistentVolumeClaim?.claimName === claim)) return true;
  }
  return false;
}
