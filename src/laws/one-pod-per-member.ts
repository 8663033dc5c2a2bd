/** Each member of a job is one pod. */
import type { Pod } from '../../sim/api/kinds/core.js';
import { controllerOf } from '../../sim/api/meta.js';
import { law, type Breach, type Change, type Judge } from './law.js';
import { inOrder, nameOf, written } from './story.js';

/** The labels that number the members of an owner, and those that tell its sorts of members apart. */
const indexLabels = [
  'training.kubeflow.org/replica-index',
  'batch.kubernetes.io/job-completion-index',
  'apps.kubernetes.io/pod-index',
] as const;
const sortLabel = 'training.kubeflow.org/replica-type';

/**
 * Operators and Jobs number their pods. Two pods with one number, neither of them on its way out, do the
 * same work twice and hold devices twice: what comes of deciding from a cache that has not yet heard of
 * the pod one has just made.
 */
export const onePodPerMember = law({
  name: 'one-pod-per-member',
  family: 'general',
  touches: ['Operators'],
  says: 'no two pods that live are the same member of a job',
  source: 'https://github.com/ray-project/kuberay/issues/715',
  begin: () => new Members(),
});

class Members implements Judge {
  readonly on = { pods: (change: Change<Pod>) => this.change(change) };
  private readonly living = new Map<string, Map<string, Change<Pod>>>();
  private readonly breaches: Breach[] = [];
  private looked = 0;

  end(): { looked: number; breaches: readonly Breach[] } {
    return { looked: this.looked, breaches: this.breaches };
  }

  private change(change: Change<Pod>): void {
    const { object, type } = change;
    const { uid = '' } = object.metadata;
    const member = memberOf(object);
    if (member === undefined) return;
    const own = this.living.get(member) ?? new Map<string, Change<Pod>>();
    this.living.set(member, own);
    if (type === 'DELETED' || !isLiving(object)) return void own.delete(uid);
    if (own.has(uid)) return;
    this.looked++;
    const [other] = own.values();
    own.set(uid, change);
    if (other === undefined) return;
    this.breaches.push({
      timeMs: change.timeMs,
      what: `${nameOf(object)} is the same member as ${nameOf(other.object)}, which lives`,
      objects: [nameOf(other.object), nameOf(object)],
      evidence: inOrder([written(other), written(change)]),
    });
  }
}

function memberOf(pod: Pod): string | undefined {
  const owner = controllerOf(pod);
  const { labels = {} } = pod.metadata;
  const index = indexLabels.map(name => labels[name]).find(value => value !== undefined);
  if (owner === undefined || index === undefined) return undefined;
  return `${owner.uid} ${labels[sortLabel] ?? ''} ${index}`;
}

function isLiving({ metadata, status }: Pod): boolean {
  if (metadata.deletionTimestamp !== undefined) return false;
  return status?.phase !== 'Succeeded' && status?.phase !== 'Failed';
}
