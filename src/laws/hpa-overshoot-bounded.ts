/** An autoscaler does not reach far beyond what the load needs. */
import { keyOf } from '../../sim/api/meta.js';
import { SteadyBook, type EndedTime } from './kit/autoscalers.js';
import { law, type Breach } from './law.js';
import { inOrder } from './story.js';

const defaults = {
  /** A load that strays no further from where it began is constant. */
  loadTolerance: 0.2,
  /** A steady time counts when it lasts so long: by then the autoscaler has come back to what it needs. */
  settleMs: 900_000,
  /** It may reach so far beyond what it settles at, as a share of that. */
  overshootMax: 1,
  /** And so many replicas beyond that: the smallest steps are large shares. */
  replicasMax: 1,
};

/** Only what it rose to while the load was constant counts; what it settles at is where it is at the end. */
export const hpaOvershootBounded = law({
  name: 'hpa-overshoot-bounded',
  family: 'scaling',
  touches: ['Autoscaler'],
  says: 'an autoscaler that meets a constant load does not rise far above where it settles',
  source: 'https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/',
  settings: defaults,
  begin({ loadTolerance, settleMs, overshootMax, replicasMax }) {
    const book = new SteadyBook(loadTolerance);
    const breaches: Breach[] = [];
    let looked = 0;
    const close = (key: string, { steady, endMs }: EndedTime): void => {
      if (endMs - steady.startMs <= settleMs) return;
      const rises = steady.decisions.filter(({ from, to }) => to > from);
      const last = steady.decisions.at(-1);
      if (last === undefined || rises.length === 0) return;
      looked++;
      const peak = rises.reduce((most, one) => (one.to > most.to ? one : most));
      if (peak.to <= last.to * (1 + overshootMax) + replicasMax) return;
      breaches.push({
        timeMs: peak.timeMs,
        what: `HorizontalPodAutoscaler ${key} rises to ${peak.to} replicas at a load for which ${last.to} are enough`,
        objects: [`HorizontalPodAutoscaler ${key}`],
        evidence: inOrder([steady.evidence, peak.evidence, last.evidence]),
      });
    };
    return {
      on: {
        'horizontalpodautoscalers.autoscaling'(change) {
          for (const ended of book.take(change)) close(keyOf(change.object), ended);
        },
      },
      end(world) {
        for (const [key, ended] of book.end(world.now())) close(key, ended);
        return { looked, breaches };
      },
    };
  },
});
