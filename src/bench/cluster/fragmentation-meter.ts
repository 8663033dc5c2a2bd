/** Keeps the fragmentation of a whole cluster while it changes: only nodes that changed are measured again. */
import type { BenchCluster } from './bench-cluster.js';
import type { Fragmentation } from './fragmentation.js';

/** Follows a cluster. */
export class FragmentationMeter {
  private readonly byNode: Float64Array;
  private seen = 0;
  private sum: number;

  constructor(
    private readonly cluster: BenchCluster,
    private readonly fragmentation: Fragmentation,
  ) {
    this.byNode = new Float64Array(cluster.nodes.length);
    this.sum = 0;
    for (let node = 0; node < this.byNode.length; node++) this.measure(node);
    this.addUp();
  }

  /** GPU thousandths that the typical pods cannot use, of all nodes, as they are now. */
  total(): number {
    const { changes } = this.cluster;
    if (this.seen === changes.length) return this.sum;
    for (; this.seen < changes.length; this.seen++) this.measure(changes[this.seen] ?? 0);
    this.addUp();
    return this.sum;
  }

  private measure(node: number): void {
    const on = this.cluster.nodes[node];
    if (on !== undefined) {
      this.byNode[node] = this.fragmentation.of(on.model, on.cpuLeft, on.gpuLeft);
    }
  }

  /** Anew each time: a running sum would gather rounding errors. */
  private addUp(): void {
    let sum = 0;
    for (let node = 0; node < this.byNode.length; node++) sum += this.byNode[node] as number;
    this.sum = sum;
  }
}
