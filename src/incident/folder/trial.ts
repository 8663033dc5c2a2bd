/** Tries an imported folder on the simulation: what its API serves, and what of the state it refuses. */
import { join } from 'node:path';
import { bootSimulatedCluster } from '../../backends/sim.js';
import { RestMapper } from '../../backends/rest-mapper.js';
import { readManifests } from '../../input/manifest-files.js';
import { restore } from '../../scenario/restore-step.js';
import { loadScenario } from '../../scenario/scenario.js';
import { launch } from '../../scenario/voyage.js';
import { titleOf } from '../rebuild/known.js';

/** What a trial tells. */
export interface Trial {
  /** `deployments.apps`, `pods`. */
  readonly served: ReadonlySet<string>;
  /** By the title of the object: in the server's words. */
  readonly refused: ReadonlyMap<string, string>;
}

/** Boots the scenario of a folder and restores its state. */
export async function tryFolder(folder: string): Promise<Trial> {
  const scenario = loadScenario(join(folder, 'scenario.yaml'));
  const { stack: _stack, ...options } = launch(scenario, { seed: 1 });
  await using cluster = await bootSimulatedCluster(options);
  const files = scenario.steps.flatMap(step => step.restore?.files ?? []);
  const manifests = files.flatMap(file => readManifests(join(folder, file)));
  const refused = await restore(cluster, manifests);
  const mapper = new RestMapper(request => cluster.request(request));
  const kinds = await mapper.all();
  return {
    served: new Set(
      kinds.map(({ apiVersion, resource }) =>
        apiVersion.includes('/')
          ? `${resource}.${apiVersion.slice(0, apiVersion.indexOf('/'))}`
          : resource,
      ),
    ),
    refused: new Map(refused.map(({ manifest, message }) => [titleOf(manifest.object), message])),
  };
}
