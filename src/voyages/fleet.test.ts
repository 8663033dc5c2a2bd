import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { replicated } from '../arbitraries/manifests.js';
import { laws } from '../laws/index.js';
import { startThread } from '../thread.js';
import { assemble } from './fleet.js';
import type { VoyagePlan } from './plan.js';

const web = replicated('Deployment', { namespace: 'default', name: 'web' }, 2, {
  app: 'web',
  cpu: '100m',
  gpus: 0,
});

/** Every third one names a node that is not there. */
const plan = (seed: number): VoyagePlan => ({
  cluster: { pools: [{ name: 'cpu', count: 1 }] },
  objects: [web],
  events:
    seed % 3 === 2
      ? [{ afterMs: 0, kind: 'fault', fault: { kind: 'node-down', node: 'nobody' } }]
      : [],
  seed,
  settleMs: 10_000 + (seed % 4) * 60_000,
});

/** What came of the plans, failures too. */
async function sailed(workers: number): Promise<readonly string[]> {
  await using fleet = assemble({ workers, laws, planted: [] });
  const plans = Array.from({ length: 12 }, (_, seed) => plan(seed));
  const outcomes = plans.map(one =>
    fleet.sail(one).then(
      ({ digest }) => digest,
      (error: unknown) => (error as Error).message,
    ),
  );
  return await Promise.all(outcomes);
}

it('answers each plan, whatever became of the others, as one thread does', async () => {
  const alone = await sailed(1);
  expect(await sailed(2)).toEqual(alone);
  const failures = alone.filter(text => text.includes('nobody'));
  expect(failures).toHaveLength(4);
  expect(new Set(alone).size).toBe(9);
});

/** A fleet of which each program is a thread's, and when those threads of it that end have ended. */
async function after(programs: readonly (string | undefined)[]) {
  const ends: Promise<unknown>[] = [];
  const left = [...programs];
  const start = (): Worker => {
    const program = left.shift();
    if (program === undefined)
      return startThread({ name: 'voyage-worker', source: 'voyages/worker' });
    const worker = new Worker(program, { eval: true });
    ends.push(new Promise(resolve => worker.once('exit', resolve)));
    return worker;
  };
  const fleet = assemble({ workers: programs.length, laws, planted: [], start });
  await Promise.all(ends);
  return fleet;
}

describe('a thread that is lost while it has nothing to do', () => {
  it.each(["throw new Error('sunk')", 'process.exit(3)'])('is given nothing: %s', async program => {
    await using fleet = await after([program, undefined]);
    const briefs = await Promise.all([fleet.sail(plan(0)), fleet.sail(plan(0))]);
    expect(new Set(briefs.map(({ digest }) => digest)).size).toBe(1);
  });

  it.each([
    ["throw new Error('sunk')", 'sunk'],
    ['process.exit(3)', 'a thread ended with code 3'],
  ])('is told of when it was the last one: %s', async (program, reason) => {
    await using fleet = await after([program, program]);
    await expect(fleet.sail(plan(0))).rejects.toThrow(reason);
  });
});
