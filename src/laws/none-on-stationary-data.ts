/** Nothing is retrained while the data do not drift. */
import { told, type Step } from './kit/recoveries.js';
import { law, type Breach } from './law.js';

/** An alarm alone may be false: detectors have a rate of them. A retraining that no drift led to is one too many. */
export const noneOnStationaryData = law({
  name: 'none-on-stationary-data',
  family: 'recovery',
  touches: ['Drift detectors'],
  says: 'no model is retrained as long as the data are stationary',
  begin() {
    const breaches: Breach[] = [];
    let alarm: Step | undefined;
    let looked = 0;
    return {
      outcome(outcome) {
        if (outcome.kind !== 'recovery') return;
        const { step, drift, timeMs, model } = outcome;
        if (step === 'watching') looked++;
        if (drift !== undefined) return;
        if (step === 'detected') alarm = outcome;
        if (step !== 'retraining') return;
        looked++;
        breaches.push({
          timeMs,
          what: 'a retraining began although the data did not drift',
          objects: model === undefined ? [] : [`model ${model}`],
          evidence: alarm === undefined ? [told(outcome)] : [told(alarm), told(outcome)],
        });
      },
      end: () => ({ looked, breaches }),
    };
  },
});
