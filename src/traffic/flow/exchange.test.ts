import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Loop } from '../../../sim/engine/loop.js';
import { Random } from '../../../sim/engine/random.js';
import type { Reach } from '../../../sim/network/reach.js';
import type { Destination } from '../../../sim/network/routes.js';
import type { ServerSettings } from '../../../sim/workloads/serving/settings.js';
import { poissonArrivals } from './arrivals.js';
import type { FlowSnapshot, GatewayRegistration, Sample, TrafficSettings } from './contract.js';
import { createTrafficExchange } from './exchange.js';

/** A network that a test writes by hand: Service -> addresses. */
class PlainNetwork {
  version = 1;
  readonly services = new Map<string, readonly string[]>();
  readonly denied = new Set<string>();

  set(service: string, addresses: readonly string[]): void {
    this.services.set(service, addresses);
    this.version++;
  }

  readonly reach = ({ host, port }: Destination): Reach => {
    const addresses = this.services.get(host) ?? [];
    if (addresses.length === 0) return { error: 'connection refused' };
    return {
      backends: addresses.map(ip => ({
        ip,
        port,
        pod: undefined,
        verdict: this.denied.has(ip) ? 'ingress-denied' : 'allow',
      })),
    };
  };
}

const t4: ServerSettings = {
  service: { kind: 'batch', fixedMs: 2.27, perItemMs: 0.824, batchMax: 32 },
  queueMax: 256,
};

class World {
  readonly loop = new Loop();
  readonly network = new PlainNetwork();
  readonly flow = createTrafficExchange();
  readonly weights = new Map([['v1', 100]]);
  private readonly random: Random;
  private readonly gateway: GatewayRegistration;

  constructor(seed = 1) {
    this.random = new Random(seed);
    this.network.set('gateway', ['10.1.0.1']);
    this.gateway = this.flow.registerGateway({
      pod: pod('gateway'),
      ip: '10.1.0.1',
      port: 80,
      backends: () =>
        [...this.weights].map(([name, weight]) => ({ name, weight, to: { host: name, port: 80 } })),
    });
  }

  replica(ip: string, options: { server?: ServerSettings; onSample?: (one: Sample) => void } = {}) {
    const { server = t4, onSample } = options;
    return this.flow.registerReplica({
      pod: pod(ip),
      ip,
      port: 80,
      revision: 'model-1',
      server,
      ...(onSample !== undefined && { onSample }),
    });
  }

  weigh(name: string, weight: number): void {
    this.weights.set(name, weight);
    this.gateway.changed();
  }

  start(perSecond: number, settings: Partial<TrafficSettings> = {}): void {
    const { loop, random, network } = this;
    const rate = { at: () => perSecond, perSecondMax: () => perSecond };
    this.flow.start(
      { loop, random, network },
      {
        arrivals: poissonArrivals(rate, random.fork('arrivals')),
        gateway: { host: 'gateway', port: 80 },
        ...settings,
      },
    );
  }

  run(seconds: number): FlowSnapshot {
    this.loop.runUntil(this.loop.now() + seconds * 1000);
    return this.flow.snapshot();
  }
}

const pod = (name: string) => ({ metadata: { name, namespace: 'serving' } });

function expectConserved({ totals, inFlight }: FlowSnapshot): void {
  const { offered, dropped, started, finished, failed, shed } = totals;
  expect(offered).toBe(dropped + started);
  expect(started).toBe(finished + failed + shed + inFlight);
}

