/** Every scenario has one history for one seed: in this process, in another, and in a worker thread. */
import { describe, expect, it } from 'vitest';
import { findScenarios } from '../src/scenario/scenario.js';
import { historyOf, type History } from './determinism/history.js';
import { expectEqual, inProcess, inWorker } from './determinism/runs.js';

const seed = 7;

/** A voyage of 26 hours takes a minute; test/fraud holds a short one of the same platform to this. */
const tooLong = 'scenarios/fraud/scenario.yaml';

const files = findScenarios('scenarios').filter(file => file !== tooLong);

describe('every scenario', () => {
  // Here each is the first of its kind or not as it comes; elsewhere they follow each other the other way round.
  const reversed = [...files].reverse();
  const here = new Map<string, History>();

  it.each(files)('%s has a history, and another with another seed', async file => {
    const history = await historyOf(file, seed);
    expect(history.entries.length).toBeGreaterThan(0);
    expect((await historyOf(file, seed + 1)).digest).not.toBe(history.digest);
    here.set(file, history);
  });

  it.each([
    ['another process', () => Promise.resolve(inProcess(reversed, seed))],
    ['a worker thread', () => inWorker(reversed, seed)],
  ] as const)('has the same history in %s', async (_, run) => {
    const there = await run();
    expect(there).toHaveLength(files.length);
    for (const [at, file] of reversed.entries()) {
      expectEqual(here.get(file) as History, there[at] as History);
    }
  });
});
