/**
 * The tasks of a Dask scheduler and who works on them: tasks wait in one queue, and a worker is given as
 * many at once as it has threads. @upstream dask/distributed distributed/scheduler.py
 */
import type { Tasks } from './messages.js';

/** A worker that has registered. */
export interface Worker {
  readonly address: string;
  readonly name: string;
  readonly threads: number;
  /** The tasks that it works on. */
  processing: Batch | undefined;
}

/** Tasks of one submission. */
export interface Submission {
  readonly seconds: number;
  waiting: number;
  /** Given to a worker, and not done. */
  running: number;
  readonly done: () => void;
}

/** Tasks that a worker does at once. */
export interface Batch {
  readonly of: Submission;
  readonly count: number;
}

/** Tasks of which no one was done yet are taken to last so long. @upstream unknown-task-duration */
const unknownSeconds = 0.5;
/** In so many seconds the scheduler wants to be done. @upstream adaptive.target-duration */
const targetSeconds = 5;

/** What a scheduler knows of its workers and its tasks. */
export class TaskBoard {
  readonly workers = new Map<string, Worker>();
  private readonly submissions: Submission[] = [];
  private readonly measured = new Set<number>();
  private moves = 0;
  private movesSeen = 0;
  private idleSinceSeconds: number | undefined;

  submit({ count, seconds }: Tasks, done: () => void): void {
    this.submissions.push({ seconds, waiting: count, running: 0, done });
    this.moves++;
    this.clean();
  }

  /** The next tasks for a worker that has none; undefined: there are none. */
  take(worker: Worker): Batch | undefined {
    const of = this.submissions.find(({ waiting }) => waiting > 0);
    if (of === undefined || worker.processing !== undefined) return undefined;
    const count = Math.min(of.waiting, worker.threads);
    of.waiting -= count;
    of.running += count;
    this.moves++;
    worker.processing = { of, count };
    return worker.processing;
  }

  /** The worker has done what it was given. */
  finish(worker: Worker): void {
    const batch = worker.processing;
    if (batch === undefined) return;
    worker.processing = undefined;
    batch.of.running -= batch.count;
    this.measured.add(batch.of.seconds);
    this.moves++;
    this.clean();
  }

  /** The worker is gone: what it worked on waits again. */
  remove(address: string): boolean {
    const worker = this.workers.get(address);
    if (worker === undefined) return false;
    this.workers.delete(address);
    if (worker.processing === undefined) return true;
    const { of, count } = worker.processing;
    of.running -= count;
    of.waiting += count;
    this.moves++;
    return true;
  }

  /** Those that cost least: without tasks first, and those that came last. */
  toClose(count?: number): readonly Worker[] {
    const all = [...this.workers.values()];
    const busy = all.filter(({ processing }) => processing !== undefined);
    const idle = all.filter(({ processing }) => processing === undefined);
    return [...idle.reverse(), ...busy.reverse()].slice(0, count ?? idle.length);
  }

  /** How many workers would be done in time. */
  adaptiveTarget(): number {
    const all = [...this.workers.values()];
    const waiting = this.waiting();
    const queued = this.submissions.reduce((sum, s) => sum + s.waiting * this.duration(s), 0);
    const occupancy = this.submissions.reduce((sum, s) => sum + s.running * this.duration(s), 0);
    let cpu = Math.ceil((occupancy + queued) / targetSeconds);
    // A few long tasks do not ask for many workers.
    const ready = waiting + all.reduce((sum, { processing }) => sum + (processing?.count ?? 0), 0);
    cpu = Math.min(ready, cpu);
    if (all.length > 0) {
      const threads = all.reduce((sum, worker) => sum + worker.threads, 0);
      cpu = Math.ceil((cpu / threads) * all.length);
    } else if (waiting > 0) cpu = Math.max(1, cpu);
    return cpu >= all.length ? cpu : all.length - this.toClose().length;
  }

  /** Since when, in seconds, it has had nothing to do: as far as somebody has asked; null: it has. */
  checkIdle(nowMs: number): number | null {
    const hasMoved = this.moves !== this.movesSeen;
    this.movesSeen = this.moves;
    if (hasMoved || this.submissions.length > 0) {
      this.idleSinceSeconds = undefined;
      return null;
    }
    return (this.idleSinceSeconds ??= nowMs / 1_000);
  }

  private waiting(): number {
    return this.submissions.reduce((sum, { waiting }) => sum + waiting, 0);
  }

  private duration({ seconds }: Submission): number {
    return this.measured.has(seconds) ? seconds : unknownSeconds;
  }

  private clean(): void {
    for (let index = this.submissions.length - 1; index >= 0; index--) {
      const submission = this.submissions[index];
      if (submission === undefined || submission.waiting + submission.running > 0) continue;
      this.submissions.splice(index, 1);
      submission.done();
    }
  }
}
