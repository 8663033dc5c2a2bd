/** Benchmarks of the traffic: one server alone, and the whole way from arrivals to the books. */
import { Loop } from '../../sim/engine/loop.js';
import { Random } from '../../sim/engine/random.js';
import { FastRandom } from '../../sim/workloads/serving/fast-random.js';
import { RequestBlock } from '../../sim/workloads/serving/requests.js';
import { requestServer, ServerOutcome } from '../../sim/workloads/serving/server.js';
import type { ServerSettings } from '../../sim/workloads/serving/settings.js';
import { poissonArrivals } from '../../src/traffic/flow/arrivals.js';
import { createTrafficExchange } from '../../src/traffic/flow/exchange.js';
import type { Benchmark } from './benchmark.js';

/** A T4 with batches of up to 32: it is saturated at 1,081 requests a second. */
const server: ServerSettings = {
  service: { kind: 'batch', fixedMs: 2.27, perItemMs: 0.824, batchMax: 32 },
  queueMax: 512,
};

/** The traffic. */
export const flowBenchmarks: readonly Benchmark[] = [
  {
    name: 'one batching server, 500 requests/s',
    unit: 'requests',
    run: () => serve(500, 2_000_000),
  },
  {
    name: 'one batching server, 1,000 requests/s',
    unit: 'requests',
    run: () => serve(1000, 2_000_000),
  },
  {
    name: 'the exchange: 10 replicas, 5,000 requests/s',
    unit: 'requests',
    run: () => exchange({ perSecond: 5000, seconds: 1000 }),
  },
  {
    name: 'the exchange: 10 replicas, a wave of 1,000 to 5,000 requests/s',
    unit: 'requests',
    run: () => exchange({ perSecond: 5000, lowest: 1000, seconds: 1000 }),
  },
  {
    name: 'the exchange per batch: 10 replicas, 10,000 requests/s',
    unit: 'requests',
    run: () => exchange({ perSecond: 10_000, seconds: 1000, perBatchAbove: 1 }),
  },
];

function serve(perSecond: number, count: number): number {
  const random = new Random(1);
  const stream = new FastRandom(random.fork('arrivals'));
  const one = requestServer(server, random.fork('server'));
  const outcome = new ServerOutcome();
  const block = new RequestBlock();
  const meanMs = 1000 / perSecond;
  let next = stream.exponential() * meanMs;
  for (let untilMs = 1000; untilMs < count * meanMs; untilMs += 1000) {
    block.count = 0;
    for (; next < untilMs; next += stream.exponential() * meanMs) block.push(next, 0);
    one.advance(block, untilMs, outcome);
  }
  return outcome.latencies.count;
}

function exchange(options: {
  readonly perSecond: number;
  readonly lowest?: number;
  readonly seconds: number;
  readonly perBatchAbove?: number;
}): number {
  const { perSecond, lowest = perSecond, seconds, perBatchAbove = Infinity } = options;
  const loop = new Loop();
  const random = new Random(1);
  const flow = createTrafficExchange();
  const addresses = Array.from({ length: 10 }, (_, index) => `10.0.0.${index}`);
  const pod = { metadata: { name: 'pod', namespace: 'serving' } };
  for (const ip of addresses) {
    flow.registerReplica({ pod, ip, port: 8080, revision: 'v1', server });
  }
  flow.registerGateway({
    pod,
    ip: '10.0.1.1',
    port: 80,
    backends: () => [{ name: 'v1', weight: 1, to: { host: 'v1', port: 80 } }],
  });
  const backend = (ip: string, port: number) => ({
    ip,
    port,
    pod: { namespace: 'serving', name: ip },
    verdict: 'allow' as const,
  });
  const network = {
    version: 1,
    reach: ({ host }: { readonly host: string }) => ({
      backends:
        host === 'gateway' ? [backend('10.0.1.1', 80)] : addresses.map(ip => backend(ip, 8080)),
    }),
  };
  const swing = (perSecond - lowest) / 2;
  const rate = {
    at: (timeMs: number) => lowest + swing * (1 + Math.sin(timeMs / 100_000)),
    perSecondMax: (fromMs: number, untilMs: number) =>
      Math.max(rate.at(fromMs), rate.at(untilMs)) * 1.001,
  };
  flow.start(
    { loop, random, network },
    {
      arrivals: poissonArrivals(rate, random.fork('arrivals')),
      gateway: { host: 'gateway', port: 80 },
      perBatchAbove,
    },
  );
  loop.runUntil(loop.now() + seconds * 1000);
  return flow.snapshot().totals.finished;
}
