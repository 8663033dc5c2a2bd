/** Fragmentation: how much of what is left of a node the typical pods cannot use (FGD, ATC 2023). */
import { modelSuits } from './bench-node.js';
import type { TypicalPod } from './typical-pods.js';

/** The typical pods, laid out for one model of GPU. */
interface Table {
  readonly cpuMilli: Int32Array;
  /** Negative where the pod wants another model. */
  readonly gpus: Int32Array;
  /** Which of the distinct values of `gpu_milli` it asks for. */
  readonly valueIndex: Int32Array;
  readonly share: Float64Array;
}

/** Measures nodes by one list of typical pods. */
export class Fragmentation {
  private readonly tables = new Map<string, Table>();
  private readonly values: readonly number[];
  /** By distinct value: how many GPUs have at least so much left, and what the others have left. */
  private readonly fitting: Int32Array;
  private readonly unusable: Int32Array;

  constructor(private readonly typical: readonly TypicalPod[]) {
    const milli = typical.filter(({ gpus }) => gpus > 0).map(({ gpuMilli }) => gpuMilli);
    this.values = [...new Set(milli)].sort((a, b) => a - b);
    this.fitting = new Int32Array(this.values.length);
    this.unusable = new Int32Array(this.values.length);
  }

  /**
   * Thousandths of GPUs that a typical pod cannot use, in the mean over the typical pods. All that is left
   * counts where the pod asks for no GPU, for another model, for more CPU or for more GPUs than there
   * are; else what lies on GPUs with too little left. Memory plays no part.
   */
  of(model: string, cpuLeft: number, gpuLeft: Int32Array): number {
    const { values, fitting, unusable } = this;
    let total = 0;
    for (let gpu = 0; gpu < gpuLeft.length; gpu++) total += gpuLeft[gpu] as number;
    if (total === 0) return 0;
    for (let index = 0; index < values.length; index++) {
      const value = values[index] as number;
      let count = 0;
      let lost = 0;
      for (let gpu = 0; gpu < gpuLeft.length; gpu++) {
        const left = gpuLeft[gpu] as number;
        if (left >= value) count++;
        else lost += left;
      }
      fitting[index] = count;
      unusable[index] = lost;
    }
    return this.sumOfClasses(this.table(model), cpuLeft, total);
  }

  /** Sums by the authors' classes and in their order: scores are truncated, so that the last bit counts. */
  private sumOfClasses(table: Table, cpuLeft: number, total: number): number {
    const { cpuMilli, gpus, valueIndex, share } = table;
    const { fitting, unusable } = this;
    let lacksBoth = 0;
    let lacksGpu = 0;
    let lacksCpu = 0;
    let wantsNone = 0;
    let wantsNoneAndLacksCpu = 0;
    let wantsOther = 0;
    for (let kind = 0; kind < share.length; kind++) {
      const index = valueIndex[kind] as number;
      const wanted = gpus[kind] as number;
      const part = share[kind] as number;
      const hasCpu = (cpuMilli[kind] as number) <= cpuLeft;
      if (wanted <= 0) {
        if (wanted < 0) wantsOther += part * total;
        else if (hasCpu) wantsNone += part * total;
        else wantsNoneAndLacksCpu += part * total;
      } else if ((fitting[index] as number) >= wanted) {
        if (hasCpu) lacksGpu += part * (unusable[index] as number);
        else lacksCpu += part * total;
      } else if (hasCpu) lacksGpu += part * total;
      else lacksBoth += part * total;
    }
    return lacksBoth + lacksGpu + lacksCpu + wantsNone + wantsNoneAndLacksCpu + wantsOther;
  }

  private table(model: string): Table {
    let table = this.tables.get(model);
    if (table === undefined) {
      const { typical, values } = this;
      table = {
        cpuMilli: Int32Array.from(typical, pod => pod.cpuMilli),
        gpus: Int32Array.from(typical, pod =>
          pod.gpus === 0 || modelSuits(model, pod.models) ? pod.gpus : -1,
        ),
        valueIndex: Int32Array.from(typical, pod => Math.max(0, values.indexOf(pod.gpuMilli))),
        share: Float64Array.from(typical, pod => pod.share),
      };
      this.tables.set(model, table);
    }
    return table;
  }
}
