/** A node with the pods that are on it, added up. @upstream pkg/scheduler/framework/types.go NodeInfo */
import { LateMap } from '../engine/late-map.js';
import type { Node } from '../api/kinds/core.js';
import type { Labels } from '../api/selectors.js';
import { invariant } from '../engine/invariant.js';
import type { HostPort, PodInfo } from './pod-info.js';
import { amountsOf, Resource } from './resource.js';

/** What the cluster's nodes have of an image. */
export interface ImageState {
  /** As the node said that was the first to have it. */
  readonly sizeBytes: number;
  readonly nodes: Set<string>;
}

const noLabels: Labels = {};

let generations = 0;

/** Numbers that are only compared with each other: that they go on counting from run to run is no matter. */
function nextGeneration(): number {
  return ++generations;
}

/** What the scheduler knew of an image when it last looked at the node. */
export interface ImageSummary {
  readonly sizeBytes: number;
  readonly nodeCount: number;
}

const noImages: ReadonlyMap<string, ImageSummary> = new Map();
const noStates: ReadonlyMap<string, ImageState> = new Map();

/** What a node has to give, what is taken of it, and by whom. It is counted up and down in place. */
export class NodeInfo {
  node: Node;
  labels: Labels;
  allocatable: Resource;
  /** The images on the node, by each of their names: as they stood when the node last changed. */
  images = noImages;
  /** Its place in the order of names among the snapshot's nodes; -1: it is none of them. */
  rank = -1;
  /** Another number after each change of what the node has or has given. */
  generation = nextGeneration();
  private imageStates: ReadonlyMap<string, ImageState> = noStates;
  pods: PodInfo[] = [];
  requested = new Resource();
  nonZeroMilliCPU = 0;
  nonZeroMemory = 0;
  /** How many pods use a claim, by `namespace/name`. */
  readonly claims = new LateMap<string, number>();
  private readonly ports = new LateMap<string, Set<string>>();

  constructor(node: Node) {
    this.node = node;
    this.labels = node.metadata.labels ?? noLabels;
    this.allocatable = Resource.of(amountsOf(node.status?.allocatable));
  }

  get name(): string {
    return this.node.metadata.name ?? '';
  }

  /** Takes over a newer version of the node. */
  setNode(node: Node): void {
    if (node.status?.allocatable !== this.node.status?.allocatable) {
      this.allocatable = Resource.of(amountsOf(node.status?.allocatable));
    }
    this.node = node;
    this.labels = node.metadata.labels ?? noLabels;
    this.generation = nextGeneration();
  }

  /** Takes over what the cluster knows of the node's images. */
  setImages(states: ReadonlyMap<string, ImageState>): void {
    this.imageStates = states;
  }

  /** Counts anew on how many nodes the images are. It is done for changed nodes only, as upstream does. */
  refresh(): void {
    if (this.imageStates.size === 0 && this.images.size === 0) return;
    const images = new Map<string, ImageSummary>();
    for (const [name, { sizeBytes, nodes }] of this.imageStates) {
      images.set(name, { sizeBytes, nodeCount: nodes.size });
    }
    this.images = images;
  }

  addPod(pod: PodInfo): void {
    this.pods.push(pod);
    this.count(pod, 1);
  }

  /** Takes the pod off; the last one takes its place in the order. */
  removePod(pod: PodInfo): void {
    const own = takeOut(this.pods, pod.uid);
    invariant(own !== undefined, 'a pod that leaves a node is on it');
    this.count(own, -1);
  }

  /** Takes a newer version of a pod; what did not change is not counted anew. The order is as if it went and came. */
  replacePod(old: PodInfo, pod: PodInfo): void {
    if (pod.usage !== old.usage || pod.pod.spec !== old.pod.spec) {
      this.removePod(old);
      this.addPod(pod);
      return;
    }
    const own = takeOut(this.pods, old.uid);
    invariant(own !== undefined, 'a pod that is replaced is on the node');
    this.pods.push(pod);
  }

  /** Whether the port is taken, on that address or on all. */
  isPortTaken({ ip, port }: HostPort): boolean {
    if (ip === '0.0.0.0') {
      for (const taken of this.ports.values()) if (taken.has(port)) return true;
      return false;
    }
    return this.ports.get('0.0.0.0')?.has(port) === true || this.ports.get(ip)?.has(port) === true;
  }

  /** A copy on which pods can be added and removed. */
  clone(): NodeInfo {
    const copy = new NodeInfo(this.node);
    copy.allocatable = this.allocatable;
    copy.images = this.images;
    copy.pods = [...this.pods];
    copy.requested = this.requested.clone();
    copy.nonZeroMilliCPU = this.nonZeroMilliCPU;
    copy.nonZeroMemory = this.nonZeroMemory;
    for (const [claim, count] of this.claims) copy.claims.set(claim, count);
    for (const [ip, ports] of this.ports) copy.ports.set(ip, new Set(ports));
    return copy;
  }

  private count(pod: PodInfo, times: 1 | -1): void {
    const { requested, nonZeroMilliCPU, nonZeroMemory } = pod.usage;
    this.generation = nextGeneration();
    this.requested.add(requested, times);
    this.nonZeroMilliCPU += times * nonZeroMilliCPU;
    this.nonZeroMemory += times * nonZeroMemory;
    for (const port of pod.hostPorts) this.countPort(port, times);
    for (const { persistentVolumeClaim } of pod.pod.spec?.volumes ?? []) {
      if (persistentVolumeClaim === undefined) continue;
      const claim = `${pod.namespace}/${persistentVolumeClaim.claimName}`;
      const count = (this.claims.get(claim) ?? 0) + times;
      if (count > 0) this.claims.set(claim, count);
      else this.claims.delete(claim);
    }
  }

  private countPort({ ip, port }: HostPort, times: 1 | -1): void {
    const taken = this.ports.get(ip);
    if (times === -1) taken?.delete(port);
    else if (taken === undefined) this.ports.set(ip, new Set([port]));
    else taken.add(port);
  }
}

function takeOut(pods: PodInfo[], uid: string): PodInfo | undefined {
  const index = pods.findIndex(pod => pod.uid === uid);
  if (index < 0) return undefined;
  const taken = pods[index];
  const last = pods.pop();
  if (index < pods.length && last !== undefined) pods[index] = last;
  return taken;
}
