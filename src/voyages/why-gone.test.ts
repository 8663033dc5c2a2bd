/** What is gone is told with whose doing it is. */
import { expect, it } from 'vitest';
import { laws } from '../laws/index.js';
import { replicated } from '../arbitraries/manifests.js';
import type { VoyagePlan } from './plan.js';
import { runPlan } from './run-plan.js';

const web = replicated('Deployment', { namespace: 'default', name: 'web' }, 1, {
  app: 'web',
  cpu: '100m',
  gpus: 0,
});
const target = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'default', name: 'web' };

it('tells what the voyage itself deleted from what never was', async () => {
  const plan: VoyagePlan = {
    cluster: { pools: [{ name: 'cpu', count: 1 }] },
    objects: [web],
    events: [
      { afterMs: 1_000, kind: 'delete', target },
      { afterMs: 10_000, kind: 'scale', target, replicas: 3 },
      { afterMs: 1_000, kind: 'scale', target: { ...target, name: 'nobody' }, replicas: 3 },
    ],
    seed: 1,
    settleMs: 10_000,
  };
  const { stats } = await runPlan(plan, { laws });
  expect(stats.refusals).toEqual([
    expect.stringMatching(/"web" not found: the voyage itself had let it be deleted$/),
    expect.stringMatching(/"nobody" not found: it never came to be$/),
  ]);
});
