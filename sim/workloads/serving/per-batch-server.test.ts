import { describe, expect, it } from 'vitest';
import { Random } from '../../engine/random.js';
import { FastRandom } from './fast-random.js';
import { PerBatchServer, type CountOutcome } from './per-batch-server.js';
import { RequestBlock } from './requests.js';
import { requestServer, ServerOutcome } from './server.js';
import { capacityPerSecond, type ServerSettings } from './settings.js';

const stepMs = 10;

/** Both levels on the same arrivals, which are Poisson at the request level and their counts at the other. */
function compare(settings: ServerSettings, perSecond: number, seconds: number) {
  const random = new Random(11).fork(`${perSecond}`);
  const stream = new FastRandom(random.fork('arrivals'));
  const server = requestServer(settings, random.fork('service'));
  const batches = new PerBatchServer(settings);
  const outcome = new ServerOutcome();
  const counted: CountOutcome = { finished: 0, shed: 0, expired: 0, late: 0, requestMs: 0 };
  const block = new RequestBlock();
  const steps = 1000 / stepMs;
  let next = (stream.exponential() * 1000) / perSecond;
  let offered = 0;
  /** The number in the system, looked at after each step, over time. */
  let present = 0;
  for (let second = 0; second < seconds; second++) {
    const counts = new Int32Array(steps);
    block.count = 0;
    for (; next < (second + 1) * 1000; next += (stream.exponential() * 1000) / perSecond) {
      block.push(next, 0);
      offered++;
      const step = Math.floor((next - second * 1000) / stepMs);
      counts[step] = (counts[step] ?? 0) + 1;
    }
    server.advance(block, (second + 1) * 1000, outcome);
    for (let step = 0; step < steps; step++) {
      const fromMs = second * 1000 + step * stepMs;
      batches.advance({ counts: counts.subarray(step), steps: 1, fromMs, stepMs }, counted);
      present += (batches.waiting + batches.inService) * stepMs;
    }
  }
  const endMs = seconds * 1000;
  const of = (name: 'waiting' | 'inService') => ({
    request: server[name],
    batch: batches[name],
  });
  return {
    offered,
    finished: { request: outcome.latencies.count, batch: counted.finished },
    shed: { request: outcome.handedBack.count, batch: counted.shed },
    busy: { request: server.busyMs(endMs) / endMs, batch: batches.busyMs(endMs) / endMs },
    waiting: of('waiting'),
    inService: of('inService'),
    meanMs: {
      request: outcome.latencies.meanMs() ?? NaN,
      batch: counted.requestMs / counted.finished,
    },
    requestMs: counted.requestMs,
    present,
  };
}

const t4: ServerSettings = {
  service: { kind: 'batch', fixedMs: 2.27, perItemMs: 0.824, batchMax: 32 },
};
const pool: ServerSettings = { service: { kind: 'exponential', meanMs: 20 }, servers: 40 };

describe('the level of counts beside the level of requests', () => {
  it.each([
    ['a batching server', t4, 0.5],
    ['a batching server', t4, 0.9],
    ['a pool', pool, 0.5],
    ['a pool', pool, 0.9],
  ] as const)('agrees for %s below saturation on throughput and use', (_, settings, load) => {
    const found = compare(settings, capacityPerSecond(settings) * load, 120);
    expect(found.finished.batch / found.finished.request).toBeCloseTo(1, 2);
    expect(found.busy.batch / found.busy.request).toBeCloseTo(1, 1);
    expect(found.shed).toEqual({ request: 0, batch: 0 });
  });

  it('has rho = lambda / (c mu) in a pool', () => {
    const { busy } = compare(pool, 1000, 120);
    expect(busy.batch / 40).toBeCloseTo(0.5, 2);
  });

  it.each([
    ['a batching server', t4],
    ['a pool', pool],
  ] as const)('saturates %s at its capacity, with a backlog of slope lambda - capacity', (_, s) => {
    const capacity = capacityPerSecond(s);
    const seconds = 60;
    const { offered, finished, waiting, busy } = compare(s, capacity * 1.5, seconds);
    for (const level of ['request', 'batch'] as const) {
      expect(finished[level] / seconds / capacity).toBeCloseTo(1, 2);
      expect(busy[level] / (s.servers ?? 1)).toBeCloseTo(1, 2);
      expect(waiting[level] / (offered - capacity * seconds)).toBeCloseTo(1, 1.5);
    }
    expect(waiting.batch / waiting.request).toBeCloseTo(1, 1.5);
  });

  it('sheds what the queue cannot hold, as many as the other level', () => {
    const bounded = { ...t4, queueMax: 500 };
    const { shed, waiting } = compare(bounded, capacityPerSecond(t4) * 2, 60);
    expect(shed.batch / shed.request).toBeCloseTo(1, 2);
    expect(waiting.batch).toBeLessThanOrEqual(500);
  });

  it.each([
    ['a batching server', 900, t4],
    ['a batching server', 1500, t4],
    ['a pool', 1000, pool],
    ['a pool', 2500, pool],
  ] as const)('keeps every request of %s at %d/s, and Little`s law', (_, perSecond, settings) => {
    const found = compare(settings, perSecond, 60);
    const { offered, finished, waiting, inService, requestMs, meanMs, present } = found;
    expect(finished.batch + waiting.batch + inService.batch).toBe(offered);
    // L = lambda W: L as an observer sees it who looks now and then, W as it is told.
    const l = present / 60_000;
    const lambda = finished.batch / 60_000;
    expect((lambda * meanMs.batch) / l).toBeCloseTo(1, 1);
    expect(requestMs / present).toBeCloseTo(1, 1);
  });

  it('has the mean time in the system where a batching server is busy', () => {
    const { meanMs } = compare(t4, capacityPerSecond(t4) * 0.8, 300);
    expect(meanMs.batch / meanMs.request).toBeGreaterThan(0.9);
    expect(meanMs.batch / meanMs.request).toBeLessThan(1.05);
  });
});
