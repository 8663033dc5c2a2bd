/** What events claim is so. */
import type { Pod } from '../../sim/api/kinds/core.js';
import { keyOf } from '../../sim/api/meta.js';
import { claimOf, type Claim } from './kit/event-claims.js';
import { law, type Breach, type Change, type Handlers, type Judge, type Judged } from './law.js';
import { nameOf, written } from './story.js';
import type { World } from './world.js';

const defaults = {
  /** An event and what it tells of may be so far apart. */
  lagMs: 60_000,
};

/**
 * Scheduled names the node of the pod; SuccessfulCreate a pod that came to be; SuccessfulDelete, Killing,
 * Preempted and TaintManagerEviction one that ends or starts anew; ScalingReplicaSet a size that the
 * replica set was given; SuccessfulRescale one that the autoscaler wanted. Other reasons claim nothing
 * that the history could show.
 */
export const eventClaimsAreTrue = law({
  name: 'event-claims-are-true',
  family: 'general',
  says: 'what an event claims of an object is what the history shows of it',
  source: 'https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/event-v1/',
  settings: defaults,
  begin: ({ lagMs }) => new Claims(lagMs),
});

/** What is remembered of the objects that events tell of. */
interface Memory {
  /** Pods by `namespace/name`: the nodes that pods of the name were on, '' for none. */
  readonly nodes: Map<string, Set<string>>;
  /** When the last pod of the name began to end, or a container of it ended. */
  readonly endings: Map<string, number>;
  /** Sizes by `namespace/name` of a replica set or autoscaler. */
  readonly sizes: Map<string, Set<number>>;
  readonly others: Set<string>;
}

class Claims implements Judge {
  readonly on: Handlers = {
    events: (change, world) => this.event(change as unknown as Change, world),
    'events.events.k8s.io': (change, world) => this.event(change, world),
    pods: change => this.pod(change),
    'replicasets.apps': ({ object }) => this.size('ReplicaSet', object, object.spec?.replicas),
    'horizontalpodautoscalers.autoscaling': ({ object }) =>
      this.size('HorizontalPodAutoscaler', object, object.status?.desiredReplicas),
    'jobs.batch': ({ object }) => void this.memory.others.add(`Job ${keyOf(object)}`),
    persistentvolumeclaims: ({ object }) =>
      void this.memory.others.add(`PersistentVolumeClaim ${keyOf(object)}`),
  };
  private readonly memory: Memory = {
    nodes: new Map(),
    endings: new Map(),
    sizes: new Map(),
    others: new Set(),
  };
  private readonly breaches: Breach[] = [];
  private looked = 0;
  private open = 0;

  constructor(private readonly lagMs: number) {}

  end(): Judged {
    const { looked, breaches, open } = this;
    if (looked > 0 || open === 0) return { looked, breaches };
    return { looked, breaches, inconclusive: 'the run ended before the claims could be judged' };
  }

  private event(change: Change, world: World): void {
    if (change.type === 'DELETED') return;
    // The server tells none itself: it was taken over from a recorded cluster, whose history is not here.
    if (change.user === 'system:apiserver') return;
    const claim = claimOf(change.object);
    if (claim === undefined) return;
    if (this.isShown(claim, change.timeMs)) {
      this.looked++;
      return;
    }
    this.open++;
    world.at(change.timeMs + this.lagMs, () => {
      this.open--;
      this.looked++;
      if (this.isShown(claim, change.timeMs) || this.isOutOfReach(claim, world)) return;
      this.breaches.push({
        timeMs: change.timeMs,
        what: `an event claims "${claim.text}", but ${claim.otherwise}`,
        objects: [claim.object],
        evidence: [written(change, claim.text), ...this.lastWord(claim, world)],
      });
    });
  }

  private isShown(claim: Claim, timeMs: number): boolean {
    const { nodes, endings, sizes, others } = this.memory;
    switch (claim.kind) {
      case 'bound':
        return nodes.get(claim.pod)?.has(claim.node) === true;
      case 'created':
        return nodes.has(claim.pod);
      case 'ending':
        return (endings.get(claim.pod) ?? -Infinity) >= timeMs - this.lagMs;
      case 'size':
        return sizes.get(claim.object)?.has(claim.size) === true;
      case 'exists':
        return others.has(claim.object);
    }
  }

  /** A node that does not answer cannot show what became of its pods. */
  private isOutOfReach(claim: Claim, world: World): boolean {
    if (claim.kind !== 'ending') return false;
    const pod = world.get('pods', claim.pod);
    if (pod === undefined) return true;
    const node = world.get('nodes', pod.spec?.nodeName ?? '');
    return (
      node?.status?.conditions?.some(one => one.type === 'Ready' && one.status !== 'True') === true
    );
  }

  private lastWord(claim: Claim, world: World): Breach['evidence'] {
    if (!('pod' in claim)) return [];
    const last = world.last('pods', claim.pod);
    if (last === undefined) return [];
    const node = last.object.spec?.nodeName ?? 'no node';
    return [written(last, `on ${node}, phase ${last.object.status?.phase ?? 'unknown'}`)];
  }

  private pod({ object, before, type, timeMs }: Change<Pod>): void {
    const key = keyOf(object);
    const node = object.spec?.nodeName ?? '';
    if (before === undefined || before.spec?.nodeName !== object.spec?.nodeName) {
      const known = this.memory.nodes.get(key);
      if (known === undefined) this.memory.nodes.set(key, new Set([node]));
      else known.add(node);
    }
    const isGoing = object.metadata.deletionTimestamp !== undefined || type === 'DELETED';
    if (isGoing || (before !== undefined && hasContainerEnded(before, object))) {
      this.memory.endings.set(key, timeMs);
    }
  }

  private size(
    kind: string,
    object: { readonly metadata: Pod['metadata'] },
    size: number | undefined,
  ): void {
    if (size === undefined) return;
    const key = nameOf({ ...object, kind });
    const known = this.memory.sizes.get(key);
    if (known === undefined) this.memory.sizes.set(key, new Set([size]));
    else known.add(size);
  }
}

/** Whether a container of the pod was running before and is not now, or is another one. */
function hasContainerEnded(before: Pod, now: Pod): boolean {
  if (before.status === now.status) return false;
  const statusesOf = ({ status }: Pod) => [
    ...(status?.containerStatuses ?? []),
    ...(status?.initContainerStatuses ?? []),
  ];
  const old = statusesOf(before);
  if (old.length === 0) return false;
  const current = statusesOf(now);
  return old.some(one => {
    if (one.state?.running === undefined) return false;
    const next = current.find(({ name }) => name === one.name);
    return next?.state?.running === undefined || next.containerID !== one.containerID;
  });
}
