/** SEA210: an autoscaler scales something that is not there. */
import { missing } from '../references.js';
import type { Rule } from '../rule.js';
import { scalersOf } from '../scalers.js';

/** The rule. */
export const scaleTarget: Rule = {
  id: 'SEA210',
  name: 'scale-target',
  severity: 'warning',
  title: 'An autoscaler names a workload that is not among the manifests.',
  why: 'It reports FailedGetScale and never scales anything.',
  fix: 'name a workload of its namespace in spec.scaleTargetRef, with the right kind and apiVersion',
  source: 'https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/',
  *find(survey) {
    for (const scaler of scalersOf(survey)) {
      const { entry, target } = scaler;
      const { apiVersion = '', kind, name } = target;
      if (kind === '' || name === '') continue;
      const path = ['spec', 'scaleTargetRef'];
      if (apiVersion === '' && kind !== 'ReplicationController') {
        const text = `${kind} is looked for in the core group: scaleTargetRef has no apiVersion`;
        const fix = 'add apiVersion: apps/v1 to scaleTargetRef';
        yield { entry, path, message: text, severity: 'error', fix };
        continue;
      }
      const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
      const gap = missing(survey, { group, kind, namespace: entry.namespace, name });
      if (gap !== undefined) yield { entry, path, message: gap.text, severity: gap.severity };
    }
  },
};
