/** Benchmarks of judging: all laws on the history of a small voyage with two faults. */
import type { HistoryEntry } from '../../sim/server/contract.js';
import { bootSimulatedCluster } from '../../src/backends/sim.js';
import { laws } from '../../src/laws/index.js';
import { judge } from '../../src/laws/judge.js';
import type { Benchmark } from './benchmark.js';
import { gpuDeployment, gpuNodes } from './cluster.js';

interface Told {
  readonly history: readonly HistoryEntry[];
  readonly endMs: number;
}

/** 10 nodes, 50 pods, 10 virtual minutes, 2 faults. */
async function sail(): Promise<Told> {
  await using cluster = await bootSimulatedCluster({ seed: 1, nodes: gpuNodes(10) });
  await cluster.apply([gpuDeployment(50)]);
  await cluster.advance('2m');
  await cluster.inject({ kind: 'gpu', node: 'node-0001', gpu: 0, xid: 79 });
  await cluster.advance('1m');
  await cluster.inject({ kind: 'node-down', node: 'node-0003' });
  await cluster.advance('7m');
  return { history: [...cluster.simulation.server.history()], endMs: cluster.now() };
}

let known: Promise<Told> | undefined;

/** How fast histories are judged, and for comparison how fast they are made. */
export const lawBenchmarks: readonly Benchmark[] = [
  {
    name: 'all laws on a small voyage with 2 faults',
    unit: 'entries',
    runs: 20,
    async run() {
      const { history, endMs } = await (known ??= sail());
      judge(laws, { history, endMs });
      return history.length;
    },
  },
  {
    name: 'the same voyage, sailed and not judged',
    unit: 'entries',
    runs: 10,
    run: async () => (await sail()).history.length,
  },
];
