/** SEA203: a pod names a ConfigMap that is not there. */
import type { Rule } from '../rule.js';
import { missingNames } from '../rules-of-names.js';

/** The rule. */
export const missingConfigMap: Rule = {
  id: 'SEA203',
  name: 'missing-config-map',
  severity: 'warning',
  title: 'A pod names a ConfigMap that is not among the manifests.',
  why: 'The container stays in CreateContainerConfigError, or the pod in ContainerCreating, until somebody makes it.',
  fix: 'add the ConfigMap, or mend the name',
  source: 'https://kubernetes.io/docs/concepts/configuration/configmap/',
  find: survey => missingNames(survey, 'ConfigMap'),
};
