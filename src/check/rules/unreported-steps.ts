/** SEA220: the steps of a Workflow run as an account that may not report what came of them. */
import {
  clusterRoleBindings,
  clusterRoles,
  roleBindings,
  roles,
  type PolicyRule,
  type RoleRef,
  type Subject,
} from '../../../sim/api/kinds/rbac.js';
import type { HasMetadata, Kind } from '../../../sim/api/object.js';
import { listOf } from '../pod-template.js';
import { grants } from '../role-rules.js';
import type { Rule, Severity } from '../rule.js';
import type { Survey } from '../survey.js';
import { isOfWorkflows } from '../workflow-pods.js';

const verbs = ['create', 'patch'] as const;

/** The rule. */
export const unreportedSteps: Rule = {
  id: 'SEA220',
  name: 'unreported-steps',
  severity: 'info',
  title: "A Workflow's steps run as an account that may not write WorkflowTaskResults.",
  why: 'The executor beside each step reports with the account of the pod: refused, it ends with code 64, and the step is an Error although its program went well.',
  fix: 'bind the account to a Role that may create and patch workflowtaskresults of argoproj.io',
  source: 'https://argo-workflows.readthedocs.io/en/release-3.7/workflow-rbac/',
  *find(survey) {
    const told = new Set<string>();
    for (const { owner, namespace, spec, specPath } of survey.templates) {
      if (!isOfWorkflows(owner) || owner.kind.endsWith('Template')) continue;
      const account = spec.serviceAccountName || 'default';
      const title = `${owner.title} ${account}`;
      if (told.has(title)) continue;
      told.add(title);
      const granted = rulesOf(survey, namespace, account);
      const missing = verbs.filter(verb => !granted.some(rule => isGranted(rule, verb)));
      if (missing.length === 0) continue;
      yield {
        entry: owner,
        path: specPath,
        subject: account,
        severity: severityOf(survey, missing.length),
        message: `nothing among the manifests lets ${namespace}/${account} ${missing.join(' and ')} workflowtaskresults.argoproj.io: its steps end in errors unless something else does`,
      };
    }
  },
};

/** Half a right is a slip; none may come from elsewhere, unless the cluster's own objects are known. */
function severityOf(survey: Survey, missing: number): Severity {
  const knowsCluster = survey.cluster.some(({ kind }) => kind === 'ClusterRoleBinding');
  return missing < verbs.length || knowsCluster ? 'warning' : 'info';
}

function isGranted(rule: PolicyRule, verb: string): boolean {
  return grants(rule, { group: 'argoproj.io', resource: 'workflowtaskresults', verbs: [verb] });
}

/** What the account may do in its namespace. */
function rulesOf(survey: Survey, namespace: string, account: string): readonly PolicyRule[] {
  const ofNamespace = objectsOf(survey, roleBindings).filter(
    ({ metadata }) => (metadata.namespace ?? 'default') === namespace,
  );
  return [...ofNamespace, ...objectsOf(survey, clusterRoleBindings)]
    .filter(({ subjects }) =>
      listOf(subjects).some(subject => isMeant(subject, namespace, account)),
    )
    .flatMap(({ roleRef }) => rulesIn(survey, roleRef, namespace));
}

function isMeant({ kind, name, namespace }: Subject, own: string, account: string): boolean {
  if (kind === 'ServiceAccount') return name === account && (namespace ?? own) === own;
  const groups = [
    'system:serviceaccounts',
    `system:serviceaccounts:${own}`,
    'system:authenticated',
  ];
  if (kind === 'Group') return groups.includes(name);
  return name === `system:serviceaccount:${own}:${account}`;
}

function rulesIn(
  survey: Survey,
  { kind, name }: RoleRef,
  namespace: string,
): readonly PolicyRule[] {
  const found =
    kind === 'ClusterRole'
      ? objectsOf(survey, clusterRoles).find(({ metadata }) => metadata.name === name)
      : objectsOf(survey, roles).find(
          ({ metadata }) =>
            metadata.name === name && (metadata.namespace ?? 'default') === namespace,
        );
  return listOf(found?.rules);
}

/** Those of the manifests and of the cluster. */
function objectsOf<T extends HasMetadata>(survey: Survey, kind: Kind<T>): readonly T[] {
  const there = survey.cluster.filter(object => object.kind === kind.kind);
  return [...survey.of(kind).map(({ object }) => object), ...(there as unknown as readonly T[])];
}
