/** Grows one tree, depth by depth, on binned rows. */
import type { BinnedRows } from './bins.js';
import { neverRight } from './bins.js';
import type { Forest } from './forest.js';
import { fillHistogram, subtractHistogram, type Span } from './histogram.js';
import { bestSplit, type NodeSums, type Split, type SplitSettings } from './split.js';

/** How trees are grown. */
export interface GrowSettings extends SplitSettings {
  readonly learningRate: number;
}

/** A node that is being grown. */
interface Growing extends Span {
  /** 1 is the root; the children of n are 2n and 2n + 1. */
  readonly node: number;
  readonly level: number;
  readonly sums: NodeSums;
}

/** Grows the trees of a forest; the arrays that it needs are made once. */
export class TreeGrower {
  /** The rows, those of each node side by side. */
  private readonly order: Uint32Array;
  private readonly aside: Uint32Array;
  /** One histogram for each level, and the root's. */
  private readonly histograms: readonly Float64Array[];

  constructor(
    private readonly binned: BinnedRows,
    private readonly forest: Forest,
    private readonly settings: GrowSettings,
  ) {
    this.order = new Uint32Array(binned.rows);
    this.aside = new Uint32Array(binned.rows);
    const slots = binned.firstSlots[binned.columns] ?? 0;
    this.histograms = Array.from({ length: forest.depth }, () => new Float64Array(2 * slots));
  }

  /** Grows a tree on the slopes, and adds each row's leaf to its margin. */
  grow(tree: number, slopes: Float64Array, margins: Float64Array): void {
    const { order } = this;
    const sums = { slope: 0, curvature: 0 };
    for (let row = 0; row < order.length; row++) {
      order[row] = row;
      sums.slope += slopes[2 * row] ?? 0;
      sums.curvature += slopes[2 * row + 1] ?? 0;
    }
    const root: Growing = { node: 1, level: 0, from: 0, to: order.length, sums };
    const histogram = this.histograms[0] ?? new Float64Array();
    fillHistogram(this.binned, slopes, order, root, histogram);
    this.growNode({ tree, slopes, margins }, root, histogram);
  }

  private growNode(pass: Pass, node: Growing, histogram: Float64Array): void {
    const split = bestSplit(this.binned, histogram, node.sums, this.settings);
    if (split === undefined) return this.endNode(pass, node);
    const at = (pass.tree << this.forest.depth) + node.node;
    this.forest.features[at] = split.column;
    this.forest.thresholds[at] = this.binned.thresholds[split.slot] ?? 0;
    const [left, right] = this.children(node, split);
    if (left.level === this.forest.depth) {
      this.addLeaf(pass, left);
      this.addLeaf(pass, right);
      return;
    }
    const isLeftSmaller = left.to - left.from <= right.to - right.from;
    const [small, large] = isLeftSmaller ? [left, right] : [right, left];
    const smallHistogram = this.histograms[left.level] ?? new Float64Array();
    fillHistogram(this.binned, pass.slopes, this.order, small, smallHistogram);
    subtractHistogram(histogram, smallHistogram);
    this.growNode(pass, small, smallHistogram);
    this.growNode(pass, large, histogram);
  }

  private children(node: Growing, split: Split): readonly [Growing, Growing] {
    const middle = this.partition(node, split);
    const level = node.level + 1;
    return [
      { node: 2 * node.node, level, from: node.from, to: middle, sums: split.left },
      { node: 2 * node.node + 1, level, from: middle, to: node.to, sums: split.right },
    ];
  }

  /** Puts the rows that go left before the others, each side in its old order; returns where it turns. */
  private partition({ from, to }: Span, { column, slot }: Split): number {
    const { order, aside } = this;
    const { slots, columns } = this.binned;
    let left = from;
    let right = 0;
    for (let at = from; at < to; at++) {
      const row = order[at] ?? 0;
      if ((slots[row * columns + column] ?? 0) <= slot) order[left++] = row;
      else aside[right++] = row;
    }
    order.set(aside.subarray(0, right), left);
    return left;
  }

  /** A node that no split improves: all leaves below it are its own. */
  private endNode(pass: Pass, node: Growing): void {
    const { depth, thresholds } = this.forest;
    const first = pass.tree << depth;
    for (let level = node.level, low = node.node, count = 1; level < depth; level++) {
      thresholds.fill(neverRight, first + low, first + low + count);
      low *= 2;
      count *= 2;
    }
    this.addLeaf(pass, node);
  }

  private addLeaf({ tree, margins }: Pass, { node, level, from, to, sums }: Growing): void {
    const { depth, leaves } = this.forest;
    const { lambda, learningRate } = this.settings;
    const weight = sums.curvature + lambda;
    // Without a penalty, rows that are all certain weigh nothing and ask for nothing.
    const value = weight > 0 ? (-learningRate * sums.slope) / weight : 0;
    const count = 1 << (depth - level);
    const first = (tree << depth) + node * count - (1 << depth);
    leaves.fill(value, first, first + count);
    for (let at = from; at < to; at++) {
      const row = this.order[at] ?? 0;
      margins[row] = (margins[row] ?? 0) + value;
    }
  }
}

/** What one tree is grown on. */
interface Pass {
  readonly tree: number;
  readonly slopes: Float64Array;
  readonly margins: Float64Array;
}
