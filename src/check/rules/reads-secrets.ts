/** SEA602: a role reads all secrets. */
import { grants, isWildcard, roleRules } from '../role-rules.js';
import { listOf } from '../pod-template.js';
import type { Rule } from '../rule.js';

/** The rule. */
export const readsSecrets: Rule = {
  id: 'SEA602',
  name: 'reads-secrets',
  severity: 'warning',
  title: 'A role reads all Secrets, of the cluster or of a namespace.',
  why: 'Listing gives their contents too. Tokens of other accounts are among them, and with them all their rights.',
  fix: 'name the Secrets by resourceNames with get alone, or use a Role in one namespace instead of a ClusterRole',
  source: 'https://kubernetes.io/docs/concepts/security/rbac-good-practice/#listing-secrets',
  *find(survey) {
    for (const { entry, rule, path, isClusterWide } of roleRules(survey)) {
      const wanted = { group: '', resource: 'secrets', verbs: ['get', 'list', 'watch'] };
      if (isWildcard(rule) || !grants(rule, wanted)) continue;
      const where = isClusterWide
        ? 'of every namespace it is bound in'
        : `of namespace ${entry.namespace}`;
      yield {
        entry,
        path,
        severity: isClusterWide ? 'warning' : 'info',
        message: `it may ${listOf(rule.verbs).join(', ')} all Secrets ${where}`,
      };
    }
  },
};
