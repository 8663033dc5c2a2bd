import { expect, it } from 'vitest';
import type { PlantedFault } from '../../sim/engine/planted.js';
import { noWorseModelPromoted } from '../laws/no-worse-model-promoted.js';
import { modelPromoter } from '../stacks/releases/model-promoter.js';
import { trialEntry } from '../stacks/releases/trial-model.js';
import type { VoyageEvent, VoyagePlan } from './plan.js';
import { runPlan } from './run-plan.js';

const entry = (version: number, ranking: number, offset: number) =>
  trialEntry({ namespace: 'default', name: 'fraud', version, ranking, offset });
const release = (...quality: Parameters<typeof entry>): VoyageEvent => ({
  afterMs: 10_000,
  kind: 'apply',
  object: entry(...quality),
});

/** The second version calls nothing a fraud, which is right nearly always; the third ranks better. */
const plan: VoyagePlan = {
  cluster: { pools: [{ name: 'cpu', count: 1 }], operators: [modelPromoter.name] },
  objects: [entry(1, 2, 0)],
  events: [release(2, 0, -4), release(3, 3, 0)],
  seed: 0,
  settleMs: 10_000,
};

async function sail(planted: readonly PlantedFault[]) {
  const { verdicts, outcomes } = await runPlan(plan, { laws: [noWorseModelPromoted], planted });
  const promoted = outcomes.flatMap(one => (one.kind === 'recovery' ? [one.model] : []));
  return { promoted, verdict: verdicts[0]?.kind };
}

it('are promoted by average precision', async () => {
  expect(await sail([])).toEqual({
    promoted: ['default/fraud v1', 'default/fraud v3'],
    verdict: 'held',
  });
});

it('break a law where they are promoted by accuracy', async () => {
  const { promoted, verdict } = await sail(['promoted-by-accuracy']);
  expect(promoted).toContain('default/fraud v2');
  expect(verdict).toBe('broken');
});
