/** Benchmarks of voyages: small ones, whole, judged by all laws. */
import { replicated } from '../../src/arbitraries/manifests.js';
import { laws } from '../../src/laws/index.js';
import { assemble } from '../../src/voyages/fleet.js';
import type { VoyagePlan } from '../../src/voyages/plan.js';
import type { Benchmark } from './benchmark.js';

/** Ten nodes, fifty pods, ten virtual minutes, two faults. */
const plan = (seed: number): VoyagePlan => ({
  cluster: {
    pools: [
      { name: 'cpu', count: 6 },
      { name: 'gpu', count: 3, gpus: { product: 'NVIDIA-A100-SXM4-80GB', count: 4 } },
    ],
  },
  objects: [
    replicated('Deployment', { namespace: 'default', name: 'web' }, 30, {
      app: 'web',
      cpu: '200m',
      gpus: 0,
      port: 8080,
    }),
    replicated('Deployment', { namespace: 'default', name: 'model' }, 8, {
      app: 'model',
      cpu: '1',
      gpus: 1,
    }),
    replicated('StatefulSet', { namespace: 'default', name: 'store' }, 12, {
      app: 'store',
      cpu: '100m',
      gpus: 0,
    }),
  ],
  events: [
    { afterMs: 0, kind: 'fault', fault: { kind: 'gpu', node: 'sea-worker7', gpu: 0, xid: 79 } },
    {
      afterMs: 60_000,
      kind: 'fault',
      fault: { kind: 'crash', process: 'kube-controller-manager', forMs: 10_000 },
    },
  ],
  seed,
  settleMs: 270_000,
});

function voyages(workers: number): Benchmark {
  const count = 20;
  const name = `small voyages, ${workers} thread${workers === 1 ? '' : 's'}`;
  return {
    name,
    unit: 'voyages',
    runs: 2,
    async run() {
      await using fleet = assemble({ workers, laws, planted: [] });
      const seeds = Array.from({ length: count }, (_, index) => index);
      if (workers === 1) for (const seed of seeds) await fleet.sail(plan(seed));
      else await Promise.all(seeds.map(seed => fleet.sail(plan(seed))));
      return count;
    },
  };
}

/** Threads begin cold: their start is part of what is measured. */
export const voyageBenchmarks: readonly Benchmark[] = [voyages(1), voyages(2)];
