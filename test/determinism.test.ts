/** Every scenario has one history for one seed: in this process, in another, and in a worker thread. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { firstDifference } from '../sim/engine/trace.js';
import { findScenarios } from '../src/scenario/scenario.js';
import { historyOf, type History } from './determinism/history.js';

const script = fileURLToPath(new URL('./determinism/history.ts', import.meta.url));
const seed = 7;

/** A voyage of 26 hours takes a minute; test/fraud holds a short one of the same platform to this. */
const tooLong = 'scenarios/fraud/scenario.yaml';

describe.each(findScenarios('scenarios').filter(file => file !== tooLong))('%s', file => {
  it('has the same history in two processes and in a worker thread', async () => {
    const here = await historyOf(file, seed);
    expect(here.entries.length).toBeGreaterThan(0);
    expectEqual(here, inProcess(file));
    expectEqual(here, await inWorker(file));
  });

  it('has another history with another seed', async () => {
    const [a, b] = [await historyOf(file, seed), await historyOf(file, seed + 1)];
    expect(a.digest).not.toBe(b.digest);
  });
});

/** Names the first event that differs, which says more than two digests. */
function expectEqual(a: History, b: History): void {
  expect(firstDifference(a.entries, b.entries)).toBeUndefined();
  expect(b.digest).toBe(a.digest);
  expect(b.results).toEqual(a.results);
}

function inProcess(file: string): History {
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    ['--import', 'tsx', script, file, String(seed)],
    { encoding: 'utf8', maxBuffer: 2 ** 30 },
  );
  expect(status, stderr).toBe(0);
  return JSON.parse(stdout) as History;
}

function inWorker(file: string): Promise<History> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./determinism/worker.mjs', import.meta.url), {
      workerData: { file, seed },
    });
    worker.once('message', (history: History) => {
      resolve(history);
      void worker.terminate();
    });
    worker.once('error', reject);
  });
}
