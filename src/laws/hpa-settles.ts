/** At constant load an autoscaler comes to rest. */
import { keyOf } from '../../sim/api/meta.js';
import { SteadyBook, type EndedTime, type SteadyDecision } from './kit/autoscalers.js';
import { law, type Breach } from './law.js';
import { inOrder, lengthOf } from './story.js';

const defaults = {
  /** A load that strays no further from where it began is constant. */
  loadTolerance: 0.2,
  /** It may change its mind for so long after the load became constant: two stabilisation windows. */
  settleMs: 600_000,
  /** Changes after that, for as long as the load is constant. */
  changesMax: 2,
};

/** The load is what the autoscaler's own status tells: its metric, times the replicas it averages over. */
export const hpaSettles = law({
  name: 'hpa-settles',
  family: 'scaling',
  touches: ['Autoscaler'],
  says: 'an autoscaler whose load stays constant comes to rest',
  source: 'https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/',
  settings: defaults,
  begin({ loadTolerance, settleMs, changesMax }) {
    const book = new SteadyBook(loadTolerance);
    const breaches: Breach[] = [];
    let looked = 0;
    const close = (key: string, { steady, endMs }: EndedTime): void => {
      if (endMs - steady.startMs <= settleMs) return;
      looked++;
      const late = steady.decisions.filter(({ timeMs }) => timeMs > steady.startMs + settleMs);
      if (changesOf(late) <= changesMax) return;
      breaches.push({
        timeMs: late[changesMax]?.timeMs ?? endMs,
        what: `HorizontalPodAutoscaler ${key} changes its mind ${late.length} times from ${lengthOf(settleMs)} after its load became constant`,
        objects: [`HorizontalPodAutoscaler ${key}`],
        evidence: inOrder([steady.evidence, ...late.map(({ evidence }) => evidence)]),
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

/** However often it answers one disturbance by others, it changes its mind once. */
function changesOf(decisions: readonly SteadyDecision[]): number {
  const own = decisions.filter(({ othersMs }) => othersMs === undefined).length;
  return own + new Set(decisions.flatMap(({ othersMs = [] }) => othersMs)).size;
}
