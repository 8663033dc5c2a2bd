/**
 * The nodes of a Ray cluster and the tasks that wait for one: a task goes to the first node that has
 * free what it needs. @upstream ray-project/ray src/ray/raylet/scheduling
 */
import type { Amounts, Tasks } from './messages.js';

/** A node that has registered. */
export interface Node {
  readonly address: string;
  /** The pod's name. */
  readonly name: string;
  readonly group: string;
  readonly total: Amounts;
  free: Amounts;
  /** Since when it has had nothing to do; undefined: it works. */
  idleSinceMs: number | undefined;
}

/** Tasks of one submission. */
export interface Submission {
  readonly seconds: number;
  readonly needs: Amounts;
  waiting: number;
  /** Given to a node, and not done. */
  running: number;
  isDropped: boolean;
  /** Where replicas go one by one, to nodes that have the fewest: so many a node may have at most. */
  readonly nodeMax: number | undefined;
  readonly done: () => void;
}

/** Tasks that a node does at once. */
export interface Batch {
  readonly of: Submission;
  readonly node: Node;
  readonly count: number;
}

/** What a head knows of its nodes and their work. */
export class Board {
  readonly nodes = new Map<string, Node>();
  private readonly submissions = new Set<Submission>();
  private readonly batches = new Set<Batch>();

  submit({ count, seconds, needs }: Tasks, done: () => void, nodeMax?: number): Submission {
    const submission: Submission = {
      seconds,
      needs,
      waiting: count,
      running: 0,
      isDropped: false,
      nodeMax,
      done,
    };
    if (count > 0) this.submissions.add(submission);
    else done();
    return submission;
  }

  /** Nobody wants the tasks any more; those that run go on to their end. */
  drop(submission: Submission): void {
    submission.waiting = 0;
    submission.isDropped = true;
    this.submissions.delete(submission);
  }

  /** What can be started now: it then counts as running. */
  start(): readonly Batch[] {
    const started: Batch[] = [];
    for (const of of this.submissions) {
      if (of.nodeMax !== undefined) started.push(...this.spread(of, of.nodeMax));
      else {
        for (const node of this.nodes.values()) {
          const count = Math.min(of.waiting, fits(node.free, of.needs));
          if (count > 0) started.push(this.begin({ of, node, count }));
        }
      }
    }
    return started;
  }

  private spread(of: Submission, nodeMax: number): readonly Batch[] {
    const started: Batch[] = [];
    while (of.waiting > 0) {
      const [best] = [...this.nodes.values()]
        .map(node => ({ node, count: this.countOn(of, node) }))
        .filter(({ node, count }) => count < nodeMax && fits(node.free, of.needs) > 0)
        .sort((a, b) => a.count - b.count);
      if (best === undefined) break;
      started.push(this.begin({ of, node: best.node, count: 1 }));
    }
    return started;
  }

  private countOn(of: Submission, node: Node): number {
    return this.batchesOf(of).filter(batch => batch.node === node).length;
  }

  private begin(batch: Batch): Batch {
    const { of, node, count } = batch;
    of.waiting -= count;
    of.running += count;
    node.free = less(node.free, of.needs, count);
    node.idleSinceMs = undefined;
    this.batches.add(batch);
    return batch;
  }

  /** The node has done what it was given. */
  finish(batch: Batch, nowMs: number): void {
    if (!this.batches.delete(batch)) return;
    const { of, node, count } = batch;
    of.running -= count;
    node.free = less(node.free, of.needs, -count);
    if (![...this.batches].some(other => other.node === node)) node.idleSinceMs = nowMs;
    if (of.isDropped || of.waiting + of.running > 0) return;
    this.submissions.delete(of);
    of.done();
  }

  /** The node is gone: what it worked on waits again. */
  remove(address: string): boolean {
    const node = this.nodes.get(address);
    if (node === undefined) return false;
    this.nodes.delete(address);
    for (const batch of this.batches) {
      if (batch.node !== node) continue;
      this.batches.delete(batch);
      batch.of.running -= batch.count;
      if (!batch.of.isDropped) batch.of.waiting += batch.count;
    }
    return true;
  }

  /** What of the submission nodes work on. */
  batchesOf(submission: Submission): readonly Batch[] {
    return [...this.batches].filter(({ of }) => of === submission);
  }

  /** The tasks that wait, by what they need. */
  waiting(): readonly { readonly needs: Amounts; readonly count: number }[] {
    return [...this.submissions]
      .filter(({ waiting }) => waiting > 0)
      .map(({ needs, waiting }) => ({ needs, count: waiting }));
  }
}

/** How many tasks with these needs fit. */
export function fits(free: Amounts, needs: Amounts): number {
  const each = (has: number, need: number) =>
    need <= 0 ? Number.POSITIVE_INFINITY : Math.floor((has + 1e-9) / need);
  return Math.max(Math.min(each(free.cpu, needs.cpu), each(free.gpu, needs.gpu)), 0);
}

/** What is left. */
export function less(free: Amounts, needs: Amounts, count: number): Amounts {
  return { cpu: free.cpu - needs.cpu * count, gpu: free.gpu - needs.gpu * count };
}
