import { expect, it } from 'vitest';
import { replicated } from '../arbitraries/manifests.js';
import { laws } from '../laws/index.js';
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
