import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { buildSync } from 'esbuild';
import { expect, it } from 'vitest';
import { Random } from '../../../../sim/engine/random.js';
import { planOf } from '../plan-of.js';
import type { FraudSettings } from '../plan.js';
import { generatorDefaults } from '../../../traffic/generator/generator.js';
import type { PaymentRecord } from './payment-record.js';
import { LocalPayments, type Payments } from './payments.js';
import { ThreadPayments } from './payments-thread.js';
import type { PaymentsBrief } from './payments-worker.js';

const bootMs = Date.UTC(2026, 10, 26, 21, 40);
const liveMs = bootMs + 125_000;

const settings: FraudSettings = {
  sampleEvery: 7,
  historyMs: 4_000_000,
  flow: { gateway: { host: 'gateway', port: 80 } },
  traffic: {
    fromMs: liveMs,
    untilMs: liveMs + 3_600_000,
    rate: { kind: 'constant', perSecond: 150 },
    generator: { ...generatorDefaults, customers: 300, terminals: 400 },
    recording: undefined,
    labelDelay: { kind: 'lognormal', medianMs: 600_000, sigma: 0.4 },
    features: {},
    drift: [],
  },
};

/** A thread of the sources, as the build would make one file of them. */
function startFromSource(workerData: PaymentsBrief): Worker {
  const entry = fileURLToPath(new URL('./payments-worker.ts', import.meta.url));
  const { outputFiles } = buildSync({
    entryPoints: [entry],
    bundle: true,
    write: false,
    platform: 'node',
    format: 'cjs',
  });
  const code = outputFiles[0]?.text ?? '';
  return new Worker(code, { eval: true, workerData, transferList: [workerData.port] });
}

/** Lets a platform ask for payments as one does: at odd times before there is traffic, then by samples. */
function lived(payments: Payments) {
  payments.begin(bootMs);
  for (const afterMs of [5_003, 9_000, 61_111]) payments.catchUp(bootMs + afterMs);
  const first = payments.goLive(liveMs);
  const offsets: number[] = [];
  let arrived = 0;
  for (let fromMs = 0; fromMs < 70_000; fromMs += 1000) {
    const block = payments.arrivals.between(liveMs + fromMs, liveMs + fromMs + 1000);
    for (const offsetMs of block.offsetsMs.subarray(0, block.count)) {
      offsets.push(offsetMs);
      if (++arrived % settings.sampleEvery === 0) payments.sample(liveMs + (fromMs + offsetMs));
    }
  }
  payments.end();
  return { first, offsets, ...columnsOf(payments.record) };
}

function columnsOf(record: PaymentRecord) {
  const { count } = record;
  const known = [...record.knownBy(liveMs + 70_000)];
  const values = [...record.rows(Int32Array.from({ length: count }, (_, id) => id))];
  const [timeMs, customer, scenario] = [record.timeMs, record.customer, record.scenario].map(
    column => [...column.subarray(0, count)],
  );
  return { count, known, values, timeMs, customer, scenario };
}

it('makes the same payments and arrivals in a thread as without one', () => {
  const random = () => new Random(7).fork('stack/fraud');
  const local = lived(new LocalPayments(planOf(settings), random()));
  const thread = lived(new ThreadPayments(planOf(settings), random(), startFromSource));
  expect(thread).toEqual(local);
  expect(local.offsets.length).toBeGreaterThan(10_000);
  expect(local.count - local.first).toBe(Math.floor(local.offsets.length / settings.sampleEvery));
  expect(local.known.length).toBeGreaterThan(0);
});
