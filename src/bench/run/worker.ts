/** A thread that runs tasks of a bench, one after another. */
import { parentPort, workerData } from 'node:worker_threads';
import { runTask, type BenchInput, type BenchTask, type RunReport } from './task.js';

/** What it answers. */
export type TaskAnswer =
  | { readonly id: number; readonly report: RunReport }
  | { readonly id: number; readonly error: Error };

// The crew hands them over when it starts the thread.
const inputs = workerData as readonly BenchInput[];

parentPort?.on('message', ({ id, task }: { readonly id: number; readonly task: BenchTask }) => {
  let answer: TaskAnswer;
  try {
    answer = { id, report: runTask(inputs, task) };
  } catch (error) {
    answer = { id, error: error as Error };
  }
  parentPort?.postMessage(answer);
});
