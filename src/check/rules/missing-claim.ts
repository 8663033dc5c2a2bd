/** SEA206: a pod mounts a claim that is not there. */
import type { Rule } from '../rule.js';
import { missingNames } from '../rules-of-names.js';

/** The rule. */
export const missingClaim: Rule = {
  id: 'SEA206',
  name: 'missing-claim',
  severity: 'warning',
  title: 'A pod mounts a PersistentVolumeClaim that is not among the manifests.',
  why: 'The scheduler leaves the pod Pending: persistentvolumeclaim "..." not found.',
  fix: 'add the claim, or mend its name',
  source: 'https://kubernetes.io/docs/concepts/storage/persistent-volumes/',
  find: survey => missingNames(survey, 'PersistentVolumeClaim'),
};
