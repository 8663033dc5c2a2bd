/** Which pods are promised to which nodes. @upstream pkg/scheduler/backend/queue/nominator.go */
import { PodInfo } from '../pod-info.js';

const none: readonly PodInfo[] = [];

/** The nominated pods by node, in the order in which they were nominated. */
export class Nominator {
  private readonly byNode = new Map<string, readonly PodInfo[]>();
  private readonly nodeByUid = new Map<string, string>();

  /** Whether no pod is promised anything. */
  get isEmpty(): boolean {
    return this.byNode.size === 0;
  }

  /** The pods that are nominated to the node. */
  podsOn(node: string): readonly PodInfo[] {
    return this.byNode.get(node) ?? none;
  }

  /** Where the pod is nominated to. */
  nodeOf(uid: string): string | undefined {
    return this.nodeByUid.get(uid);
  }

  /** Nominates the pod to the node, in the place of where it was. */
  add(pod: PodInfo, node: string): void {
    this.remove(pod.uid);
    if (node === '') return;
    this.nodeByUid.set(pod.uid, node);
    this.byNode.set(node, [...this.podsOn(node), pod]);
  }

  remove(uid: string): void {
    const node = this.nodeByUid.get(uid);
    if (node === undefined) return;
    this.nodeByUid.delete(uid);
    const left = this.podsOn(node).filter(pod => pod.uid !== uid);
    if (left.length === 0) this.byNode.delete(node);
    else this.byNode.set(node, left);
  }

  /** Takes over a newer version of a pod: its nomination, or the one known of when it has none on either side. */
  update(old: PodInfo | undefined, pod: PodInfo): void {
    const nominated = (info: PodInfo | undefined) => info?.pod.status?.nominatedNodeName ?? '';
    const known = nominated(old) === '' && nominated(pod) === '' ? this.nodeOf(pod.uid) : undefined;
    this.remove(pod.uid);
    this.add(pod, known ?? nominated(pod));
  }
}

/**
 * What kube-scheduler has of a nominated pod that is in no queue: its name. So the members of a group
 * do not hold places against each other while they are tried. @upstream nominatedPodToInfo
 */
export function nameOnly({ pod: { metadata } }: PodInfo): PodInfo {
  const { name = '', namespace = '', uid = '' } = metadata;
  return new PodInfo({ metadata: { name, namespace, uid } });
}
