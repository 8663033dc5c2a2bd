/** An autoscaler stays within its bounds. */
import { law, type Breach } from './law.js';
import { nameOf, written } from './story.js';

/**
 * Judged when an autoscaler writes another wish into its status. A wish that was there before its bounds
 * were changed, and a target that somebody set to zero replicas (scaling is disabled then), break nothing.
 */
export const hpaWithinBounds = law({
  name: 'hpa-within-bounds',
  family: 'scaling',
  says: 'an autoscaler never wants fewer replicas than its minimum or more than its maximum',
  source: 'https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/',
  begin() {
    const breaches: Breach[] = [];
    let looked = 0;
    return {
      on: {
        'horizontalpodautoscalers.autoscaling'(change) {
          const { object, before, timeMs, type } = change;
          const wanted = object.status?.desiredReplicas;
          if (type !== 'MODIFIED' || wanted === undefined) return;
          if (wanted === before?.status?.desiredReplicas) return;
          const isDisabled = object.status?.conditions?.some(
            ({ type: name, status }) => name === 'ScalingActive' && status === 'False',
          );
          if (isDisabled === true && wanted === 0) return;
          looked++;
          const { minReplicas = 1, maxReplicas = Infinity } = object.spec ?? {};
          if (wanted >= minReplicas && wanted <= maxReplicas) return;
          const bounds = `${minReplicas} to ${maxReplicas}`;
          breaches.push({
            timeMs,
            what: `${nameOf(object)} wants ${wanted} replicas, its bounds are ${bounds}`,
            objects: [nameOf(object)],
            evidence: [written(change, `it wants ${wanted}, bounds ${bounds}`)],
          });
        },
      },
      end: () => ({ looked, breaches }),
    };
  },
});
