/**
 * The nodes and the pods on them, as the scheduler believes them to be. One attempt runs to its end
 * before anything changes, so the cache is its own snapshot. @upstream pkg/scheduler/backend/cache
 */
import type { Node } from '../api/kinds/core.js';
import { NodeInfo, type ImageState } from './node-info.js';
import { NodeTree } from './node-tree.js';
import type { PodInfo } from './pod-info.js';

/** Nodes by name and in the order of visiting, kept up to date change by change. */
export class NodeSnapshot {
  private readonly byName = new Map<string, NodeInfo>();
  private readonly tree = new NodeTree();
  private readonly imageStates = new Map<string, ImageState>();
  private readonly podsByUid = new Map<string, { pod: PodInfo; readonly node: string }>();
  /** Pods on nodes that are not known, or not any more. */
  private readonly strays = new Map<string, PodInfo[]>();
  private order: readonly NodeInfo[] | undefined;

  /** All nodes in the order of visiting, which is worked out anew only when one comes or goes. */
  get nodes(): readonly NodeInfo[] {
    this.order ??= this.tree.list().flatMap(name => this.byName.get(name) ?? []);
    return this.order;
  }

  get(name: string): NodeInfo | undefined {
    return this.byName.get(name);
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
    for (const node of this.nodes) if (node.isChanged) node.refresh();
  }

  /** Adds the node, or takes over its newer version. */
  setNode(node: Node): void {
    const name = node.metadata.name ?? '';
    const known = this.byName.get(name);
    if (known === undefined) {
      const info = new NodeInfo(node);
      this.byName.set(name, info);
      this.tree.add(node);
      this.order = undefined;
      for (const pod of this.strays.get(name) ?? []) info.addPod(pod);
      this.strays.delete(name);
      info.setImages(this.addImages(node));
      return;
    }
    if (known.node.status?.images !== node.status?.images) {
      this.removeImages(known.node);
      known.setImages(this.addImages(node));
    }
    this.tree.update(known.node, node);
    known.setNode(node);
  }

  removeNode(name: string): void {
    const known = this.byName.get(name);
    if (known === undefined) return;
    this.byName.delete(name);
    this.tree.remove(known.node);
    this.removeImages(known.node);
    this.order = undefined;
    if (known.pods.length > 0) this.strays.set(name, [...known.pods]);
  }

  /** Counts the pod on the node. */
  addPod(pod: PodInfo, node: string): void {
    const info = this.byName.get(node);
    const known = this.podsByUid.get(pod.uid);
    if (known?.node === node && info !== undefined) {
      info.replacePod(known.pod, pod);
      known.pod = pod;
      return;
    }
    this.removePod(pod.uid);
    this.podsByUid.set(pod.uid, { pod, node });
    if (info !== undefined) info.addPod(pod);
    else this.strays.set(node, [...(this.strays.get(node) ?? []), pod]);
  }

  /** Forgets the pod, if it is counted anywhere. */
  removePod(uid: string): void {
    const known = this.podsByUid.get(uid);
    if (known === undefined) return;
    this.podsByUid.delete(uid);
    const info = this.byName.get(known.node);
    if (info !== undefined) return info.removePod(known.pod);
    const left = this.strays.get(known.node)?.filter(pod => pod.uid !== uid) ?? [];
    if (left.length > 0) this.strays.set(known.node, left);
    else this.strays.delete(known.node);
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
