/** A voyage of the fraud platform has one history for one seed: in this process, another, and a worker. */
import { expect, it } from 'vitest';
import { historyOf } from '../determinism/history.js';
import { expectEqual, inProcess, inWorker } from '../determinism/runs.js';

const file = 'test/fraud/short/scenario.yaml';
const seed = 7;

it(
  'has the same history in two processes and in a worker thread',
  { timeout: 300_000 },
  async () => {
    const here = await historyOf(file, seed);
    expect(here.results.filter(line => line.startsWith('passed'))).toHaveLength(6);
    expect(here.results.some(line => /^\S+ +traffic +requests\/s \d+/.test(line))).toBe(true);
    expectEqual(here, inProcess(file, seed));
    expectEqual(here, await inWorker(file, seed));
    expect((await historyOf(file, seed + 1)).digest).not.toBe(here.digest);
  },
);
