/** Runs of scenarios elsewhere, as they are built: in another process, in a worker thread. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { expect } from 'vitest';
import { firstDifference } from '../../sim/engine/trace.js';
import type { History } from './history.js';

const script = new URL('./history.mjs', import.meta.url);

/** Names the first event that differs, which says more than two digests. */
export function expectEqual(a: History, b: History): void {
  expect(firstDifference(a.entries, b.entries)).toBeUndefined();
  expect(b.digest).toBe(a.digest);
  expect(b.results).toEqual(a.results);
}

/** The histories of one after the other in a process of its own. */
export function inProcess(files: readonly string[], seed: number): History[] {
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    [fileURLToPath(script), String(seed), ...files],
    { encoding: 'utf8', maxBuffer: 2 ** 30 },
  );
  expect(status, stderr).toBe(0);
  return stdout
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line) as History);
}

/** The histories of one after the other in a worker thread. */
export function inWorker(files: readonly string[], seed: number): Promise<History[]> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(script, { workerData: { isHistory: true, files, seed } });
    const histories: History[] = [];
    worker.on('message', (history: History) => histories.push(history));
    worker.once('exit', () => {
      resolve(histories);
    });
    worker.once('error', reject);
  });
}
