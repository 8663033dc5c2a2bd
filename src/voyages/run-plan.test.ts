import { expect, it } from 'vitest';
import { replicated } from '../arbitraries/manifests.js';
import { everyMutationAudited } from '../laws/every-mutation-audited.js';
import type { Law } from '../laws/law.js';
import { requestsWithinAllocatable } from '../laws/requests-within-allocatable.js';
import type { VoyagePlan } from './plan.js';
import { runPlan } from './run-plan.js';

const plan: VoyagePlan = {
  cluster: { pools: [{ name: 'cpu', count: 1 }] },
  objects: [
    replicated('Deployment', { namespace: 'default', name: 'web' }, 2, {
      app: 'web',
      cpu: '100m',
      gpus: 0,
    }),
  ],
  events: [],
  seed: 3,
  settleMs: 20_000,
};

async function sail(laws: readonly Law[]) {
  const { outcomes, digest, verdicts } = await runPlan(plan, { laws });
  const hasAccesses = outcomes.some(({ kind }) => kind === 'access');
  return { hasAccesses, digest, kinds: verdicts.map(({ kind }) => kind) };
}

it('watches who asks the API server for what only for laws that hear of it, and that changes nothing', async () => {
  const heard = await sail([everyMutationAudited]);
  const unheard = await sail([requestsWithinAllocatable]);
  const unjudged = await sail([]);
  expect([heard, unheard, unjudged].map(({ hasAccesses }) => hasAccesses)).toEqual([
    true,
    false,
    false,
  ]);
  expect(heard.kinds).toEqual(['held']);
  expect(unheard.kinds).toEqual(['held']);
  expect(unjudged.kinds).toEqual([]);
  expect(new Set([heard.digest, unheard.digest, unjudged.digest]).size).toBe(1);
});
