/** Each drift that is detected leads to exactly one retraining, not counting those that failed. */
import { Deadlines } from './kit/deadlines.js';
import { nameOfDrift, told, type Step } from './kit/recoveries.js';
import { law, type Breach } from './law.js';
import type { World } from './world.js';
import { lengthOf, measured } from './story.js';

const defaults = {
  /** From the detection to the beginning of the retraining, waiting for a GPU included. */
  retrainWithinMs: 7_200_000,
};

/**
 * A drift that does no harm may go without; none may have two. One that the API server refused never began,
 * and one that failed does not count: another must follow it, as the drift still stands.
 */
export const oneRetrainingPerDrift = law({
  name: 'one-retraining-per-drift',
  family: 'recovery',
  touches: ['Drift detectors'],
  says: 'a detected drift leads to exactly one retraining, and to another only when that failed',
  settings: defaults,
  begin({ retrainWithinMs }) {
    const open = new Deadlines<Step>();
    const harmless = new Set<number>();
    const retrained = new Map<number, Step[]>();
    const breaches: Breach[] = [];
    let looked = 0;
    const retraining = (step: Step, drift: number): void => {
      looked++;
      open.close(String(drift));
      const own = retrained.get(drift) ?? [];
      retrained.set(drift, own);
      own.push(step);
      if (own.length < 2) return;
      breaches.push({
        timeMs: step.timeMs,
        what: `${nameOfDrift(drift)} led to ${own.length} retrainings`,
        objects: [nameOfDrift(drift)],
        evidence: own.map(told),
      });
    };
    const awaitOne = (world: World, since: Step, drift: number): void =>
      open.begin(world, String(drift), {
        item: since,
        withinMs: retrainWithinMs,
        overdue: begun => {
          looked++;
          const event = begun.step === 'detected' ? 'was detected' : 'saw its retraining fail';
          const what = `no retraining within ${lengthOf(retrainWithinMs)} after ${nameOfDrift(drift)} ${event}`;
          const evidence = [told(begun), measured(world.now(), 'no retraining began yet')];
          breaches.push({ timeMs: world.now(), what, objects: [nameOfDrift(drift)], evidence });
        },
      });
    return {
      outcome(outcome, world) {
        if (outcome.kind !== 'recovery' || outcome.drift === undefined) return;
        const { step, drift, isHarmful } = outcome;
        if (step === 'injected' && isHarmful === false) harmless.add(drift);
        if (step === 'retraining') retraining(outcome, drift);
        if (step === 'retraining failed') {
          retrained.get(drift)?.pop();
          if (!harmless.has(drift)) awaitOne(world, outcome, drift);
        }
        if (step !== 'detected' || harmless.has(drift) || retrained.has(drift)) return;
        awaitOne(world, outcome, drift);
      },
      end() {
        if (looked > 0 || open.size === 0) return { looked, breaches };
        return {
          looked,
          breaches,
          inconclusive: 'the run ended before the retraining had to begin',
        };
      },
    };
  },
});
