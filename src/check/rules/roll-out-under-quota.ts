/** SEA405: a Deployment's roll-out needs more pods at once than the quota gives. */
import { deployments } from '../../../sim/api/kinds/apps.js';
import { resourceQuotas } from '../../../sim/api/kinds/core.js';
import { quantity } from '../../../sim/api/quantity.js';
import { scaledOr0 } from '../../../sim/api/int-or-string.js';
import { podUse } from '../quota-use.js';
import type { Rule } from '../rule.js';

/** The rule. */
export const rollOutUnderQuota: Rule = {
  id: 'SEA405',
  name: 'roll-out-under-quota',
  severity: 'warning',
  title: 'A Deployment fits its quota, but no roll-out of it does.',
  why: 'With maxUnavailable 0 a new pod must run before an old one goes. If the quota has no room for the surge, the first change of the template never gets anywhere: ProgressDeadlineExceeded.',
  fix: 'raise the quota by the surge, or let maxUnavailable be at least 1',
  source:
    'https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#rolling-update-deployment',
  *find(survey) {
    for (const quota of survey.of(resourceQuotas)) {
      const { hard = {}, scopes, scopeSelector } = quota.object.spec ?? {};
      if ((scopes ?? []).length > 0 || scopeSelector !== undefined) continue;
      for (const entry of survey.of(deployments)) {
        const { replicas = 1, strategy } = entry.object.spec ?? {};
        const template = survey.templates.find(({ owner }) => owner.manifest === entry.manifest);
        if (entry.namespace !== quota.namespace || template === undefined || replicas < 1) continue;
        if (strategy?.type === 'Recreate') continue;
        const { maxSurge, maxUnavailable } = strategy?.rollingUpdate ?? {};
        const unavailable = scaledOr0(maxUnavailable ?? '25%', replicas, 'down');
        if (unavailable > 0) continue;
        const surge = Math.max(scaledOr0(maxSurge ?? '25%', replicas, 'up'), 1);
        const own = podUse(template, replicas).amounts;
        const rolling = podUse(template, replicas + 1).amounts;
        const short = Object.entries(hard).find(
          ([name, given]) =>
            (rolling.get(name)?.compare(quantity(given)) ?? 0) > 0 &&
            (own.get(name)?.compare(quantity(given)) ?? 1) <= 0,
        );
        if (short === undefined) continue;
        const [name, given] = short;
        yield {
          entry,
          path: ['spec', 'strategy'],
          message: `a roll-out needs ${rolling.get(name)?.toString() ?? ''} of ${name} for the first of its ${surge} new pods, and ${quota.title} gives ${given}; no old pod may go before (maxUnavailable comes to 0)`,
          subject: `${quota.title} ${name}`,
        };
      }
    }
  },
};
