/** What each GPU had given over the course of a run, for a heat map. */
import type { BenchCluster } from '../cluster/bench-cluster.js';

/** A picture of GPUs by time. */
export interface Heat {
  /** The nodes with GPUs, in rows from the top: by model, then by name. */
  readonly nodes: readonly {
    readonly name: string;
    readonly model: string;
    readonly gpus: number;
  }[];
  /** Where each column stands: arrival in %, or seconds. */
  readonly columns: readonly number[];
  /** Column by column, a byte for each GPU: 0 free to 100 given. */
  readonly cells: Uint8Array;
}

/** Notes the GPUs of a cluster again and again. */
export class HeatRecorder {
  private readonly columns: number[] = [];
  private readonly pictures: Uint8Array[] = [];
  private nodes: Heat['nodes'] = [];
  private order: readonly number[] = [];

  /** Notes how the GPUs stand. */
  note(at: number, cluster: BenchCluster): void {
    if (this.order.length === 0) this.arrange(cluster);
    const bytes: number[] = [];
    for (const place of this.order) {
      const { gpuLeft = [], gpuMost = [] } = cluster.nodes[place] ?? {};
      for (let gpu = 0; gpu < gpuLeft.length; gpu++) {
        const most = gpuMost[gpu] ?? 1000;
        bytes.push(Math.round((100 * (most - (gpuLeft[gpu] ?? 0))) / most));
      }
    }
    this.columns.push(at);
    this.pictures.push(Uint8Array.from(bytes));
  }

  /** All that was noted. */
  finished(): Heat {
    const rows = this.pictures[0]?.length ?? 0;
    const cells = new Uint8Array(rows * this.pictures.length);
    for (const [index, picture] of this.pictures.entries()) cells.set(picture, index * rows);
    return { nodes: this.nodes, columns: this.columns, cells };
  }

  private arrange({ nodes }: BenchCluster): void {
    const key = (place: number): string => {
      const node = nodes[place]?.node;
      return `${node?.model ?? ''}\n${node?.name ?? ''}`;
    };
    this.order = nodes
      .map((_, place) => place)
      .filter(place => (nodes[place]?.gpuLeft.length ?? 0) > 0)
      .sort((a, b) => (key(a) < key(b) ? -1 : 1));
    this.nodes = this.order.flatMap(place => {
      const node = nodes[place]?.node;
      if (node === undefined) return [];
      const gpus = nodes[place]?.gpuLeft.length ?? 0;
      return [{ name: node.name, model: node.model, gpus }];
    });
  }
}
