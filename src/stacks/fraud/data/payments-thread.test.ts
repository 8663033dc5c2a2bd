import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { buildSync } from 'esbuild';
import { expect, it } from 'vitest';
import { Random } from '../../../../sim/engine/random.js';
import { modelKind } from '../../../models/kinds.js';
import type { AnsweredSample, EnginePlan, FlowSink } from '../../../traffic/flow/engine.js';
import { stretchesBehind } from '../../../traffic/flow/later.js';
import { runSettings } from '../../../traffic/flow/run-settings.js';
import { FlowRun } from '../../../traffic/flow/run.js';
import { generatorDefaults } from '../../../traffic/generator/generator.js';
import { featureNames } from '../../../traffic/transaction.js';
import type { FraudSettings } from '../plan.js';
import { parseModel } from '../registry.js';
import { planOf } from '../plan-of.js';
import type { PaymentRecord } from './payment-record.js';
import { LocalPayments, type Payments } from './payments.js';
import { ThreadPayments } from './payments-thread.js';
import type { PaymentsBrief } from './payments-worker.js';
import { sentSeries } from './sent-series.js';

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
  return new Worker(code, { eval: true, workerData, transferList: [workerData.line.port] });
}

const server = {
  service: { kind: 'batch', fixedMs: 2, perItemMs: 4, batchMax: 16 },
  queueMax: 40,
} as const;

function planFor(replicas: readonly number[]): EnginePlan {
  const paths = replicas.map(replica => ({
    share: 0.9 / replicas.length,
    book: 'v1',
    to: { replica },
  }));
  const lost = { share: 0.1, book: 'v2', to: { failure: 'refused' as const } };
  const gatewayShares = [[0, 1]] as const;
  return { books: ['v1', 'v2'], paths: [...paths, lost], gatewayShares, taking: replicas.length };
}

/** A model of its own, as the registry would hold it. */
function modelText(): string {
  const random = new Random(11);
  const columns = featureNames.length;
  const rows = 300;
  const values = Float64Array.from({ length: rows * columns }, () => random.float() * 100);
  const labels = Uint8Array.from({ length: rows }, (_, row) =>
    (values[row * columns] ?? 0) > 50 === random.float() < 0.9 ? 1 : 0,
  );
  const trees = modelKind('gradient-boosted-trees').train({ rows, columns, values, labels });
  return JSON.stringify(trees.toJSON());
}

const text = modelText();

/** What a platform lives through: it asks for payments at odd times, then traffic flows and replicas go. */
function lived(payments: Payments) {
  payments.begin(bootMs);
  for (const afterMs of [5_003, 9_000, 61_111]) payments.catchUp(bootMs + afterMs);
  const first = payments.goLive(liveMs);
  const log: unknown[] = [];
  const { flow } = payments;
  const sink = sinkOf(log, flow.onSampleArrival);
  const { sampleEvery } = settings;
  const brief = {
    settings: runSettings({ ...settings.flow, ...flow, sampleEvery, tellsAfter: 5 }),
    originMs: liveMs,
    random: new Random(7).fork('exchange'),
    sink,
  };
  const engine = flow.engine?.(brief) ?? new FlowRun(brief);
  const hears = { work: true, samples: true };
  payments.serves('v1', text);
  payments.serves('v2', text);
  payments.serves('v2', `${text} `);
  for (const id of [0, 1, 2]) {
    engine.addReplica({ id, server, revision: id === 2 ? 'v2' : 'v1', hears });
  }
  engine.addGateway({ id: 0, hearsWork: true });
  engine.replan(planFor([0, 1, 2]));
  for (let untilMs = 1000; untilMs <= 70_000; untilMs += 1000) {
    if (untilMs === 20_000) {
      engine.advance(19_321);
      log.push(engine.answers());
      engine.replan(planFor([0, 1]));
      engine.drain(2);
      log.push(engine.isLeaving(2));
    }
    if (untilMs === 40_000) {
      engine.advance(39_777);
      engine.replan(planFor([1]));
      engine.lose(0);
    }
    if (untilMs === 69_000) engine.stop();
    engine.advance(untilMs);
    if (untilMs % 5000 === 0) engine.told()();
  }
  for (let stretch = 0; stretch <= stretchesBehind; stretch++) engine.told()();
  engine.finish();
  return { first, log, status: engine.status(), series: engine.series(), record: payments.record };
}

function sinkOf(log: unknown[], onSampleArrival: Payments['flow']['onSampleArrival']): FlowSink {
  const noting =
    (what: string) =>
    (...told: unknown[]): void => {
      log.push([what, ...told]);
    };
  return {
    arrival: arrival => {
      log.push(['arrival', arrival]);
      onSampleArrival?.(arrival);
    },
    answered: noting('answered'),
    lost: noting('lost'),
    replicaWork: noting('work'),
    gatewayWork: noting('carried'),
    answers: noting('answers'),
  };
}

/** The log without scores, and the scores of what was answered, by replica. */
function apart(log: readonly unknown[]) {
  const scores: { replica: number; ordinal: number; score: number | undefined }[] = [];
  const plain = log.map(entry => {
    const told = entry as [string, number, AnsweredSample];
    if (told[0] !== 'answered') return entry;
    const [what, replica, { score, ...sample }] = told;
    scores.push({ replica, ordinal: sample.ordinal, score });
    return [what, replica, sample];
  });
  return { plain, scores };
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

it('makes the same payments and the same traffic in a thread as without one', () => {
  const random = () => new Random(7).fork('stack/fraud');
  const local = lived(new LocalPayments(planOf(settings), random()));
  const thread = lived(new ThreadPayments(planOf(settings), random(), startFromSource));
  const { plain, scores } = apart(thread.log);
  expect(plain).toEqual(apart(local.log).plain);
  const model = parseModel(text);
  const expected = new Float64Array(1);
  for (const { replica, ordinal, score } of scores) {
    model.score(thread.record.rows(Int32Array.of(thread.first + ordinal)), 1, expected);
    // Which of two models the third one has is not known.
    expect(score).toBe(replica === 2 ? undefined : expected[0]);
  }
  expect(new Set(scores.map(({ score }) => score)).size).toBeGreaterThan(10);
  expect(thread.status).toEqual(local.status);
  expect(sentSeries(thread.series)).toEqual(sentSeries(local.series));
  expect(thread.series.columns()).toEqual(local.series.columns());
  expect(columnsOf(thread.record)).toEqual(columnsOf(local.record));
  const { offered, failures } = local.status.totals;
  expect(offered).toBeGreaterThan(10_000);
  expect(failures.refused).toBeGreaterThan(0);
  expect(local.record.count - local.first).toBe(Math.floor(offered / settings.sampleEvery));
  expect(columnsOf(local.record).known.length).toBeGreaterThan(0);
});
