/** SEA502: the least number of replicas is above the greatest, where no API server looks. */
import { valueAt } from '../pod-template.js';
import type { FieldPath } from '../../input/located.js';
import type { Rule } from '../rule.js';

const places: readonly {
  readonly group: string;
  readonly kind: string;
  readonly base: FieldPath;
  readonly min: string;
  readonly max: string;
}[] = [
  ...['predictor', 'transformer', 'explainer'].map(part => ({
    group: 'serving.kserve.io',
    kind: 'InferenceService',
    base: ['spec', part],
    min: 'minReplicas',
    max: 'maxReplicas',
  })),
  {
    group: 'keda.sh',
    kind: 'ScaledObject',
    base: ['spec'],
    min: 'minReplicaCount',
    max: 'maxReplicaCount',
  },
  {
    group: 'autoscaling',
    kind: 'HorizontalPodAutoscaler',
    base: ['spec'],
    min: 'minReplicas',
    max: 'maxReplicas',
  },
];

/** The rule. */
export const scaleBounds: Rule = {
  id: 'SEA502',
  name: 'scale-bounds',
  severity: 'error',
  title: 'The least number of replicas is above the greatest.',
  why: 'There is no number that fits: the object is refused, or scaling never settles.',
  fix: 'set the minimum to the maximum at most',
  source:
    'https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/horizontal-pod-autoscaler-v2/',
  *find(survey) {
    for (const { group, kind, base, min, max } of places) {
      for (const entry of survey.ofKind(group, kind)) {
        const least = valueAt(entry.object, [...base, min]);
        const most = valueAt(entry.object, [...base, max]);
        // KServe takes 0 for "no bound".
        if (typeof least !== 'number' || typeof most !== 'number' || most === 0) continue;
        if (least <= most) continue;
        const message = `${min} is ${least}, and ${max} is ${most}`;
        yield { entry, path: [...base, min], message, subject: base.join('.') };
      }
    }
  },
};
