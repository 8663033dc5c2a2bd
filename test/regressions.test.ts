/** What has failed once is run for ever after: the scenarios that `seatrial keep` wrote. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { loadScenario } from '../src/scenario/scenario.js';
import { sail } from '../src/scenario/voyage.js';

const folder = 'scenarios/regressions';

it.each(readdirSync(folder))('%s', async name => {
  const scenario = loadScenario(join(folder, name, 'scenario.yaml'));
  const { steps } = await sail(scenario, {
    seed: scenario.cluster.seed ?? 0,
    tell: () => undefined,
  });
  expect(steps.map(({ result, message }) => message ?? result)).toEqual(steps.map(() => 'passed'));
});
