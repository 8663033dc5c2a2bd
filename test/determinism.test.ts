/** Every scenario has one history for one seed: in this process, in another, and in a worker thread. */
import { describe, expect, it } from 'vitest';
import { findScenarios } from '../src/scenario/scenario.js';
import { historyOf } from './determinism/history.js';
import { expectEqual, inProcess, inWorker } from './determinism/runs.js';

const seed = 7;

/** A voyage of 26 hours takes a minute; test/fraud holds a short one of the same platform to this. */
const tooLong = 'scenarios/fraud/scenario.yaml';

describe.each(findScenarios('scenarios').filter(file => file !== tooLong))('%s', file => {
  it('has the same history in two processes and in a worker thread', async () => {
    const here = await historyOf(file, seed);
    expect(here.entries.length).toBeGreaterThan(0);
    expectEqual(here, inProcess(file, seed));
    expectEqual(here, await inWorker(file, seed));
  });

  it('has another history with another seed', async () => {
    const [a, b] = [await historyOf(file, seed), await historyOf(file, seed + 1)];
    expect(a.digest).not.toBe(b.digest);
  });
});
