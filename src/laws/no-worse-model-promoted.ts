/** No model is promoted that is worse than the one it replaces. */
import { rounded, told } from './kit/recoveries.js';
import { law, type Breach } from './law.js';

const defaults = {
  /** A candidate may be worse by so much: the labels known by then are a sample. */
  worseMax: 0,
};

/** Judged by the average precision of both on the labels known at the promotion, never by accuracy. */
export const noWorseModelPromoted = law({
  name: 'no-worse-model-promoted',
  family: 'recovery',
  says: 'no model is promoted whose average precision is below that of the model it replaces',
  settings: defaults,
  begin({ worseMax }) {
    const breaches: Breach[] = [];
    let looked = 0;
    return {
      outcome(outcome) {
        if (outcome.kind !== 'recovery' || outcome.step !== 'promoted') return;
        const { timeMs, model = '', averagePrecision, championPrecision } = outcome;
        if (averagePrecision === undefined || championPrecision === undefined) return;
        looked++;
        if (averagePrecision >= championPrecision - worseMax) return;
        const figures = `${rounded(averagePrecision)}, its champion ${rounded(championPrecision)}`;
        const what = `model ${model} is promoted with an average precision of ${figures}`;
        breaches.push({ timeMs, what, objects: [`model ${model}`], evidence: [told(outcome)] });
      },
      end: () => ({ looked, breaches }),
    };
  },
});
