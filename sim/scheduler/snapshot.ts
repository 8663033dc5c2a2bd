/**
 * The nodes and the pods on them, as the scheduler believes them to be. One attempt runs to its end
 * before anything changes, so the cache is its own snapshot. @upstream pkg/scheduler/backend/cache
 */
import { deepEqual } from '../api/equality.js';
import type { Node } from '../api/kinds/core.js';
import { NodeInfo, type ImageState } from './node-info.js';
import { NodeTree } from './node-tree.js';
import { PodClasses } from './pod-classes.js';
import type { PodInfo } from './pod-info.js';

/** The values of a label of nodes. */
export interface Domains {
  /** In the order in which they are first met. */
  readonly values: readonly string[];
  /** Whether every node has the label. */
  readonly isEverywhere: boolean;
}

/** Nodes by name and in the order of visiting, kept up to date change by change. */
export class NodeSnapshot {
  private readonly byName = new Map<string, NodeInfo>();
  private readonly tree = new NodeTree();
  private readonly imageStates = new Map<string, ImageState>();
  private readonly podsByUid = new Map<string, { pod: PodInfo; readonly node: string }>();
  /** Pods on nodes that are not known, or not any more. */
  private readonly strays = new Map<string, PodInfo[]>();
  private order: readonly NodeInfo[] | undefined;
  private ranked: readonly NodeInfo[] = [];
  private readonly changed = new Set<NodeInfo>();
  private readonly domainsByKey = new Map<string, Domains>();
  /** The pods on known nodes, those together that are alike. */
  readonly classes = new PodClasses();

  /** All nodes in the order of visiting, which is worked out anew only when one comes or goes. */
  get nodes(): readonly NodeInfo[] {
    if (this.order === undefined) {
      this.order = this.tree.list().flatMap(name => this.byName.get(name) ?? []);
      this.ranked = [...this.byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
      this.ranked.forEach((node, rank) => (node.rank = rank));
    }
    return this.order;
  }

  /** The names of these nodes, sorted: by a sweep over all, which is quicker than to compare names. */
  sortedNames(nodes: readonly NodeInfo[]): readonly string[] {
    const [only] = nodes;
    if (only !== undefined && nodes.length === 1) return [only.name];
    const isMeant = new Uint8Array(this.ranked.length);
    let first = isMeant.length;
    let last = -1;
    for (const { rank } of nodes) {
      isMeant[rank] = 1;
      if (rank < first) first = rank;
      if (rank > last) last = rank;
    }
    const names: string[] = [];
    for (let rank = first; rank <= last; rank++) {
      if (isMeant[rank] === 1) names.push(this.ranked[rank]?.name ?? '');
    }
    return names;
  }

  get(name: string): NodeInfo | undefined {
    return this.byName.get(name);
  }

  /** How many pods are counted. */
  get podCount(): number {
    return this.podsByUid.size;
  }

  /** The pod as it is counted, if it is on a node. */
  pod(uid: string): PodInfo | undefined {
    return this.podsByUid.get(uid)?.pod;
  }

  /** Where the pod is counted. */
  nodeOf(uid: string): string | undefined {
    return this.podsByUid.get(uid)?.node;
  }

  /** Called before each attempt. */
  refresh(): void {
    for (const node of this.changed) node.refresh();
    this.changed.clear();
  }

  /** The values that the nodes have of a label. */
  domains(topologyKey: string): Domains {
    const known = this.domainsByKey.get(topologyKey);
    if (known !== undefined) return known;
    const values = new Set<string>();
    let isEverywhere = true;
    for (const { labels } of this.nodes) {
      const value = labels[topologyKey];
      if (value === undefined) isEverywhere = false;
      else values.add(value);
    }
    const domains = { values: [...values], isEverywhere };
    this.domainsByKey.set(topologyKey, domains);
    return domains;
  }

  /** Adds the node, or takes over its newer version. */
  setNode(node: Node): void {
    const name = node.metadata.name ?? '';
    const known = this.byName.get(name);
    if (known === undefined) {
      const info = new NodeInfo(node);
      this.byName.set(name, info);
      this.tree.add(node);
      this.reorder();
      this.changed.add(info);
      for (const pod of this.strays.get(name) ?? []) {
        info.addPod(pod);
        this.classes.add(pod, info);
      }
      this.strays.delete(name);
      info.setImages(this.addImages(node));
      return;
    }
    if (known.node.status?.images !== node.status?.images) {
      this.removeImages(known.node);
      known.setImages(this.addImages(node));
    }
    this.tree.update(known.node, node);
    const { labels } = known;
    known.setNode(node);
    this.changed.add(known);
    if (labels === known.labels || deepEqual(labels, known.labels)) return;
    this.domainsByKey.clear();
    this.classes.recount();
  }

  removeNode(name: string): void {
    const known = this.byName.get(name);
    if (known === undefined) return;
    this.byName.delete(name);
    this.tree.remove(known.node);
    this.removeImages(known.node);
    this.reorder();
    this.changed.delete(known);
    for (const pod of known.pods) this.classes.remove(pod, known);
    if (known.pods.length > 0) this.strays.set(name, [...known.pods]);
  }

  /** Counts the pod on the node. */
  addPod(pod: PodInfo, node: string): void {
    const info = this.byName.get(node);
    const known = this.podsByUid.get(pod.uid);
    if (known?.node === node && info !== undefined) {
      if (pod.classKey !== known.pod.classKey) {
        this.classes.remove(known.pod, info);
        this.classes.add(pod, info);
      }
      info.replacePod(known.pod, pod);
      this.changed.add(info);
      known.pod = pod;
      return;
    }
    this.removePod(pod.uid);
    this.podsByUid.set(pod.uid, { pod, node });
    if (info !== undefined) {
      info.addPod(pod);
      this.changed.add(info);
      this.classes.add(pod, info);
    } else this.strays.set(node, [...(this.strays.get(node) ?? []), pod]);
  }

  /** Forgets the pod, if it is counted anywhere. */
  removePod(uid: string): void {
    const known = this.podsByUid.get(uid);
    if (known === undefined) return;
    this.podsByUid.delete(uid);
    const info = this.byName.get(known.node);
    if (info !== undefined) {
      info.removePod(known.pod);
      this.changed.add(info);
      this.classes.remove(known.pod, info);
      return;
    }
    const left = this.strays.get(known.node)?.filter(pod => pod.uid !== uid) ?? [];
    if (left.length > 0) this.strays.set(known.node, left);
    else this.strays.delete(known.node);
  }

  private reorder(): void {
    this.order = undefined;
    this.domainsByKey.clear();
  }

  private addImages(node: Node): ReadonlyMap<string, ImageState> {
    const own = new Map<string, ImageState>();
    for (const { names = [], sizeBytes = 0 } of node.status?.images ?? []) {
      for (const name of names) {
        const state = this.imageStates.get(name) ?? { sizeBytes, nodes: new Set<string>() };
        state.nodes.add(node.metadata.name ?? '');
        this.imageStates.set(name, state);
        if (!own.has(name)) own.set(name, state);
      }
    }
    return own;
  }

  private removeImages(node: Node): void {
    for (const { names = [] } of node.status?.images ?? []) {
      for (const name of names) {
        const state = this.imageStates.get(name);
        state?.nodes.delete(node.metadata.name ?? '');
        if (state?.nodes.size === 0) this.imageStates.delete(name);
      }
    }
  }
}
