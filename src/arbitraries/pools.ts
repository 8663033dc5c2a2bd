/** Shapes of clusters: pools of nodes, with and without GPUs. */
import fc from 'fast-check';
import type { NodePool } from '../voyages/plan.js';

/** What pools are drawn within. */
export interface PoolOptions {
  /** Nodes of each pool at most. Default 3: most defects show on few nodes. */
  readonly nodesMax?: number;
  /** GPUs of a node at most. Default 4. */
  readonly gpusMax?: number;
}

const products = ['NVIDIA-A100-SXM4-80GB', 'NVIDIA-H100-80GB-HBM3', 'Tesla-T4'];

const zones = ['a', 'b'];

/** One as often as any: what a second node would take, goes to the first, and things meet there. */
function nodeCounts(max: number): fc.Arbitrary<number> {
  return fc.oneof(fc.constant(1), fc.integer({ min: 1, max }));
}

/** A pool without GPUs. */
export function cpuPools({ nodesMax = 3 }: PoolOptions = {}): fc.Arbitrary<NodePool> {
  return fc.record({
    name: fc.constant('cpu'),
    count: nodeCounts(nodesMax),
    cpu: fc.constantFrom('2', '4', '8'),
    memory: fc.constantFrom('8Gi', '32Gi'),
  });
}

/** A pool whose nodes have GPUs; some are tainted, as on most platforms. */
export function gpuPools({ nodesMax = 3, gpusMax = 4 }: PoolOptions = {}): fc.Arbitrary<NodePool> {
  return fc
    .record({
      name: fc.constant('gpu'),
      count: nodeCounts(nodesMax),
      cpu: fc.constantFrom('8', '16'),
      memory: fc.constantFrom('64Gi', '128Gi'),
      gpus: fc.record({
        product: fc.constantFrom(...products),
        count: fc.integer({ min: 1, max: gpusMax }),
      }),
      zone: fc.option(fc.constantFrom(...zones), { nil: undefined, freq: 2 }),
    })
    .map(({ zone, ...pool }) =>
      zone === undefined ? pool : { ...pool, labels: { 'topology.kubernetes.io/zone': zone } },
    );
}

/** One pool or two. */
export function pools(options: PoolOptions = {}): fc.Arbitrary<readonly NodePool[]> {
  return fc.oneof(
    { weight: 1, arbitrary: cpuPools(options).map(cpu => [cpu]) },
    { weight: 2, arbitrary: gpuPools(options).map(gpu => [gpu]) },
    {
      weight: 3,
      arbitrary: fc.tuple(cpuPools(options), gpuPools(options)).map(both => [...both]),
    },
  );
}
