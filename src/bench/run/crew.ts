/** Runs many tasks, in threads when there are several cores; the reports come in the order of the tasks. */
import type { Worker } from 'node:worker_threads';
import { startThread } from '../../thread.js';
import { runTask, type BenchInput, type BenchTask, type RunReport } from './task.js';
import type { TaskAnswer } from './worker.js';

/** How tasks are run. */
export interface CrewOptions {
  /** Threads; with 1 this one does it all. */
  readonly workers: number;
  /** Told after each task how many are done. */
  readonly onDone?: (done: number) => void;
}

/** Runs all tasks. Whatever the number of threads, equal tasks give equal reports. */
export async function runTasks(
  inputs: readonly BenchInput[],
  tasks: readonly BenchTask[],
  { workers, onDone }: CrewOptions,
): Promise<RunReport[]> {
  const reports: RunReport[] = [];
  const count = Math.min(workers, tasks.length);
  if (count <= 1) {
    for (const [index, task] of tasks.entries()) {
      reports[index] = runTask(inputs, task);
      onDone?.(index + 1);
    }
    return reports;
  }
  let next = 0;
  let done = 0;
  const serve = async (worker: Worker): Promise<void> => {
    while (next < tasks.length) {
      const id = next++;
      reports[id] = await asked(worker, { id, task: tasks[id] as BenchTask });
      onDone?.(++done);
    }
  };
  const threads = Array.from({ length: count }, () =>
    startThread({ name: 'bench-worker', source: 'bench/run/worker' }, { workerData: inputs }),
  );
  try {
    await Promise.all(threads.map(serve));
  } finally {
    await Promise.all(threads.map(worker => worker.terminate()));
  }
  return reports;
}

function asked(
  worker: Worker,
  message: { readonly id: number; readonly task: BenchTask },
): Promise<RunReport> {
  return new Promise((resolve, reject) => {
    const settle = (answer: TaskAnswer): void => {
      worker.off('error', reject);
      if ('report' in answer) resolve(answer.report);
      else reject(answer.error);
    };
    worker.once('message', settle);
    worker.once('error', reject);
    worker.postMessage(message);
  });
}
