/** What a cluster costs before anything happens in it. */
import { bootSimulatedCluster } from '../../src/backends/sim.js';
import { simulationOptions } from '../../src/backends/sim-options.js';
import type { Benchmark } from './benchmark.js';

async function bootDefault(): Promise<number> {
  await using cluster = await bootSimulatedCluster(simulationOptions({ seed: 1 }));
  return cluster.simulation.nodes.size > 0 ? 1 : 0;
}

/** The default cluster, with all operators: the first boot of a process, which is not measured, compiles what the next ones share. */
export const bootBenchmarks: readonly Benchmark[] = [
  {
    name: 'boot of the default cluster with its operators',
    unit: 'boots',
    runs: 10,
    run: bootDefault,
  },
];
