/** A rollback ends on the last version that was good. */
import { told, type Step } from './kit/recoveries.js';
import { law, type Breach } from './law.js';

/**
 * Good is what was promoted and not rolled back since; before the first promotion it is what served when
 * traffic began (`watching` tells it). A canary that is rolled back leaves the champion where it was.
 */
export const rollbackToLastGood = law({
  name: 'rollback-to-last-good',
  family: 'recovery',
  says: 'a rollback ends on the version that was the last good one',
  begin() {
    const good: { readonly model: string; readonly step: Step }[] = [];
    let canary: Step | undefined;
    const breaches: Breach[] = [];
    let looked = 0;
    const rollBack = (step: Step): void => {
      const isCanary = canary?.model !== undefined && canary.model !== good.at(-1)?.model;
      const bad = isCanary ? undefined : good.pop();
      const expected = good.at(-1);
      const cause = bad?.step ?? canary;
      canary = undefined;
      if (expected === undefined || step.model === undefined) return;
      looked++;
      if (step.model === expected.model) return;
      breaches.push({
        timeMs: step.timeMs,
        what: `the rollback ends on model ${step.model}, the last good one is ${expected.model}`,
        objects: [`model ${step.model}`, `model ${expected.model}`],
        evidence: [expected.step, ...(cause === undefined ? [] : [cause]), step].map(told),
      });
    };
    return {
      outcome(outcome) {
        if (outcome.kind !== 'recovery') return;
        const { step, model } = outcome;
        if (step === 'canary') canary = outcome;
        if (step === 'rolled back') rollBack(outcome);
        if (model === undefined) return;
        if (step === 'promoted' || (step === 'watching' && good.length === 0)) {
          good.push({ model, step: outcome });
          if (step === 'promoted') canary = undefined;
        }
      },
      end: () => ({ looked, breaches }),
    };
  },
});
