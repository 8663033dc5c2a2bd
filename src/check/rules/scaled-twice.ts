/** SEA505: two autoscalers have one target, or two budgets one pod. */
import { podDisruptionBudgets } from '../../../sim/api/kinds/policy.js';
import { selectorFromObject } from '../../../sim/api/selectors.js';
import { grouped } from '../survey.js';
import { scalersOf } from '../scalers.js';
import type { Hit, Rule } from '../rule.js';

/** The rule. */
export const scaledTwice: Rule = {
  id: 'SEA505',
  name: 'governed-twice',
  severity: 'error',
  title: 'Two autoscalers scale one workload, or two PodDisruptionBudgets select one pod.',
  why: 'Both autoscalers stop with AmbiguousSelector. With two budgets the eviction API answers 500, so that no drain gets by.',
  fix: 'keep one of them',
  source:
    'https://kubernetes.io/docs/tasks/run-application/configure-pdb/#arbitrary-controllers-and-selectors',
  *find(survey): Iterable<Hit> {
    const scalers = grouped(scalersOf(survey), ({ entry, target }) =>
      [entry.namespace, target.kind, target.name].join(' '),
    );
    for (const [first, ...others] of scalers.values()) {
      for (const { entry, target } of others) {
        if (first === undefined || first.entry.title === entry.title) continue;
        const message = `${target.kind} ${target.name} is scaled by ${first.entry.title} too`;
        yield { entry, path: ['spec', 'scaleTargetRef'], message };
      }
    }
    const budgets = survey.of(podDisruptionBudgets);
    for (const { owner, namespace, labels } of survey.templates) {
      const [first, second] = budgets.filter(budget => {
        const selector = selectorFromObject(budget.object.spec?.selector ?? undefined);
        return budget.namespace === namespace && selector.isOk && selector.value.matches(labels);
      });
      if (first === undefined || second === undefined || first.title === second.title) continue;
      const message = `pods of ${owner.title} are selected by ${first.title} too`;
      yield { entry: second, path: ['spec', 'selector'], message, subject: owner.title };
    }
  },
};
