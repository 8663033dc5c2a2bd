/** Numbers that follow from a node and a pod's requests alone, kept until the node changes. */
import type { NodeInfo } from './node-info.js';

/** A number for each node. */
export class NodeMemo {
  private generations = new Float64Array(0);
  private values = new Float64Array(0);

  /** What is known of the node as it is now; undefined: nothing yet. */
  get({ rank, generation }: NodeInfo): number | undefined {
    return this.generations[rank] === generation ? this.values[rank] : undefined;
  }

  set({ rank, generation }: NodeInfo, value: number): number {
    if (rank >= this.values.length) this.grow(rank);
    if (rank >= 0) {
      this.generations[rank] = generation;
      this.values[rank] = value;
    }
    return value;
  }

  private grow(rank: number): void {
    const size = Math.max(rank + 1, 2 * this.values.length);
    const [generations, values] = [this.generations, this.values];
    this.generations = new Float64Array(size);
    this.values = new Float64Array(size);
    this.generations.set(generations);
    this.values.set(values);
  }
}

const memosMax = 64;
const seenMax = 1000;

/** Memos by what is asked for: one is begun only for what is asked for a second time. */
export class NodeMemos {
  private readonly memos = new Map<string, NodeMemo>();
  private readonly seen = new Set<string>();

  of(requests: readonly number[]): NodeMemo | undefined {
    const key = requests.join();
    const known = this.memos.get(key);
    if (known !== undefined) return known;
    if (!this.seen.has(key)) {
      if (this.seen.size >= seenMax) this.seen.clear();
      this.seen.add(key);
      return undefined;
    }
    if (this.memos.size >= memosMax) this.memos.clear();
    const memo = new NodeMemo();
    this.memos.set(key, memo);
    return memo;
  }
}
