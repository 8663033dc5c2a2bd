/** SEA403: the workloads of a namespace together want more than its quota gives. */
import { resourceQuotas } from '../../../sim/api/kinds/core.js';
import type { Quantity } from '../../../sim/api/quantity.js';
import { quantity } from '../../../sim/api/quantity.js';
import { podUse, type Use } from '../quota-use.js';
import { scalersOf, targetOf } from '../scalers.js';
import { podRefusals } from '../pod-refusals.js';
import type { Hit, Rule } from '../rule.js';
import type { Survey } from '../survey.js';

/** The rule. */
export const quotaExceeded: Rule = {
  id: 'SEA403',
  name: 'quota-exceeded',
  severity: 'warning',
  title: 'The workloads of a namespace together ask for more than its ResourceQuota gives.',
  why: 'Who comes first gets it; the pods of the others are refused with "exceeded quota", and roll-outs stop half way.',
  fix: 'raise the quota, or lower replicas or requests',
  source: 'https://kubernetes.io/docs/concepts/policy/resource-quotas/',
  *find(survey): Iterable<Hit> {
    yield* [...podRefusals(survey, /exceeded quota/)].map(hit => ({
      ...hit,
      severity: 'error' as const,
    }));
    for (const entry of survey.of(resourceQuotas)) {
      const { hard = {}, scopes, scopeSelector } = entry.object.spec ?? {};
      // What falls under scopes is decided pod by pod.
      if ((scopes ?? []).length > 0 || scopeSelector !== undefined) continue;
      const uses = usesOf(survey, entry.namespace);
      for (const [name, given] of Object.entries(hard)) {
        const wanting = uses.filter(({ amounts }) => amounts.has(name));
        const total = wanting.reduce<Quantity | undefined>(
          (sum, { amounts }) => add(sum, amounts.get(name)),
          undefined,
        );
        const limit = quantity(given);
        if (total === undefined || total.compare(limit) <= 0) continue;
        const who = wanting.map(
          ({ title, amounts }) => `${title} ${amounts.get(name)?.toString() ?? ''}`,
        );
        yield {
          entry,
          path: ['spec', 'hard', name],
          message: `${name}: ${limit.toString()} for ${total.toString()} that is asked for (${who.join(', ')})`,
          subject: name,
        };
      }
    }
  },
};

/** What each workload asks for with all its replicas; those of Jobs and CronJobs come and go. */
function usesOf(survey: Survey, namespace: string): Use[] {
  const least = new Map(
    scalersOf(survey).flatMap(scaler => {
      const target = targetOf(survey, scaler);
      return target === undefined ? [] : [[target.title, scaler.min] as const];
    }),
  );
  return survey
    .templatesIn(namespace)
    .filter(({ owner }) => owner.isBuiltIn && owner.kind !== 'Job' && owner.kind !== 'CronJob')
    .map(template => podUse(template, least.get(template.owner.title) ?? template.replicas ?? 1));
}

function add(sum: Quantity | undefined, more: Quantity | undefined): Quantity | undefined {
  return sum === undefined || more === undefined ? (more ?? sum) : sum.add(more);
}
