/** The scenario that shows node groups, as a user runs it. */
import { expect, it } from 'vitest';
import { loadScenario } from '../src/scenario/scenario.js';
import { sail } from '../src/scenario/voyage.js';

const scenario = loadScenario('scenarios/node-autoscaling/scenario.yaml');
const run = (seed: number) => sail(scenario, { seed, tell: () => undefined });

it('grows for trainings, shrinks after them, and gives up machines that never come', async () => {
  const { steps, gpus, digest } = await run(1);
  expect(steps.map(({ result, message }) => message ?? result)).toEqual(steps.map(() => 'passed'));
  // The nodes are offered from when they are there until they are gone.
  const offered = gpus.offered.map(({ product, hours }) => [product, Math.round(hours * 10) / 10]);
  expect(offered).toEqual([
    ['NVIDIA-A100-SXM4-80GB', 4.4],
    ['NVIDIA-L4', 0.2],
  ]);
  expect(gpus.offeredNow).toBe(0);
  expect((await run(1)).digest).toBe(digest);
});
