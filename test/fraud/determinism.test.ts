/** A voyage of the fraud platform has one history for one seed: in this process, another, and a worker. */
import { expect, it } from 'vitest';
import { historyOf, type History } from '../determinism/history.js';
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
    const [there] = inProcess([file], seed);
    expectEqual(here, there as History);
    const [inThread] = await inWorker([file], seed);
    expectEqual(here, inThread as History);
    expect((await historyOf(file, seed + 1)).digest).not.toBe(here.digest);
  },
);
