/** Benchmarks of voyages: small ones, whole, judged by all laws. */
import { fileURLToPath } from 'node:url';
import { planSource } from '../../src/arbitraries/source.js';
import { readCheckInput } from '../../src/check/read-input.js';
import { sailable } from '../../src/check/sailable.js';
import { surveyOf } from '../../src/check/survey.js';
import { explore } from '../../src/voyages/explore.js';
import { replicated } from '../../src/arbitraries/manifests.js';
import { laws } from '../../src/laws/index.js';
import { assemble, type Fleet } from '../../src/voyages/fleet.js';
import type { VoyagePlan } from '../../src/voyages/plan.js';
import type { Benchmark } from './benchmark.js';

const pods = [
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
];

/** Ten nodes, fifty pods, ten virtual minutes, two faults. */
const plan = (seed: number): VoyagePlan => ({
  cluster: {
    pools: [
      { name: 'cpu', count: 6 },
      { name: 'gpu', count: 3, gpus: { product: 'NVIDIA-A100-SXM4-80GB', count: 4 } },
    ],
  },
  objects: pods,
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

/** The same without faults, interleavings and laws: what the simulation alone costs. */
const calm = (seed: number): VoyagePlan => ({
  ...plan(seed),
  events: [],
  seed: 0,
  settleMs: 300_000,
});

const count = 20;

async function sail(fleet: Fleet, planOf = plan): Promise<number> {
  const plans = Array.from({ length: count }, (_, index) => planOf(index));
  if (fleet.size === 1) for (const one of plans) await fleet.sail(one);
  else await Promise.all(plans.map(one => fleet.sail(one)));
  return count;
}

/** A search of a thousand voyages is one in which threads are warm. */
function warm(workers: number): Benchmark {
  let fleet: Fleet | undefined;
  return {
    name: `small voyages, ${workers} warm thread${workers === 1 ? '' : 's'}`,
    unit: 'voyages',
    warmUpMs: 15_000,
    run: () => sail((fleet ??= assemble({ workers, laws, planted: [] }))),
  };
}

function warmCalm(): Benchmark {
  let fleet: Fleet | undefined;
  return {
    name: '10 nodes, 50 pods, 10 minutes, 2 warm threads',
    unit: 'runs',
    warmUpMs: 15_000,
    run: () => sail((fleet ??= assemble({ workers: 2, laws: [], planted: [] })), calm),
  };
}

/** What a search of few voyages waits for: threads load the program, and compile it as they go. */
const cold: Benchmark = {
  name: 'small voyages, 2 new threads',
  unit: 'voyages',
  runs: 2,
  warmUpMs: 0,
  async run() {
    await using fleet = assemble({ workers: 2, laws, planted: [] });
    // Awaited here, for a fleet that is let go never answers.
    return await sail(fleet);
  },
};

const platform = fileURLToPath(new URL('../../scenarios/fraud/platform', import.meta.url));

/** What `seatrial check scenarios/fraud/platform` waits for after its static pass: new threads, all laws. */
const around: Benchmark = {
  name: 'voyages around the fraud platform, 2 new threads',
  unit: 'voyages',
  runs: 1,
  warmUpMs: 0,
  async run() {
    const { objects } = sailable(surveyOf(readCheckInput([platform])));
    const { runs } = await explore({ ...planSource(objects), laws, seed: 1, runs: 40, workers: 2 });
    return runs;
  },
};

/** The bench is one thread, two, two that begin cold, and the platform's own manifests. */
export const voyageBenchmarks: readonly Benchmark[] = [warm(1), warm(2), warmCalm(), cold, around];
