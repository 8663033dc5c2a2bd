/**
 * Benchmarks of GPU allocation: pods a second, fragmentation after every pod included. The published Go
 * simulator needs 0.12 CPU-seconds a pod at this size: 8 pods a second.
 */
import { existsSync } from 'node:fs';
import { policies } from '../../src/bench/policies/index.js';
import { arrivalOrder } from '../../src/bench/run/arrival-order.js';
import { inflate } from '../../src/bench/run/inflation.js';
import { generatedTrace } from '../../src/bench/trace/generated.js';
import { readPublished } from '../../src/bench/trace/published-folder.js';
import type { Trace } from '../../src/bench/trace/trace.js';
import type { Benchmark } from './benchmark.js';

const folder = '../shared/traces';

/** The published trace where it lies beside us; else the generated one, laid side by side to its size. */
function trace(): Trace {
  if (existsSync(folder)) return readPublished(folder, 'default');
  const copies = Array.from({ length: 34 }, (_, copy) => {
    const { nodes, pods } = generatedTrace(copy);
    const named = <T extends { readonly name: string }>(one: T): T => ({
      ...one,
      name: `${String(copy).padStart(2, '0')}-${one.name}`,
    });
    return { nodes: nodes.map(named), pods: pods.map(named) };
  });
  return {
    name: 'generated x 34',
    nodes: copies.flatMap(({ nodes }) => nodes),
    pods: copies.flatMap(({ pods }) => pods),
  };
}

function run(name: string): Benchmark['run'] {
  let prepared:
    { readonly trace: Trace; readonly order: ReturnType<typeof arrivalOrder> } | undefined;
  return () => {
    const own = prepared?.trace ?? trace();
    prepared ??= { trace: own, order: arrivalOrder(own, { seed: 42, tune: 1.3 }) };
    const policy = policies.find(one => one.name === name);
    if (policy === undefined) throw new Error(`no policy ${name}`);
    return inflate(own, { policy, order: prepared.order, ties: 'smallest-name' }).events;
  };
}

/** One for the costliest of the published policies, one for a plain one, one for kube-scheduler's default. */
export const allocationBenchmarks: readonly Benchmark[] = ['fgd', 'bestfit', 'kube-default'].map(
  name => ({
    name: `bench: ${name} (published simulator: 8 pods/s)`,
    unit: 'pods',
    run: run(name),
  }),
);
