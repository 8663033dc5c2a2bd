/** SEA303: a namespace has no default-deny policy, though others of the input have one. */
import { networkPolicies, type NetworkPolicy } from '../../../sim/api/kinds/networking.js';
import { listOf } from '../pod-template.js';
import { grouped } from '../survey.js';
import type { Rule } from '../rule.js';

/** The rule. */
export const noDefaultDeny: Rule = {
  id: 'SEA303',
  name: 'no-default-deny',
  severity: 'warning',
  title:
    'A namespace with pods has no default-deny for ingress, while others of the input have one.',
  why: 'Its pods can be reached from everywhere in the cluster. Where the rule of the house is default-deny, a namespace that was left out is a hole in it.',
  fix: 'add a NetworkPolicy with podSelector: {} and policyTypes: [Ingress] and the rules that it needs',
  source:
    'https://kubernetes.io/docs/concepts/services-networking/network-policies/#default-deny-all-ingress-traffic',
  *find(survey) {
    const closed = new Set(
      survey
        .of(networkPolicies)
        .filter(({ object }) => isDefaultDeny(object))
        .map(({ namespace }) => namespace),
    );
    if (closed.size === 0) return;
    for (const [namespace, templates] of grouped(survey.templates, one => one.namespace)) {
      const [first] = templates;
      if (first === undefined || closed.has(namespace)) continue;
      const others = [...closed].sort().join(', ');
      yield {
        entry: first.owner,
        path: ['metadata', 'namespace'],
        message: `namespace ${namespace} has no default-deny for ingress (${others} has): its ${templates.length === 1 ? 'pod' : `${templates.length} workloads`} can be reached from everywhere`,
        subject: namespace,
      };
    }
  },
};

function isDefaultDeny({ spec }: NetworkPolicy): boolean {
  const { podSelector, policyTypes, ingress } = spec ?? {};
  const { matchLabels = {}, matchExpressions = [] } = podSelector ?? {};
  const isAll = Object.keys(matchLabels).length === 0 && matchExpressions.length === 0;
  const isIngress = listOf(policyTypes).length === 0 || listOf(policyTypes).includes('Ingress');
  return isAll && isIngress && (ingress ?? []).length === 0;
}
