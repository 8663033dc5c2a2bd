/** The scenario that shows gangs, as a user runs it. */
import { expect, it } from 'vitest';
import { loadScenario } from '../src/scenario/scenario.js';
import { sail } from '../src/scenario/voyage.js';

it('starts one gang whole while the other holds nothing', async () => {
  const scenario = loadScenario('scenarios/gang-scheduling/scenario.yaml');
  const { steps } = await sail(scenario, { seed: 1, tell: () => undefined });
  expect(steps.map(({ result, message }) => message ?? result)).toEqual(steps.map(() => 'passed'));
});
