/** Runs of a scenario elsewhere: in another process, in a worker thread. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { expect } from 'vitest';
import { firstDifference } from '../../sim/engine/trace.js';
import type { History } from './history.js';

const script = fileURLToPath(new URL('./history.ts', import.meta.url));

/** Names the first event that differs, which says more than two digests. */
export function expectEqual(a: History, b: History): void {
  expect(firstDifference(a.entries, b.entries)).toBeUndefined();
  expect(b.digest).toBe(a.digest);
  expect(b.results).toEqual(a.results);
}

/** The history of a process of its own. */
export function inProcess(file: string, seed: number): History {
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    ['--import', 'tsx', script, file, String(seed)],
    { encoding: 'utf8', maxBuffer: 2 ** 30 },
  );
  expect(status, stderr).toBe(0);
  return JSON.parse(stdout) as History;
}

/** The history of a worker thread. */
export function inWorker(file: string, seed: number): Promise<History> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./worker.mjs', import.meta.url), {
      workerData: { file, seed },
    });
    worker.once('message', (history: History) => {
      resolve(history);
      void worker.terminate();
    });
    worker.once('error', reject);
  });
}
