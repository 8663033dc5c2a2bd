/** SEA207: a pod runs as a ServiceAccount that is not there. */
import { missing } from '../references.js';
import type { Rule } from '../rule.js';

/** The rule. */
export const missingAccount: Rule = {
  id: 'SEA207',
  name: 'missing-service-account',
  severity: 'warning',
  title: 'A pod runs as a ServiceAccount that is not among the manifests.',
  why: 'Admission refuses every pod: error looking up service account. The workload exists, and no pod ever does.',
  fix: 'add the ServiceAccount, or mend the name',
  source: 'https://kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin/',
  *find(survey) {
    for (const { owner, namespace, spec, specPath } of survey.templates) {
      const name = spec.serviceAccountName || spec.serviceAccount || 'default';
      if (name === 'default') continue;
      const gap = missing(survey, { kind: 'ServiceAccount', namespace, name });
      if (gap === undefined) continue;
      const path = [...specPath, 'serviceAccountName'];
      yield { entry: owner, path, message: gap.text, severity: gap.severity };
    }
  },
};
