/** SEA503: a workload that is scaled automatically also says how many replicas it has. */
import { isRecord } from '../../../sim/api/equality.js';
import { scalersOf, targetOf } from '../scalers.js';
import type { Rule } from '../rule.js';

/** The rule. */
export const scalerAndReplicas: Rule = {
  id: 'SEA503',
  name: 'scaler-and-replicas',
  severity: 'warning',
  title: 'A workload that an autoscaler scales also sets replicas.',
  why: 'Each kubectl apply sets it back to that number, in the middle of the load, until the autoscaler looks again.',
  fix: 'leave out spec.replicas',
  source:
    'https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#migrating-deployments-and-statefulsets-to-horizontal-autoscaling',
  *find(survey) {
    for (const scaler of scalersOf(survey)) {
      const target = targetOf(survey, scaler);
      const spec = target?.manifest.object['spec'];
      if (target === undefined || !isRecord(spec)) continue;
      const { replicas } = spec;
      if (typeof replicas !== 'number') continue;
      const { min, max, entry } = scaler;
      const isInside = replicas >= min && replicas <= max;
      yield {
        entry: target,
        path: ['spec', 'replicas'],
        severity: isInside ? 'info' : 'warning',
        message: `replicas: ${replicas}, and ${entry.title} scales it between ${min} and ${max}`,
      };
    }
  },
};
