/** The fraud platform's manifests: the API server takes all of them, and what they ask for can be had. */
import { readdirSync } from 'node:fs';
import { expect, it } from 'vitest';
import { bootSimulatedCluster } from '../../src/backends/sim.js';
import { simulationOptions } from '../../src/backends/sim-options.js';
import { readManifests } from '../../src/input/manifest-files.js';
import { loadScenario } from '../../src/scenario/scenario.js';

const folder = 'scenarios/fraud';

it('are taken in the order of the scenario, without a warning', async () => {
  const { cluster: wanted, steps } = loadScenario(`${folder}/scenario.yaml`);
  const { config = '', operators = [] } = wanted;
  await using cluster = await bootSimulatedCluster(
    simulationOptions({ seed: 1, config, operators }),
  );
  const files = steps.flatMap(({ apply }) => apply?.files ?? []);
  for (const file of files) {
    const objects = readManifests(`${folder}/${file}`).map(({ object }) => object);
    for (const { object, message, warnings } of await cluster.apply(objects)) {
      const name = `${file}: ${object.kind ?? ''} ${object.metadata.name ?? ''}`;
      expect({ name, message, warnings }).toEqual({ name, message: undefined, warnings: [] });
    }
  }
  const applied = files.filter(file => file.startsWith('platform/')).sort();
  const there = readdirSync(`${folder}/platform`).map(name => `platform/${name}`);
  expect(applied).toEqual(there.sort());
});
