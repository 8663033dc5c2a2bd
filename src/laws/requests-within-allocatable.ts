/** The requests of a node's pods are never more than what the node can give. */
import type { Node, Pod } from '../../sim/api/kinds/core.js';
import { keyOf } from '../../sim/api/meta.js';
import { milliValueOf } from '../../sim/api/quantity.js';
import { hasEnded, isBinding } from './kit/placement.js';
import { requestsOf, type Requests } from './kit/requests.js';
import { law, type Breach, type Change, type Evidence, type Judge } from './law.js';
import { nameOf, written } from './story.js';
import type { World } from './world.js';

interface Bound {
  readonly node: string;
  readonly requests: Requests;
  readonly timeMs: number;
  readonly isScheduled: boolean;
  readonly evidence: () => Evidence;
  readonly name: string;
}

const defaults = {
  /** A scheduler may not yet know of what is younger: of nodes that shrank, of pods that others placed. */
  lagMs: 1_000,
};

/**
 * Judged when a scheduler binds a pod. A node that shrinks later breaks nothing, as the kubelet keeps
 * what it runs; a pod that was created with its node was never scheduled: the kubelet refuses it.
 */
export const requestsWithinAllocatable = law({
  name: 'requests-within-allocatable',
  family: 'scheduling',
  says: 'when a pod is bound, the requests of all pods of its node are within what the node can allocate',
  source: 'https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/',
  settings: defaults,
  begin: ({ lagMs }) => new NodeAccounts(lagMs),
});

class NodeAccounts implements Judge {
  readonly on = {
    pods: (change: Change<Pod>, world: World) => this.pod(change, world),
    nodes: (change: Change<Node>) => this.node(change),
  };
  private readonly byNode = new Map<string, Map<string, Bound>>();
  private readonly byPod = new Map<string, Bound>();
  /** What a node could give before it shrank. */
  private readonly larger = new Map<string, { timeMs: number; allocatable: Requests }>();
  private readonly breaches: Breach[] = [];
  private looked = 0;

  constructor(private readonly lagMs: number) {}

  end(): { looked: number; breaches: readonly Breach[] } {
    return { looked: this.looked, breaches: this.breaches };
  }

  private node({ object, before, timeMs }: Change<Node>): void {
    const old = before?.status?.allocatable;
    if (old === undefined || old === object.status?.allocatable) return;
    const allocatable = amounts(old);
    this.larger.set(object.metadata.name ?? '', { timeMs, allocatable });
  }

  private pod(change: Change<Pod>, world: World): void {
    const { object: pod, type, timeMs } = change;
    const uid = pod.metadata.uid ?? keyOf(pod);
    const node = pod.spec?.nodeName;
    if (node === undefined || node === '') return;
    const known = this.byPod.get(uid);
    if (type === 'DELETED' || hasEnded(pod)) {
      if (known !== undefined) this.forget(uid, known);
      return;
    }
    if (known !== undefined) return;
    const bound: Bound = {
      node,
      requests: askedOfNode(pod),
      timeMs,
      isScheduled: isBinding(change),
      evidence: () => written(change, `it is on ${node}, asking for ${told(askedOfNode(pod))}`),
      name: nameOf(pod),
    };
    this.byPod.set(uid, bound);
    const own = this.byNode.get(node) ?? new Map<string, Bound>();
    this.byNode.set(node, own.set(uid, bound));
    if (bound.isScheduled) this.judge(bound, own, world);
  }

  private forget(uid: string, { node }: Bound): void {
    this.byPod.delete(uid);
    this.byNode.get(node)?.delete(uid);
  }

  private judge(bound: Bound, own: ReadonlyMap<string, Bound>, world: World): void {
    const node = world.get('nodes', bound.node);
    if (node === undefined) return;
    this.looked++;
    const before = this.larger.get(bound.node);
    const isRecent = before !== undefined && before.timeMs > world.now() - this.lagMs;
    for (const [resource, wanted] of bound.requests) {
      if (wanted === 0) continue;
      let can = milliValueOf(node.status?.allocatable?.[resource]);
      if (isRecent) can = Math.max(can, before.allocatable.get(resource) ?? 0);
      let asked = 0;
      for (const one of own.values()) {
        if (one === bound || this.isKnown(one, world)) asked += one.requests.get(resource) ?? 0;
      }
      if (asked > can) this.tell(bound, { own, resource, can, asked }, world);
    }
  }

  private isKnown({ isScheduled, timeMs }: Bound, world: World): boolean {
    return isScheduled || timeMs <= world.now() - this.lagMs;
  }

  private tell(
    { node }: Bound,
    {
      own,
      resource,
      can,
      asked,
    }: {
      readonly own: ReadonlyMap<string, Bound>;
      readonly resource: string;
      readonly can: number;
      readonly asked: number;
    },
    world: World,
  ): void {
    const takers = [...own.values()].filter(({ requests }) => (requests.get(resource) ?? 0) > 0);
    const last = world.last('nodes', node);
    const offered = last && written(last, `it can allocate ${can / 1000} of ${resource}`);
    const lines = takers.map(({ evidence }) => evidence());
    this.breaches.push({
      timeMs: world.now(),
      what: `Node ${node} can allocate ${can / 1000} of ${resource}, its pods request ${asked / 1000}`,
      objects: [`Node ${node}`, ...takers.map(({ name }) => name)],
      evidence: inTime(offered === undefined ? lines : [offered, ...lines]),
    });
  }
}

/** What a claim gives instead (KEP-5004) is not of what the node's kubelet can allocate. */
function askedOfNode(pod: Pod): Requests {
  const mappings = pod.status?.extendedResourceClaimStatus?.requestMappings ?? [];
  if (mappings.length === 0) return requestsOf(pod);
  const claimed = new Set(mappings.map(({ resourceName }) => resourceName));
  return new Map([...requestsOf(pod)].filter(([resource]) => !claimed.has(resource)));
}

function inTime(lines: readonly Evidence[]): readonly Evidence[] {
  return [...lines].sort((a, b) => a.timeMs - b.timeMs || (a.revision ?? 0) - (b.revision ?? 0));
}

function amounts(list: Readonly<Record<string, string>>): Requests {
  return new Map(Object.entries(list).map(([name, text]) => [name, milliValueOf(text)]));
}

function told(requests: Requests): string {
  return [...requests]
    .filter(([name, amount]) => amount > 0 && name !== 'pods')
    .map(([name, amount]) => `${name} ${amount / 1000}`)
    .join(', ');
}