describe('the traffic exchange', () => {
  it('answers every request of a steady load, with latencies from the intended start', () => {
    const world = new World();
    world.network.set('v1', ['a', 'b']);
    world.replica('a');
    world.replica('b');
    world.start(1000);
    const now = world.run(600);
    expectConserved(now);
    expect(now.totals.failed + now.totals.shed).toBe(0);
    expect(now.totals.offered / 600).toBeCloseTo(1000, -2);
    const { p50Ms, p99Ms } = world.flow.series.columns();
    expect(p50Ms).toHaveLength(10);
    // Two ways of two hops, and a service of at least fixedMs + perItemMs.
    for (const value of p50Ms) expect(value).toBeGreaterThan(4 + 3.094);
    for (const value of p99Ms) expect(value).toBeLessThan(30);
  });

  it('splits by weight, and over the endpoints of a revision evenly', () => {
    const world = new World();
    world.network.set('v1', ['a', 'b']);
    world.network.set('v2', ['c']);
    for (const ip of ['a', 'b', 'c']) world.replica(ip);
    world.weigh('v2', 25);
    world.weigh('v1', 75);
    world.start(800);
    world.run(300);
    const shares = [...world.flow.series.revisions()].map(([name, columns]) => [
      name,
      columns.offered.reduce((sum, count) => sum + count, 0) / (800 * 300),
    ]);
    expect(shares).toEqual([
      ['v1', expect.closeTo(0.75, 2)],
      ['v2', expect.closeTo(0.25, 2)],
    ]);
    world.weigh('v1', 0);
    world.run(60);
    const { offered } = world.flow.series.revisions().get('v1') ?? { offered: [] };
    expect(offered.at(-1)).toBe(0);
  });

  it('says why requests fail', () => {
    const world = new World();
    world.start(100, { retries: { attemptsMax: 0 } });
    expect(world.run(10).totals.failures).toMatchObject({ refused: expect.any(Number) });
    world.network.set('v1', ['a']);
    world.network.denied.add('a');
    world.replica('a');
    world.run(10);
    world.network.denied.clear();
    world.weigh('v1', 0);
    world.run(10);
    world.network.set('gateway', []);
    const now = world.run(10);
    expectConserved(now);
    for (const reason of ['refused', 'denied by policy', 'no route', 'no gateway'] as const) {
      expect(now.totals.failures[reason]).toBeGreaterThan(800);
    }
  });

  it('loses nothing when a replica drains that gets no more traffic', () => {
    const world = new World();
    world.network.set('v1', ['a', 'b']);
    const leaving = world.replica('a');
    world.replica('b');
    world.start(800);
    world.run(10.5);
    world.network.set('v1', ['b']);
    world.run(2.2);
    let isDrained = false;
    leaving.drain(() => {
      isDrained = true;
    });
    const now = world.run(10);
    expect(isDrained).toBe(true);
    expect(now.totals.failed + now.totals.shed).toBe(0);
  });

  it('tries elsewhere what a draining replica refuses while endpoints still name it', () => {
    const lost = (attemptsMax: number) => {
      const world = new World();
      world.network.set('v1', ['a', 'b', 'c']);
      const leaving = world.replica('a');
      world.replica('b');
      world.replica('c');
      world.start(600, { retries: { attemptsMax, budget: 1 } });
      world.run(10);
      leaving.drain(() => undefined);
      world.run(3);
      world.network.set('v1', ['b', 'c']);
      const now = world.run(30);
      expectConserved(now);
      return { lost: now.totals.failures.refused, retried: now.totals.retried };
    };
    const without = lost(0);
    // A third of three seconds.
    expect(without.lost).toBeGreaterThan(500);
    expect(without.retried).toBe(0);
    const withRetries = lost(3);
    expect(withRetries.lost).toBeLessThan(without.lost / 10);
    expect(withRetries.retried).toBeGreaterThan(500);
  });

  it('loses what a killed replica had', () => {
    const world = new World();
    world.network.set('v1', ['a']);
    const killed = world.replica('a');
    world.start(1000, { retries: { attemptsMax: 0 } });
    world.run(5.5);
    const had = world.flow.snapshot().inFlight;
    killed.end();
    killed.end();
    const now = world.flow.snapshot();
    expect(had).toBeGreaterThan(0);
    expect(now.totals.failures.reset).toBeGreaterThan(0);
    expect(now.inFlight).toBe(0);
    expectConserved(now);
  });

  it('keeps retries within their budget', () => {
    const world = new World();
    world.network.set('v1', ['a']);
    world.replica('a');
    world.start(3000, { retries: { budget: 0.1, attemptsMax: 2 } });
    const { totals } = world.run(60);
    expect(totals.shed).toBeGreaterThan(1000);
    expect(totals.retried).toBeGreaterThan(1000);
    // The budget counts those under way besides the new ones.
    expect(totals.retried).toBeLessThan(totals.offered * 0.13);
  });

  it('takes every k-th arrival as a sample, and tells of each once', () => {
    const world = new World();
    world.network.set('v1', ['a']);
    const arrived: number[] = [];
    const lost: number[] = [];
    const samples: Sample[] = [];
    world.replica('a', { onSample: sample => samples.push(sample) });
    world.start(1500, {
      sampleEvery: 50,
      onSampleArrival: ({ arrival }) => arrived.push(arrival),
      onSampleLost: ({ ordinal }) => lost.push(ordinal),
    });
    world.run(60.3);
    world.flow.stop();
    const now = world.run(10);
    expect(now.inFlight).toBe(0);
    expect(arrived).toEqual(arrived.map((_, index) => index * 50 + 49));
    expect(arrived).toHaveLength(Math.floor(now.totals.offered / 50));
    expect(lost.length).toBeGreaterThan(0);
    const told = [...lost, ...samples.map(({ ordinal }) => ordinal)].sort((a, b) => a - b);
    expect(told).toEqual(arrived.map((_, index) => index));
    expect(samples[0]).toMatchObject({ revision: 'model-1', replica: 'a' });
  });

  it('has the same arrivals whoever serves them', () => {
    const arrivals = (replicas: readonly string[]) => {
      const times: number[] = [];
      const world = new World(7);
      world.network.set('v1', replicas);
      world.start(500, { sampleEvery: 1, onSampleArrival: ({ timeMs }) => times.push(timeMs) });
      for (const [index, ip] of replicas.entries()) {
        world.run(1.3 + index);
        world.replica(ip);
      }
      world.run(20 - (world.loop.now() % 20_000) / 1000);
      return times;
    };
    expect(arrivals(['a', 'b', 'c'])).toEqual(arrivals(['x']));
  });

  it('reckons latency from the intended start: a stall is felt by all that wait for it', () => {
    const world = new World();
    world.network.set('v1', ['a']);
    // One stall of 1 s in 10: 10 requests a second, served in 1 ms but for what waits in the stall.
    const stalled = world.replica('a', {
      server: { service: { kind: 'deterministic', ms: 1 }, queueMax: 10_000 },
    });
    world.start(100, { rowMs: 10_000, timeoutMs: 60_000 });
    world.run(9);
    stalled.drain(() => undefined);
    const slow = world.replica('a', {
      server: { service: { kind: 'deterministic', ms: 500 }, queueMax: 10_000 },
    });
    world.run(1);
    slow.drain(() => undefined);
    world.replica('a', { server: { service: { kind: 'deterministic', ms: 1 } } });
    world.run(60);
    const { latencies } = world.flow.series;
    // A hundred requests came within the second, and the last of them waited for 99 others.
    expect(latencies.maxMs).toBeGreaterThan(40_000);
    expect(latencies.quantile(0.5)).toBeLessThan(10);
    expectConserved(world.flow.snapshot());
  });
});

