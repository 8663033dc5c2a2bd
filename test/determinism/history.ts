/** Runs one scenario with one seed and gives its history's digest and entries: in any process or thread. */
import { fileURLToPath } from 'node:url';
import type { TraceEntry } from '../../sim/engine/trace.js';
import { bootSimulatedCluster } from '../../src/backends/sim.js';
import { simulationOptions } from '../../src/backends/sim-options.js';
import { modelWorkloads } from '../../src/models/workloads.js';
import { runScenario } from '../../src/scenario/run.js';
import { loadScenario } from '../../src/scenario/scenario.js';

/** What a run leaves behind. */
export interface History {
  readonly digest: string;
  readonly entries: readonly TraceEntry[];
  readonly results: readonly string[];
}

/** Runs the scenario. */
export async function historyOf(file: string, seed: number): Promise<History> {
  const scenario = loadScenario(file);
  const { config, operators } = scenario.cluster;
  await using cluster = await bootSimulatedCluster(
    simulationOptions({
      seed,
      workloads: scenario.workloads,
      makers: modelWorkloads,
      keepsTrace: true,
      ...(config !== undefined && { config }),
      ...(operators !== undefined && { operators }),
    }),
  );
  const told: string[] = [];
  const result = await runScenario(scenario, cluster, { tell: line => told.push(line) });
  const results = result.steps.map(step => `${step.result} ${step.title}`);
  return {
    digest: cluster.digest(),
    entries: cluster.simulation.trace.entries(),
    results: [...results, ...told],
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [, , file = '', seed = '1'] = process.argv;
  process.stdout.write(JSON.stringify(await historyOf(file, Number(seed))));
}
