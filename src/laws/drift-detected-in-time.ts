/** Harmful drift is detected in time. */
import { Deadlines } from './kit/deadlines.js';
import { nameOfDrift, told, type Step } from './kit/recoveries.js';
import { law, type Breach } from './law.js';
import { lengthOf, measured } from './story.js';

const defaults = {
  /** From the injection of a harmful drift to its detection. */
  detectWithinMs: 7_200_000,
};

/** Judged once something watches for drift; drift that does no harm may go by unseen. */
export const driftDetectedInTime = law({
  name: 'drift-detected-in-time',
  family: 'recovery',
  touches: ['Drift detectors'],
  says: 'a drift that does harm is detected in time',
  settings: defaults,
  begin({ detectWithinMs }) {
    const open = new Deadlines<Step>();
    const breaches: Breach[] = [];
    let isWatched = false;
    let looked = 0;
    return {
      outcome(outcome, world) {
        if (outcome.kind !== 'recovery') return;
        const { step, drift, isHarmful } = outcome;
        if (step === 'watching' || step === 'detected') isWatched = true;
        const key = String(drift);
        if (step === 'detected' && drift !== undefined && open.close(key)) looked++;
        if (step !== 'injected' || isHarmful === false || !isWatched) return;
        open.begin(world, key, {
          item: outcome,
          withinMs: detectWithinMs,
          overdue: injected => {
            looked++;
            const what = `${nameOfDrift(drift)} is not detected within ${lengthOf(detectWithinMs)}`;
            const evidence = [told(injected), measured(world.now(), 'it is not detected yet')];
            breaches.push({ timeMs: world.now(), what, objects: [nameOfDrift(drift)], evidence });
          },
        });
      },
      end() {
        if (looked > 0 || open.size === 0) return { looked, breaches };
        return {
          looked,
          breaches,
          inconclusive: 'the run ended before the drift had to be detected',
        };
      },
    };
  },
});
