/** SEA601: a role grants everything. */
import { isWildcard, roleRules } from '../role-rules.js';
import { listOf } from '../pod-template.js';
import type { Rule } from '../rule.js';

/** The rule. */
export const roleWildcard: Rule = {
  id: 'SEA601',
  name: 'role-wildcard',
  severity: 'warning',
  title: 'A role grants all verbs, or rights on all resources.',
  why: 'A star holds for kinds and verbs that do not exist yet, secrets, exec and escalation among them: whoever takes over the pod has all of it.',
  fix: 'name the verbs and resources that the program uses',
  source: 'https://kubernetes.io/docs/concepts/security/rbac-good-practice/#least-privilege',
  *find(survey) {
    for (const { entry, rule, path, isClusterWide } of roleRules(survey)) {
      if (!isWildcard(rule)) continue;
      const verbs = listOf(rule.verbs);
      const resources = listOf(rule.resources);
      const groups = listOf(rule.apiGroups);
      const where = isClusterWide ? 'in the cluster' : `in namespace ${entry.namespace}`;
      const isAll = resources.includes('*') && (groups.includes('*') || groups.includes(''));
      // All verbs on the kinds of one's own operator are the usual case, and harm only those.
      const isOwn = !isAll && groups.every(group => group.includes('.'));
      yield {
        entry,
        path,
        severity: isOwn ? 'info' : 'warning',
        message: `${list(verbs)} on ${list(resources)} of ${list(groups)} ${where}`,
        subject: JSON.stringify([verbs, resources, groups]),
      };
    }
  },
};

const namesMax = 4;

function list(names: readonly string[]): string {
  if (names.includes('*')) return '*';
  const shown = names.slice(0, namesMax).map(name => (name === '' ? 'core' : name));
  const more = names.length > namesMax ? ` and ${names.length - namesMax} more` : '';
  return shown.length === 0 ? 'no resource' : `${shown.join(', ')}${more}`;
}
