/** The work of an application: stages of tasks, which are done again when their executor is lost. */
import type { Random } from '../../engine/random.js';

/** How much there is to do. */
export interface Work {
  /** How long all takes with all executors there. */
  readonly seconds: number;
  /** How many tasks run side by side then. */
  readonly slots: number;
}

/** A task on its way. */
export interface Launch {
  readonly stage: number;
  readonly task: number;
  readonly executorId: number;
  readonly ms: number;
}

const stagesMax = 2;
const wavesMax = 2;
const spread = 0.3;
const tasksMax = 1_000;

/** Spark's `spark.task.maxFailures`. */
const failuresMax = 4;

/** Hands out the tasks of one stage after the other. */
export class TaskScheduler {
  private readonly stages: readonly (readonly number[])[];
  private stage = 0;
  private pending: number[];
  private readonly running = new Map<number, number>();
  private readonly failures = new Map<number, number>();

  constructor({ seconds, slots }: Work, random: Random) {
    const tasks = Math.min(Math.max(slots, 1) * wavesMax, tasksMax);
    const meanMs = (seconds * 1_000 * Math.max(slots, 1)) / (stagesMax * tasks);
    this.stages = Array.from({ length: stagesMax }, () =>
      Array.from({ length: tasks }, () => meanMs * random.between(1 - spread, 1 + spread)),
    );
    this.pending = this.all();
  }

  get isDone(): boolean {
    return this.stage >= this.stages.length;
  }

  /** Tasks that wait or run. */
  get open(): number {
    return this.pending.length + this.running.size;
  }

  get waiting(): number {
    return this.pending.length;
  }

  get stageNumber(): number {
    return this.stage;
  }

  /** How many tasks an executor has. */
  load(executorId: number): number {
    return [...this.running.values()].filter(id => id === executorId).length;
  }

  /** The next task, for this executor. */
  launch(executorId: number): Launch | undefined {
    const task = this.pending.shift();
    if (task === undefined) return undefined;
    this.running.set(task, executorId);
    const { stage } = this;
    return { stage, task, executorId, ms: Math.round(this.stages[stage]?.[task] ?? 0) };
  }

  /** A task is done. Whether its stage is. */
  finished({ stage, task, executorId }: Launch): boolean {
    if (stage !== this.stage || this.running.get(task) !== executorId) return false;
    this.running.delete(task);
    if (this.open > 0) return false;
    this.stage++;
    this.failures.clear();
    this.pending = this.all();
    return true;
  }

  /** The tasks of an executor wait again. Why the job is given up, if one has failed too often. */
  lost(executorId: number, isByApp: boolean): string | undefined {
    let reason: string | undefined;
    for (const [task, id] of this.running) {
      if (id !== executorId) continue;
      this.running.delete(task);
      this.pending.push(task);
      const failures = (this.failures.get(task) ?? 0) + (isByApp ? 1 : 0);
      this.failures.set(task, failures);
      if (failures >= failuresMax) {
        reason ??= `Task ${task} in stage ${this.stage}.0 failed ${failuresMax} times`;
      }
    }
    return reason;
  }

  private all(): number[] {
    return (this.stages[this.stage] ?? []).map((_, task) => task);
  }
}
