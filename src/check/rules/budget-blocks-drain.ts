/** SEA504: a PodDisruptionBudget never lets a pod go, so that no node can be drained. */
import { podDisruptionBudgets } from '../../../sim/api/kinds/policy.js';
import { scaledOr0 } from '../../../sim/api/int-or-string.js';
import { selectorFromObject } from '../../../sim/api/selectors.js';
import { scalersOf, targetOf } from '../scalers.js';
import type { Rule } from '../rule.js';

const counted = new Set(['Deployment', 'StatefulSet', 'ReplicaSet', 'ReplicationController']);

/** The rule. */
export const budgetBlocksDrain: Rule = {
  id: 'SEA504',
  name: 'budget-blocks-drain',
  severity: 'warning',
  title: 'A PodDisruptionBudget lets none of its pods go, even when all are well.',
  why: 'kubectl drain waits for ever at the node, and so do upgrades of node pools and the cluster autoscaler.',
  fix: 'let maxUnavailable be at least 1, or run one replica more than minAvailable',
  source:
    'https://kubernetes.io/docs/tasks/run-application/configure-pdb/#specifying-a-poddisruptionbudget',
  *find(survey) {
    const scalers = scalersOf(survey);
    for (const entry of survey.of(podDisruptionBudgets)) {
      const { minAvailable, maxUnavailable, selector } = entry.object.spec ?? {};
      const compiled = selectorFromObject(selector ?? undefined);
      if (!compiled.isOk || selector === undefined || selector === null) continue;
      const chosen = survey
        .templatesIn(entry.namespace)
        .filter(({ owner, labels }) => counted.has(owner.kind) && compiled.value.matches(labels));
      if (chosen.length === 0) continue;
      const total = chosen.reduce((sum, { owner, replicas }) => {
        const scaler = scalers.find(one => targetOf(survey, one) === owner);
        return sum + (scaler?.max ?? replicas ?? 1);
      }, 0);
      const least = chosen.reduce((sum, { owner, replicas }) => {
        const scaler = scalers.find(one => targetOf(survey, one) === owner);
        return sum + (scaler?.min ?? replicas ?? 1);
      }, 0);
      if (total === 0) continue;
      const allowed = (pods: number): number =>
        maxUnavailable === undefined
          ? pods - scaledOr0(minAvailable, pods, 'up')
          : scaledOr0(maxUnavailable, pods, 'up');
      if (minAvailable === undefined && maxUnavailable === undefined) continue;
      if (allowed(least) > 0) continue;
      const isAlways = allowed(total) <= 0;
      const field = maxUnavailable === undefined ? 'minAvailable' : 'maxUnavailable';
      const value = String(maxUnavailable ?? minAvailable);
      const pods =
        least === total ? `${total}` : isAlways ? `${least} to ${total}` : `${least} (its least)`;
      yield {
        entry,
        path: ['spec', field],
        severity: isAlways ? 'warning' : 'info',
        message: `${field} ${value} lets none of ${pods} pods go (${chosen.map(({ owner }) => owner.title).join(', ')})`,
      };
    }
  },
};
