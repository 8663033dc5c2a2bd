/** The contract of an allocation policy: how it scores a node, and which of its GPUs a pod gets. */
import type { Random } from '../../../sim/engine/random.js';
import type { NodeView } from '../cluster/bench-node.js';
import type { Fragmentation } from '../cluster/fragmentation.js';
import type { PodShape } from '../trace/trace.js';

/** What a policy may hold on to. */
export interface PolicyContext {
  /** Measures nodes by the workload's typical pods. */
  readonly fragmentation: Fragmentation;
  /** Draws for policies that leave something to chance. */
  readonly random: Random;
}

/** A policy at work. Scores are whole numbers; the highest wins. */
export interface Scorer {
  /** The score of a node that has room for the pod, before it is placed. */
  score(node: NodeView, pod: PodShape): number;
  /** The GPU of a pod that wants a share of one; absent: the one with least left that suffices. */
  shareDevice?(node: NodeView, pod: PodShape): number;
  /** Brings scores into 0 to 100, in place; it keeps their order. Absent: they are. */
  normalize?(scores: number[]): void;
}

/** A way to allocate GPUs. One to a file, with its line in index.ts. */
export interface Policy {
  /** As it is named on the command line. */
  readonly name: string;
  /** As the published tables name it. */
  readonly published?: string;
  /** What it does, in one line. */
  readonly summary: string;
  /** Whether every best node is as likely, whatever rule of ties is asked for. */
  readonly drawsAlways?: boolean;
  create(context: PolicyContext): Scorer;
}

/** The most CPU thousandths and GPU thousandths that a node of openb has: policies of ATC'23 scale by them. */
export const openbMost = { cpuMilli: 128_000, gpuMilli: 8000 } as const;
