/**
 * Pods that nobody who counts pods can tell apart are counted together: one namespace, the same labels,
 * the same affinity. So a question about ten thousand pods becomes one about a few dozen classes.
 */
import type { Selector } from '../api/selectors.js';
import type { NodeInfo } from './node-info.js';
import type { PodInfo } from './pod-info.js';

/** How many pods there are by the value of a topology's label. */
export interface TopologyCount {
  readonly byValue: ReadonlyMap<string, number>;
  readonly total: number;
}

interface Counting {
  readonly byValue: Map<string, number>;
  total: number;
}

/** The pods on nodes that are alike. */
export class PodClass {
  /** How many are on a node. */
  readonly perNode = new Map<NodeInfo, number>();
  /** By the topology's label; counted when first asked for, and kept up to date from then on. */
  private readonly byTopology = new Map<string, Counting>();

  /** `pod` is any one of them. */
  constructor(readonly pod: PodInfo) {}

  /** A pod came to the node or left it. */
  count(node: NodeInfo, by: 1 | -1): void {
    const left = (this.perNode.get(node) ?? 0) + by;
    if (left === 0) this.perNode.delete(node);
    else this.perNode.set(node, left);
    for (const [key, counting] of this.byTopology) add(counting, node.labels[key], by);
  }

  /** The pods by the value of a label of their nodes; those on nodes without it do not count. */
  at(topologyKey: string): TopologyCount {
    const known = this.byTopology.get(topologyKey);
    if (known !== undefined) return known;
    const counting: Counting = { byValue: new Map(), total: 0 };
    for (const [node, count] of this.perNode) add(counting, node.labels[topologyKey], count);
    this.byTopology.set(topologyKey, counting);
    return counting;
  }

  /** Labels of nodes have changed. */
  recount(): void {
    this.byTopology.clear();
  }
}

function add(counting: Counting, value: string | undefined, by: number): void {
  if (value === undefined) return;
  const count = (counting.byValue.get(value) ?? 0) + by;
  if (count === 0) counting.byValue.delete(value);
  else counting.byValue.set(value, count);
  counting.total += by;
}

/** All classes that have pods on nodes. */
export class PodClasses {
  readonly all = new Set<PodClass>();
  /** Those whose pods have affinity of some sort. */
  readonly withAffinity = new Set<PodClass>();
  /** Those whose pods will not have certain others around. */
  readonly withRequiredAntiAffinity = new Set<PodClass>();
  private readonly byKey = new Map<string, PodClass>();

  add(pod: PodInfo, node: NodeInfo): void {
    let known = this.byKey.get(pod.classKey);
    if (known === undefined) {
      known = new PodClass(pod);
      this.byKey.set(pod.classKey, known);
      this.all.add(known);
      if (pod.hasPodAffinity) this.withAffinity.add(known);
      if (pod.terms.requiredAntiAffinity.length > 0) this.withRequiredAntiAffinity.add(known);
    }
    known.count(node, 1);
  }

  remove(pod: PodInfo, node: NodeInfo): void {
    const known = this.byKey.get(pod.classKey);
    if (known === undefined) return;
    known.count(node, -1);
    if (known.perNode.size > 0) return;
    this.byKey.delete(pod.classKey);
    for (const set of [this.all, this.withAffinity, this.withRequiredAntiAffinity]) {
      set.delete(known);
    }
  }

  /** Labels of nodes have changed. */
  recount(): void {
    for (const each of this.all) each.recount();
  }

  /** The classes in the namespace that the selector selects, but for terminating pods. */
  selected(selector: Selector, namespace: string): readonly PodClass[] {
    // Upstream takes a selector of everything for one of nothing when it counts.
    if (selector.isEmpty || selector.matchesNothing) return [];
    const found: PodClass[] = [];
    for (const each of this.all) {
      const { pod } = each;
      if (pod.isTerminating || pod.namespace !== namespace) continue;
      if (selector.matches(pod.labels)) found.push(each);
    }
    return found;
  }
}

/** How many pods of the classes are on each node that has any. */
export function countPerNode(classes: readonly PodClass[]): ReadonlyMap<NodeInfo, number> {
  const [only] = classes;
  if (only !== undefined && classes.length === 1) return only.perNode;
  const counts = new Map<NodeInfo, number>();
  for (const { perNode } of classes) {
    for (const [node, count] of perNode) counts.set(node, (counts.get(node) ?? 0) + count);
  }
  return counts;
}
