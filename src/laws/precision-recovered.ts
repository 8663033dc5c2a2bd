/** After a harmful drift the precision comes back. */
import { nameOfDrift, rounded, told, type Step } from './kit/recoveries.js';
import { law, type Breach } from './law.js';
import { lengthOf } from './story.js';

interface Loss {
  readonly injected: Step;
  readonly before: number;
  readonly retrained: Step[];
}

const defaults = {
  /** The model promoted after a drift has at least this share of the average precision before it. */
  shareMin: 0.8,
  /** From the detection to a model that has it. */
  recoverWithinMs: 86_400_000,
};

/**
 * Judged for harmful drifts that were detected, by the average precision of the model that served before
 * and of those promoted after. A drift that nobody watches for is not judged here.
 */
export const precisionRecovered = law({
  name: 'precision-recovered',
  family: 'recovery',
  touches: ['Fraud data'],
  says: 'after a harmful drift was detected, a model is promoted that is about as precise as before',
  settings: defaults,
  begin({ shareMin, recoverWithinMs }) {
    const losses = new Map<number, Loss>();
    const breaches: Breach[] = [];
    let last: number | undefined;
    let looked = 0;
    let open = 0;
    const isEnough = ({ before }: Loss, precision: number | undefined): boolean =>
      precision !== undefined && precision >= before * shareMin;
    return {
      outcome(outcome, world) {
        if (outcome.kind !== 'recovery') return;
        const { step, drift, isHarmful, averagePrecision } = outcome;
        const before = averagePrecision ?? last;
        if (step === 'injected' || step === 'promoted') last = averagePrecision ?? last;
        if (drift === undefined) return;
        if (step === 'injected' && isHarmful !== false && before !== undefined) {
          losses.set(drift, { injected: outcome, before, retrained: [] });
        }
        const loss = losses.get(drift);
        if (loss === undefined) return;
        if (step === 'promoted') loss.retrained.push(outcome);
        if (step !== 'detected') return;
        open++;
        world.at(world.now() + recoverWithinMs, () => {
          looked++;
          open--;
          if (loss.retrained.some(one => isEnough(loss, one.averagePrecision))) return;
          const wanted = rounded(loss.before * shareMin);
          breaches.push({
            timeMs: world.now(),
            what: `no model of average precision ${wanted} is promoted within ${lengthOf(recoverWithinMs)} after ${nameOfDrift(drift)} was detected`,
            objects: [nameOfDrift(drift)],
            evidence: [loss.injected, outcome, ...loss.retrained].map(told),
          });
        });
      },
      end() {
        for (const loss of losses.values()) {
          if (loss.retrained.some(one => isEnough(loss, one.averagePrecision))) looked++;
        }
        if (looked > 0 || open === 0) return { looked, breaches };
        return {
          looked,
          breaches,
          inconclusive: 'the run ended before the precision had to be back',
        };
      },
    };
  },
});
