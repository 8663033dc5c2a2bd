/** SEA302: a pod's egress is closed, and no rule lets it ask the name server. */
import { evaluatorOf, nameServer, partyOf } from '../policies.js';
import { wantedConnections } from '../wanted-connections.js';
import { networkPolicies } from '../../../sim/api/kinds/networking.js';
import { selectorOf } from '../../../sim/api/selectors.js';
import type { Rule } from '../rule.js';

/** The rule. */
export const egressWithoutDns: Rule = {
  id: 'SEA302',
  name: 'egress-without-dns',
  severity: 'warning',
  title: 'Network policies close the egress of pods and do not let them ask the name server.',
  why: 'Every name fails to resolve after a time-out, so that even connections that are allowed never begin. It is the most common mistake with default-deny policies.',
  fix: 'add an egress rule to kube-system for UDP and TCP port 53',
  source:
    'https://kubernetes.io/docs/concepts/services-networking/network-policies/; https://github.com/ahmetb/kubernetes-network-policy-recipes',
  *find(survey) {
    const evaluator = evaluatorOf(survey);
    if (evaluator === undefined) return;
    const told = new Set<string>();
    const asking = new Set(wantedConnections(survey).map(({ from }) => from));
    for (const template of survey.templates) {
      const from = partyOf(template);
      if (from.pod === undefined || template.spec.dnsPolicy === 'None') continue;
      const { network, isolatedBy } = evaluator.sideOf(from.pod, 'egress');
      // Pods that may go nowhere at all are meant to be cut off, unless they name a Service.
      if (network === undefined || (network.length === 0 && !asking.has(template))) continue;
      const attempt = { from, to: nameServer, protocol: 'UDP', port: 53 };
      if (evaluator.allows('egress', attempt)) continue;
      const policy = survey
        .of(networkPolicies)
        .find(
          ({ namespace, name, object }) =>
            isolatedBy.includes(`NetworkPolicy ${namespace}/${name}`) &&
            selectorOf(object.spec?.podSelector ?? {}).matches(template.labels),
        );
      const key = `${template.owner.title} ${policy?.title ?? ''}`;
      if (policy === undefined || told.has(key)) continue;
      told.add(key);
      yield {
        entry: policy,
        path: ['spec', 'egress'],
        message: `${template.owner.title} may not ask the name server (UDP 53 of kube-system): ${isolatedBy.join(', ')}`,
        subject: template.owner.title,
      };
    }
  },
};
