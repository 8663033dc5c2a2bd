/** The nodes while a bench runs: places pods, takes them away, and remembers which nodes have changed. */
import { invariant } from '../../../sim/engine/invariant.js';
import { gpuMilliOf, type PodShape, type TraceNode } from '../trace/trace.js';
import { clusteringKind, devicesSuffice, modelSuits, type NodeView } from './bench-node.js';

/** Openb's nodes take fewer than 1,001 pods. */
const podsMaxByDefault = 1000;

/** A node whose rest changes. */
export class BenchNode implements NodeView {
  readonly model: string;
  readonly cpuMilli: number;
  readonly memoryMib: number;
  readonly gpuLeft: Int32Array;
  /** What each GPU or slice has when it is free. */
  readonly gpuMost: Int32Array;
  readonly isCut: boolean;
  readonly kinds = new Map<string, number>();
  cpuLeft: number;
  memoryLeft: number;
  podsLeft: number;
  gpuLeftTotal: number;

  constructor(readonly node: TraceNode) {
    this.model = node.model;
    this.cpuMilli = this.cpuLeft = node.cpuMilli;
    this.memoryMib = this.memoryLeft = node.memoryMib;
    const slices = node.sliceMilli;
    this.isCut = slices !== undefined;
    this.gpuMost = Int32Array.from(
      Array.from({ length: node.gpus }, () => slices ?? [1000]).flat(),
    );
    this.gpuLeft = this.gpuMost.slice();
    this.gpuLeftTotal = this.gpuMost.reduce((sum, milli) => sum + milli, 0);
    this.podsLeft = node.podsMax ?? podsMaxByDefault;
  }

  /** Whether the pod has room here: CPU, memory, pods, GPUs and their model. */
  fits(pod: PodShape): boolean {
    return (
      this.podsLeft > 0 &&
      this.memoryLeft >= pod.memoryMib &&
      this.cpuLeft >= pod.cpuMilli &&
      (pod.gpus === 0 || (modelSuits(this.model, pod.models) && devicesSuffice(this.gpuLeft, pod)))
    );
  }
}

/** Where a pod is. */
export interface Placement {
  /** Its place in `nodes`. */
  readonly node: number;
  /** The GPUs that it has (a part of). */
  readonly gpus: readonly number[];
}

/** All nodes. Ties go to the first, so that their order matters. */
export class BenchCluster {
  readonly nodes: readonly BenchNode[];
  /** All GPU thousandths. */
  readonly capacityMilli: number;
  /** Those that are given. */
  allocatedMilli = 0;
  /** The places of the nodes that changed, one for each change. */
  readonly changes: number[] = [];
  /** By node: the place in `changes` of its last one; -1 before the first. */
  readonly lastChange: Int32Array;

  constructor(nodes: readonly TraceNode[]) {
    this.nodes = nodes.map(node => new BenchNode(node));
    this.lastChange = new Int32Array(nodes.length).fill(-1);
    this.capacityMilli = nodes.reduce((total, { gpus }) => total + 1000 * gpus, 0);
  }

  /** The GPUs that a pod of whole GPUs gets: the first that are free. A share gets the GPU that is named. */
  devicesFor(node: number, pod: PodShape, shareDevice?: number): readonly number[] {
    if (pod.gpus === 0) return [];
    const { gpuLeft } = this.at(node);
    if (pod.gpus === 1 && pod.gpuMilli < 1000) {
      return [shareDevice ?? tightest(gpuLeft, pod.gpuMilli)];
    }
    const free: number[] = [];
    for (let gpu = 0; gpu < gpuLeft.length && free.length < pod.gpus; gpu++) {
      if (gpuLeft[gpu] === 1000) free.push(gpu);
    }
    return free;
  }

  /** Gives the pod its place. */
  place(pod: PodShape, { node, gpus }: Placement): void {
    const on = this.at(node);
    invariant(on.fits(pod) && gpus.length === pod.gpus, 'a pod is placed where it fits');
    on.cpuLeft -= pod.cpuMilli;
    on.memoryLeft -= pod.memoryMib;
    on.podsLeft--;
    this.note(node);
    if (pod.gpus === 0) return;
    for (const gpu of gpus) {
      const before = on.gpuLeft[gpu] ?? 0;
      invariant(before >= pod.gpuMilli, 'no GPU is given beyond its 1,000 thousandths');
      // A slice of a cut GPU goes to one pod, however little it asks for.
      const taken = on.isCut ? before : pod.gpuMilli;
      on.gpuLeft[gpu] = before - taken;
      on.gpuLeftTotal -= taken;
    }
    this.allocatedMilli += gpuMilliOf(pod);
    const kind = clusteringKind(pod);
    on.kinds.set(kind, (on.kinds.get(kind) ?? 0) + 1);
  }

  /** Takes the pod from its place. */
  remove(pod: PodShape, { node, gpus }: Placement): void {
    const on = this.at(node);
    on.cpuLeft += pod.cpuMilli;
    on.memoryLeft += pod.memoryMib;
    on.podsLeft++;
    this.note(node);
    if (pod.gpus === 0) return;
    for (const gpu of gpus) {
      const most = on.gpuMost[gpu] ?? 0;
      const given = on.isCut ? most : pod.gpuMilli;
      const left = (on.gpuLeft[gpu] ?? 0) + given;
      invariant(left <= most, 'no GPU gets back more than it gave');
      on.gpuLeft[gpu] = left;
      on.gpuLeftTotal += given;
    }
    this.allocatedMilli -= gpuMilliOf(pod);
    const kind = clusteringKind(pod);
    const rest = (on.kinds.get(kind) ?? 0) - 1;
    if (rest === 0) on.kinds.delete(kind);
    else on.kinds.set(kind, rest);
  }

  private note(node: number): void {
    this.lastChange[node] = this.changes.length;
    this.changes.push(node);
  }

  private at(node: number): BenchNode {
    const found = this.nodes[node];
    invariant(found !== undefined, 'a placement names a node');
    return found;
  }
}

/** The GPU with least left that suffices, the first among equals; -1 where none does. */
function tightest(gpuLeft: Int32Array, milli: number): number {
  let best = -1;
  for (let gpu = 0; gpu < gpuLeft.length; gpu++) {
    const left = gpuLeft[gpu] ?? 0;
    if (left < milli) continue;
    if (best < 0 || left < (gpuLeft[best] ?? 0)) best = gpu;
  }
  return best;
}
