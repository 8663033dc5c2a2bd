/** SEA204: a pod names a Secret that is not there. */
import type { Rule } from '../rule.js';
import { missingNames } from '../rules-of-names.js';

/** The rule. */
export const missingSecret: Rule = {
  id: 'SEA204',
  name: 'missing-secret',
  severity: 'warning',
  title: 'A pod names a Secret that is not among the manifests.',
  why: 'The container stays in CreateContainerConfigError, or the pod in ContainerCreating, until somebody makes it. (Secrets are often made elsewhere, for good reasons.)',
  fix: 'make sure that it is made before, or mend the name',
  source: 'https://kubernetes.io/docs/concepts/configuration/secret/',
  find: survey => missingNames(survey, 'Secret'),
};
