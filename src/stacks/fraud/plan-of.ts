/** Makes the plan of a run from its settings, once they are known to be right. */
import { invariant } from '../../../sim/engine/invariant.js';
import type { Random } from '../../../sim/engine/random.js';
import { driftedDelay, driftedFeatures, driftedSource } from '../../traffic/drift/drifted.js';
import { WindowedFeatures } from '../../traffic/features/windowed.js';
import { poissonArrivals } from '../../traffic/flow/arrivals.js';
import { TransactionGenerator, type GeneratorSettings } from '../../traffic/generator/generator.js';
import { labelDelayOf, type LabelDelaySpec } from '../../traffic/generator/label-delay.js';
import type { Rate } from '../../traffic/rate.js';
import { meanRate } from '../../traffic/rates/fit.js';
import { constantRate, scaledRate } from '../../traffic/rates/plain.js';
import type { TrafficPlan } from '../../traffic/spec/plan.js';
import { rateOf } from '../../traffic/spec/rate.js';
import type { TransactionSource } from '../../traffic/transaction.js';
import { recordedWorld } from './data/recorded-world.js';
import { injectedDrifts } from './measure/injected.js';
import type { FraudPlan, FraudSettings } from './plan.js';

/** The plan. */
export function planOf(settings: FraudSettings): FraudPlan {
  const { traffic, sampleEvery, flow, historyMs } = settings;
  const { drift, features, labelDelay } = traffic;
  const { generator, arrivals, historyRate, source: sourceOf } = worldOf(traffic);
  return {
    settings,
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
