/** The world of a recording: its own rows while traffic flows, and a history that is generated before. */
import type { Random } from '../../../../sim/engine/random.js';
import { TransactionGenerator, generatorDefaults } from '../../../traffic/generator/generator.js';
import type { GeneratorSettings } from '../../../traffic/generator/generator.js';
import { constantRate } from '../../../traffic/rates/plain.js';
import type { Span } from '../../../traffic/rates/fit.js';
import { RecordedTraffic } from '../../../traffic/recorded/recording.js';
import type { TrafficPlan } from '../../../traffic/spec/plan.js';
import type { TransactionSource } from '../../../traffic/transaction.js';
import type { FraudPlan } from '../plan.js';

type Recording = NonNullable<TrafficPlan['recording']>;

/** A customer of the generated history has about so many terminals in reach. */
const inReach = 20;
/** Of the square on which they live. */
const side = 100;
const radiusMax = 70;
/** A history without fraud teaches nothing: a recording without labels gets the usual share. */
const fraudRateMax = 0.3;

/**
 * A recording says nothing of the time before it, and a model must have learned from something: the history
 * has as many customers and terminals, at the recording's mean rate and with its share of frauds. A customer
 * of the recording is the one of the same number there.
 */
export function recordedWorld(
  recording: Recording,
  { fromMs }: Span,
): {
  readonly generator: GeneratorSettings;
  readonly arrivals: FraudPlan['arrivals'];
  readonly historyRate: FraudPlan['historyRate'];
  readonly source: (random: Random) => TransactionSource;
} {
  const { rows, customers, terminals, frauds, hasLabels } = recording;
  const replayed = { ...recording, startMs: fromMs };
  const generator: GeneratorSettings = {
    ...generatorDefaults,
    customers,
    terminals,
    radius: Math.min(radiusMax, Math.sqrt((inReach * side * side) / Math.PI / terminals)),
    fraudRate: hasLabels ? Math.min(fraudRateMax, frauds / rows) : generatorDefaults.fraudRate,
  };
  const seconds = Math.max(1, (recording.untilMs - recording.fromMs) / 1000);
  return {
    generator,
    arrivals: () => new RecordedTraffic(replayed),
    historyRate: () => constantRate(rows / seconds),
    source: random => {
      const history = new TransactionGenerator(random, generator);
      const rest = new RecordedTraffic(replayed);
      return { next: timeMs => (timeMs < fromMs ? history : rest).next(timeMs) };
    },
  };
}