describe('the two levels', () => {
  it('agree on throughput, and only one tells percentiles', () => {
    const totals = [Infinity, 1].map(perBatchAbove => {
      const world = new World();
      world.network.set('v1', ['a', 'b']);
      world.replica('a');
      world.replica('b');
      world.start(1600, { perBatchAbove, rowMs: 10_000 });
      const now = world.run(120);
      expectConserved(now);
      return { now, p99: world.flow.series.columns().p99Ms.at(-1) };
    });
    const [exact, counted] = totals;
    const share = (counted?.now.totals.finished ?? 0) / (exact?.now.totals.finished ?? 1);
    expect(share).toBeCloseTo(1, 2);
    expect(exact?.p99).toBeGreaterThan(0);
    expect(counted?.p99).toBeNaN();
    expect(counted?.now.p99Ms).toBeUndefined();
    expect(counted?.now.totals.unmeasured).toBeGreaterThan(100_000);
  });
});

it('conserves requests whatever happens', () => {
  const event = fc.record({
    kind: fc.constantFrom('join', 'drain', 'kill', 'weigh', 'network', 'stop') as fc.Arbitrary<
      'join' | 'drain' | 'kill' | 'weigh' | 'network' | 'stop'
    >,
    which: fc.nat(3),
    afterMs: fc.nat(2500),
  });
  const servers: readonly ServerSettings[] = [
    t4,
    { service: { kind: 'exponential', meanMs: 20 }, servers: 3, queueMax: 20, queueTimeoutMs: 50 },
    { ...t4, servers: 2, queueTimeoutMs: 10 },
  ];
  fc.assert(
    fc.property(
      fc.array(event, { maxLength: 25 }),
      fc.integer({ min: 1, max: 1000 }),
      fc.constantFrom(1, 300, Infinity),
      (events, seed, perBatchAbove) => {
        const world = new World(seed);
        const names = ['a', 'b', 'c', 'd'];
        const joined = new Map<string, ReturnType<World['replica']>>();
        let told = 0;
        world.start(seed * 3, {
          perBatchAbove,
          sampleEvery: 7,
          timeoutMs: 200,
          rowMs: 3000,
          retries: { attemptsMax: 2 },
          onSampleArrival: () => told++,
          onSampleLost: () => told--,
        });
        for (const { kind, which, afterMs } of events) {
          world.run(afterMs / 1000);
          const name = names[which] ?? 'a';
          const handle = joined.get(name);
          if (kind === 'join' && handle === undefined) {
            const server = servers[which % servers.length] ?? t4;
            joined.set(name, world.replica(name, { server, onSample: () => told-- }));
          } else if (kind === 'drain') handle?.drain(() => joined.delete(name));
          else if (kind === 'kill') {
            handle?.end();
            joined.delete(name);
          } else if (kind === 'weigh') world.weigh('v2', which);
          else if (kind === 'network') world.network.set('v1', names.slice(0, which));
          else if (kind === 'stop') world.flow.stop();
          expectConserved(world.flow.snapshot());
        }
        world.flow.stop();
        const end = world.run(30);
        expectConserved(end);
        expect(end.inFlight).toBe(0);
        expect(told).toBe(0);
      },
    ),
    { numRuns: 60 },
  );
});
