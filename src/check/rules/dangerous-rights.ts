/** SEA603: a role grants rights that lead to others. */
import type { PolicyRule } from '../../../sim/api/kinds/rbac.js';
import { listOf } from '../pod-template.js';
import { grants, isWildcard, roleRules } from '../role-rules.js';
import type { Rule } from '../rule.js';

const write = ['create', 'update', 'patch'];
const rbac = 'rbac.authorization.k8s.io';

const dangers: readonly {
  readonly what: string;
  readonly holds: (rule: PolicyRule) => boolean;
}[] = [
  {
    what: 'runs commands in pods (pods/exec, pods/attach): it has the rights of every pod that it reaches',
    holds: rule =>
      ['pods/exec', 'pods/attach'].some(resource =>
        grants(rule, { group: '', resource, verbs: ['create', 'get'] }),
      ),
  },
  {
    what: 'may escalate: it can give itself any right',
    holds: rule => has(rule, 'escalate', ['roles', 'clusterroles']),
  },
  {
    what: 'may bind roles that it does not have itself',
    holds: rule => has(rule, 'bind', ['roles', 'clusterroles']),
  },
  {
    what: 'may impersonate others',
    holds: rule => has(rule, 'impersonate', ['users', 'groups', 'serviceaccounts']),
  },
  {
    what: 'makes tokens of any ServiceAccount',
    holds: rule =>
      grants(rule, { group: '', resource: 'serviceaccounts/token', verbs: ['create'] }),
  },
  {
    what: 'changes admission webhooks: it can read and change whatever is created',
    holds: rule =>
      ['mutatingwebhookconfigurations', 'validatingwebhookconfigurations'].some(resource =>
        grants(rule, { group: 'admissionregistration.k8s.io', resource, verbs: write }),
      ),
  },
  {
    what: 'reaches kubelets past the API server (nodes/proxy)',
    holds: rule => grants(rule, { group: '', resource: 'nodes/proxy', verbs: ['get', 'create'] }),
  },
];

/** The rule. */
export const dangerousRights: Rule = {
  id: 'SEA603',
  name: 'dangerous-rights',
  severity: 'warning',
  title:
    'A role grants rights that lead to others: exec, escalate, bind, impersonate, tokens, webhooks.',
  why: 'Who has them can get rights that the role does not name, up to those of a cluster admin.',
  fix: 'leave them out, or keep them to a Role in one namespace and to resourceNames',
  source:
    'https://kubernetes.io/docs/concepts/security/rbac-good-practice/#privilege-escalation-risks',
  *find(survey) {
    for (const { entry, rule, path } of roleRules(survey)) {
      if (isWildcard(rule)) continue;
      for (const { what, holds } of dangers) {
        if (holds(rule)) yield { entry, path, message: `it ${what}`, subject: what };
      }
    }
  },
};

function has(
  { verbs, apiGroups, resources, resourceNames }: PolicyRule,
  verb: string,
  kinds: readonly string[],
): boolean {
  if (listOf(resourceNames).length > 0 || !listOf(verbs).includes(verb)) return false;
  const isGroup =
    verb === 'impersonate' || listOf(apiGroups).some(group => group === rbac || group === '*');
  return isGroup && listOf(resources).some(resource => kinds.includes(resource));
}
