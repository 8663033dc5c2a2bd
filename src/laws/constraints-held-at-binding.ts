/** A pod is bound only where its constraints hold. */
import type { Node, PersistentVolumeClaim, Pod } from '../../sim/api/kinds/core.js';
import { keyOf } from '../../sim/api/meta.js';
import { PodInfo, type HostPort } from '../../sim/scheduler/pod-info.js';
import { tolerates } from '../../sim/scheduler/tolerations.js';
import { isBinding, isOnNode } from './kit/placement.js';
import { hardSpread, neighboursOf, unmetAffinity, unmetSpread } from './kit/topology.js';
import { law, type Breach, type Change, type Judge, type Outcome } from './law.js';
import { nameOf, written } from './story.js';
import { pastMaxMs, type World } from './world.js';

/** Caches of nodes and of pods lag by themselves: each constraint may have held at another instant. */
type Constraint = 'node' | 'ports' | 'affinity' | 'spread';

interface Suspect {
  readonly change: Change<Pod>;
  readonly pod: PodInfo;
  /** What did not hold at any instant so far. */
  readonly unmet: Map<Constraint, string>;
}

const defaults = {
  /**
   * A scheduler decides by caches, and its bindings are stored a little later: a constraint that held at
   * any instant from so long before the binding until so long after it counts as held.
   */
  lagMs: 1_000,
};

const reading = { comparesNumbers: true };

/**
 * Node selector and affinity, taints, cordons, host ports, hard spread constraints, required pod affinity
 * and anti-affinity, on both sides. Pods that were created with their node are not judged: nobody
 * scheduled them. Nor is what a scheduler decided while it heard nothing new, or was heard late: it cannot
 * know. A pod whose volumes are made for its node is decided when its claims name the node.
 */
export const constraintsHeldAtBinding = law({
  name: 'constraints-held-at-binding',
  family: 'scheduling',
  says: 'a pod is bound only to a node where its required constraints, and those of the pods there, hold',
  source: 'https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/',
  settings: defaults,
  begin: ({ lagMs }) => new Bindings(lagMs),
});

class Bindings implements Judge {
  readonly on = {
    pods: (change: Change<Pod>, world: World) => this.pod(change, world),
    nodes: (_change: Change<Node>, world: World) => this.lookAgain(world),
    persistentvolumeclaims: (change: Change<PersistentVolumeClaim>) => this.claim(change),
  };
  /** By claim: the node that it named first, and when. */
  private readonly claims = new Map<string, { readonly node: string; readonly timeMs: number }>();
  private blindUntilMs = -Infinity;
  /** Pods on nodes that keep others away. */
  private readonly guarded = new Set<string>();
  /** Pods on nodes that take host ports. */
  private readonly portTakers = new Set<string>();
  private readonly suspects = new Set<Suspect>();
  private readonly breaches: Breach[] = [];
  private looked = 0;

  constructor(private readonly lagMs: number) {}

  end(): { looked: number; breaches: readonly Breach[] } {
    for (const suspect of this.suspects) this.accuse(suspect);
    return { looked: this.looked, breaches: this.breaches };
  }

  outcome(outcome: Outcome): void {
    if (outcome.kind !== 'blinded' || outcome.process !== 'kube-scheduler') return;
    this.blindUntilMs = Math.max(this.blindUntilMs, outcome.untilMs);
  }

  private claim({ object, timeMs }: Change<PersistentVolumeClaim>): void {
    const node = object.metadata.annotations?.['volume.kubernetes.io/selected-node'];
    const key = keyOf(object);
    if (node !== undefined && this.claims.get(key)?.node !== node) {
      this.claims.set(key, { node, timeMs });
    }
  }

  private pod(change: Change<Pod>, world: World): void {
    if (this.suspects.size > 0) this.lookAgain(world);
    const { object, type, before } = change;
    if (type === 'MODIFIED' && before?.spec?.nodeName === object.spec?.nodeName) return;
    const key = object.metadata.uid ?? keyOf(object);
    if (type === 'DELETED' || !isOnNode(object)) {
      this.guarded.delete(key);
      this.portTakers.delete(key);
      return;
    }
    const pod = new PodInfo(object);
    if (isBinding(change)) this.judge(change, pod, world);
    if (pod.terms.requiredAntiAffinity.length > 0) this.guarded.add(key);
    if (pod.hostPorts.length > 0) this.portTakers.add(key);
  }

  private judge(change: Change<Pod>, pod: PodInfo, world: World): void {
    const unmet = new Map<Constraint, string>();
    for (const constraint of this.constraintsOf(pod)) {
      const what = this.unmet(constraint, pod, world);
      if (what !== undefined) unmet.set(constraint, what);
    }
    const decidedMs = this.decidedMs(change);
    const backMs = world.now() - decidedMs + this.lagMs;
    const canTell = decidedMs > this.blindUntilMs + this.lagMs && backMs <= pastMaxMs;
    if (unmet.size > 0 && !canTell) return;
    this.looked++;
    if (unmet.size === 0) return;
    const suspect = { change, pod, unmet };
    for (const past of world.before(backMs, ['pods', 'nodes', 'namespaces'])) {
      if (this.isCleared(suspect, past)) return;
    }
    this.suspects.add(suspect);
    world.at(world.now() + this.lagMs, () => {
      if (!this.suspects.delete(suspect)) return;
      this.accuse(suspect, world);
    });
  }

