/** Reads `spec.stack` of the kind `fraud`: what cannot be is refused before anything runs. */
import { isRecord } from '../../../sim/api/equality.js';
import { invariant } from '../../../sim/engine/invariant.js';
import type { FieldPath } from '../../input/located.js';
import { driftedDelay, driftedFeatures, driftedSource } from '../../traffic/drift/drifted.js';
import { WindowedFeatures } from '../../traffic/features/windowed.js';
import { poissonArrivals } from '../../traffic/flow/arrivals.js';
import type { TrafficSettings } from '../../traffic/flow/contract.js';
import type { Random } from '../../../sim/engine/random.js';
import type { TransactionSource } from '../../traffic/transaction.js';
import { TransactionGenerator, type GeneratorSettings } from '../../traffic/generator/generator.js';
import { labelDelayOf, type LabelDelaySpec } from '../../traffic/generator/label-delay.js';
import type { Rate } from '../../traffic/rate.js';
import { meanRate } from '../../traffic/rates/fit.js';
import { constantRate, scaledRate } from '../../traffic/rates/plain.js';
import { readTraffic, type TrafficPlan } from '../../traffic/spec/plan.js';
import { rateOf } from '../../traffic/spec/rate.js';
import { refuse, SpecReader, type Problem } from '../../traffic/spec/reader.js';
import { recordedWorld } from './data/recorded-world.js';
import type { StackOptions } from '../stack.js';
import { injectedDrifts } from './measure/injected.js';
import type { FraudPlan } from './plan.js';

const fields = ['kind', 'gateway', 'sampleEvery', 'timeout', 'retries', 'history', 'traffic'];

const dayMs = 86_400_000;
const defaultSampleEvery = 500;

/**
 * The plan of a run.
 *
 * @throws InputError with file, line, field and the next step.
 */
export function fraudPlan(options: StackOptions): FraudPlan {
  const { document, path, folder } = options;
  const problems: Problem[] = [];
  const spec = new SpecReader(valueAt(document.value, path), path, problems);
  spec.isMapOf(fields);
  const sampleEvery = spec.whole('sampleEvery', { fallback: defaultSampleEvery, min: 1 });
  const flow = readFlow(spec);
  const historyMs = spec.duration('history', { fallback: 2 * dayMs, min: 0 });
  const startMs = clusterStart(document.value);
  const place = { path: [...path, 'traffic'], folder, startMs };
  const read = readTraffic(spec.at('traffic').value, place);
  const { plan } = read;
  refuse(document, [...problems, ...read.problems]);
  invariant(plan !== undefined, 'what is wrong has been refused');
  return planOf(plan, { sampleEvery, flow, historyMs });
}

function planOf(
  traffic: TrafficPlan,
  { sampleEvery, flow, historyMs }: Pick<FraudPlan, 'sampleEvery' | 'flow' | 'historyMs'>,
): FraudPlan {
  const { drift, features, labelDelay } = traffic;
  const { generator, arrivals, historyRate, source: sourceOf } = worldOf(traffic);
  return {
    span: { fromMs: traffic.fromMs, untilMs: traffic.untilMs },
    sampleEvery,
    flow,
    historyMs,
    arrivals,
    historyRate: random => scaledRate(historyRate(random), 1 / sampleEvery),
    payments: random => {
      const source = sourceOf(random.fork('generator'));
      const delay = driftedDelay(labelDelayOf(labelDelay, random.fork('labels')), drift);
      return {
        source: driftedSource(source, drift, { random, victims: generator }),
        features: driftedFeatures(new WindowedFeatures(features), drift, random),
        labelDelayMs: ({ timeMs }) => delay.next(timeMs),
      };
    },
    drifts: injectedDrifts(drift),
    labelDelayMs: longDelay(labelDelay),
  };
}

/** Where requests and payments come from: the generator, or a recording after a generated history. */
function worldOf(traffic: TrafficPlan): {
  readonly generator: GeneratorSettings;
  readonly arrivals: FraudPlan['arrivals'];
  readonly historyRate: FraudPlan['historyRate'];
  readonly source: (random: Random) => TransactionSource;
} {
  const { rate, recording } = traffic;
  if (recording !== undefined) return recordedWorld(recording, traffic);
  invariant(rate !== undefined, 'a traffic has a rate or a recording');
  const { generator } = traffic;
  return {
    generator,
    arrivals: random => poissonArrivals(rateOf(rate, traffic, random.fork('bursts')), random),
    historyRate: random => historyRate(rateOf(rate, traffic, random), traffic),
    source: random => new TransactionGenerator(random, generator),
  };
}

/** Stages begin with the traffic: before them payments come at their mean, as a model must learn from some. */
function historyRate(rate: Rate, traffic: TrafficPlan): Rate {
  return traffic.rate?.kind === 'stages' ? constantRate(meanRate(rate, traffic)) : rate;
}

function readFlow(spec: SpecReader): FraudPlan['flow'] {
  const gateway = spec.at('gateway');
  if (gateway.value === undefined) {
    spec.missing(
      'gateway',
      'say where requests go: {host: fraud-gateway.serving.svc.cluster.local}',
    );
  } else gateway.isMapOf(['host', 'port']);
  const host = gateway.text('host');
  if (gateway.value !== undefined && host === undefined)
    gateway.missing('host', 'name its Service: fraud-gateway.serving.svc.cluster.local');
  const timeoutMs = spec.duration('timeout', { fallback: undefined, above: 0 });
  const retries = readRetries(spec.at('retries'));
  return {
    gateway: {
      host: host ?? '',
      port: gateway.whole('port', { fallback: 80, min: 1, max: 65_535 }),
    },
    ...(timeoutMs !== undefined && { timeoutMs }),
    ...(retries !== undefined && { retries }),
  };
}

function readRetries(spec: SpecReader): TrafficSettings['retries'] {
  if (spec.value === undefined || !spec.isMapOf(['budget', 'attempts'])) return undefined;
  return {
    budget: spec.number('budget', { fallback: 0.2, min: 0, max: 1 }),
    attemptsMax: spec.whole('attempts', { fallback: 1, min: 0, max: 10 }),
  };
}

/** After how long about 95 of 100 labels are known. */
function longDelay(delay: LabelDelaySpec): number {
  switch (delay.kind) {
    case 'constant':
      return delay.delayMs;
    case 'uniform':
      return delay.maxMs;
    case 'exponential':
      return 3 * delay.meanMs;
    case 'lognormal':
      return delay.medianMs * Math.exp(1.645 * delay.sigma);
  }
}

/** Where the cluster's time begins: traffic that does not say when it starts begins there. */
function clusterStart(document: unknown): number {
  const start = valueAt(document, ['spec', 'cluster', 'start']);
  const startMs = typeof start === 'string' ? Date.parse(start) : NaN;
  return Number.isNaN(startMs) ? defaultStartMs : startMs;
}

/** Where a simulation begins unless it is told. */
const defaultStartMs = Date.UTC(2026, 0, 1);

function valueAt(value: unknown, path: FieldPath): unknown {
  return path.reduce<unknown>(
    (inner, key) => (isRecord(inner) ? inner[String(key)] : undefined),
    value,
  );
}
