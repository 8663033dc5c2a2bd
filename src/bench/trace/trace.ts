/** What a bench runs on: nodes with GPUs, and pods that want some. Units as in openb's files. */

/** A node of a trace. */
export interface TraceNode {
  readonly name: string;
  readonly cpuMilli: number;
  readonly memoryMib: number;
  readonly gpus: number;
  /** The GPUs' model; '' where there are none or it is not told. */
  readonly model: string;
  /** How each GPU is cut (MIG), in thousandths; a slice goes to one pod whole. Absent: not cut. */
  readonly sliceMilli?: readonly number[];
  /** Pods that the node takes at most. Default 1000: openb's nodes take fewer than 1,001. */
  readonly podsMax?: number;
}

/** What a pod asks for. */
export interface PodShape {
  readonly cpuMilli: number;
  readonly memoryMib: number;
  /** How many GPUs; 0: none. */
  readonly gpus: number;
  /** Thousandths of each GPU; below 1000 only with one GPU; 0 without GPUs. */
  readonly gpuMilli: number;
  /** Acceptable models, as written, `A|B`; '': any. */
  readonly models: string;
}

/** A pod of a trace. */
export interface TracePod extends PodShape {
  readonly name: string;
  /** Whose it is, for quotas and fairness; '' where the trace does not tell. */
  readonly namespace: string;
  /** Seconds from the start of the trace; absent where it is not told. */
  readonly createdSeconds?: number;
  /** How long it ran once it was scheduled, in seconds. */
  readonly durationSeconds?: number;
  /** Higher goes first and may preempt. Default 0. */
  readonly priority?: number;
}

/** A whole trace. */
export interface Trace {
  readonly name: string;
  readonly nodes: readonly TraceNode[];
  readonly pods: readonly TracePod[];
}

/** All GPU thousandths that a pod asks for. */
export function gpuMilliOf({ gpus, gpuMilli }: PodShape): number {
  return gpus * gpuMilli;
}

/** All GPU thousandths of the nodes. */
export function capacityMilli(nodes: readonly TraceNode[]): number {
  return nodes.reduce((total, { gpus }) => total + 1000 * gpus, 0);
}

/** The classes in which failures are told. */
export const podClasses = ['cpu', 'share', 'one', 'multi'] as const;

/** One of the classes. */
export type PodClass = (typeof podClasses)[number];

/** The class of a pod: no GPU, a share of one, one whole, several. */
export function podClass({ gpus, gpuMilli }: PodShape): PodClass {
  if (gpus === 0) return 'cpu';
  if (gpus > 1) return 'multi';
  return gpuMilli < 1000 ? 'share' : 'one';
}