  private decidedMs({ object, timeMs }: Change<Pod>): number {
    const { namespace = '', name = '' } = object.metadata;
    const { nodeName, volumes = [] } = object.spec ?? {};
    let decidedMs = timeMs;
    for (const { name: volume, persistentVolumeClaim, ephemeral } of volumes) {
      const claim = persistentVolumeClaim?.claimName ?? (ephemeral && `${name}-${volume}`);
      const selected = this.claims.get(`${namespace}/${claim ?? ''}`);
      if (selected?.node === nodeName) decidedMs = Math.min(decidedMs, selected?.timeMs ?? timeMs);
    }
    return decidedMs;
  }

  private lookAgain(world: World): void {
    for (const suspect of this.suspects) {
      if (this.isCleared(suspect, world)) this.suspects.delete(suspect);
    }
  }

  /** Whether all that did not hold so far has held at some instant, this one among them. */
  private isCleared({ pod, unmet }: Suspect, world: World): boolean {
    for (const constraint of unmet.keys()) {
      if (this.unmet(constraint, pod, world) === undefined) unmet.delete(constraint);
    }
    return unmet.size === 0;
  }

  private *constraintsOf(pod: PodInfo): Iterable<Constraint> {
    yield 'node';
    if (pod.hostPorts.length > 0 && this.portTakers.size > 0) yield 'ports';
    const { requiredAffinity, requiredAntiAffinity } = pod.terms;
    const isNear = requiredAffinity.length > 0 || requiredAntiAffinity.length > 0;
    if (isNear || this.guarded.size > 0) yield 'affinity';
    const isSpread = pod.pod.spec?.topologySpreadConstraints !== undefined;
    if (isSpread && hardSpread(pod.pod).length > 0) yield 'spread';
  }

  private unmet(constraint: Constraint, pod: PodInfo, world: World): string | undefined {
    const node = world.get('nodes', pod.pod.spec?.nodeName ?? '');
    if (node === undefined) return 'there is no such node';
    switch (constraint) {
      case 'node':
        return unmetOfNode(pod, node);
      case 'ports':
        return takenPort(pod, world);
      case 'affinity':
        return unmetAffinity(pod, node, neighboursOf(pod.pod, world), world);
      case 'spread':
        return unmetSpread(pod, node, neighboursOf(pod.pod, world), world);
    }
  }

  private accuse({ change, unmet }: Suspect, world?: World): void {
    const [what = ''] = unmet.values();
    const node = change.object.spec?.nodeName ?? '';
    const last = world?.last('nodes', node);
    const lines = [
      ...(last === undefined ? [] : [written(last, nodeText(last.object))]),
      written(change, `it is bound to ${node}: ${what}`),
    ];
    this.breaches.push({
      timeMs: change.timeMs,
      what: `${nameOf(change.object)} is bound to Node ${node} although ${what}`,
      objects: [nameOf(change.object), `Node ${node}`],
      evidence: lines.sort((a, b) => a.timeMs - b.timeMs),
    });
  }
}

function unmetOfNode(pod: PodInfo, node: Node): string | undefined {
  const { tolerations } = pod;
  const cordon = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' };
  if (node.spec?.unschedulable === true && !tolerates(tolerations, cordon, reading)) {
    return 'the node is cordoned';
  }
  for (const taint of node.spec?.taints ?? []) {
    if (taint.effect === 'PreferNoSchedule' || tolerates(tolerations, taint, reading)) continue;
    return `it does not tolerate the taint ${taint.key}:${taint.effect}`;
  }
  if (pod.nodeAffinity?.(node) === false) {
    return 'its node selector or required node affinity does not match the node';
  }
  return undefined;
}

function takenPort(pod: PodInfo, world: World): string | undefined {
  for (const { pod: other, node } of neighboursOf(pod.pod, world)) {
    if (node.metadata.name !== pod.pod.spec?.nodeName) continue;
    for (const port of pod.hostPorts) {
      if (other.hostPorts.some(taken => doCollide(port, taken))) {
        return `Pod ${other.key} has the host port ${port.port}`;
      }
    }
  }
  return undefined;
}

function doCollide(one: HostPort, other: HostPort): boolean {
  if (one.port !== other.port) return false;
  return one.ip === other.ip || one.ip === '0.0.0.0' || other.ip === '0.0.0.0';
}

function nodeText({ metadata, spec }: Node): string {
  const taints = (spec?.taints ?? []).map(({ key, effect }) => `${key}:${effect}`).join(', ');
  const cordon = spec?.unschedulable === true ? ', cordoned' : '';
  const labels = Object.entries(metadata.labels ?? {}).map(([key, value]) => `${key}=${value}`);
  return `labels ${labels.join(',')}; taints ${taints === '' ? 'none' : taints}${cordon}`;
}
