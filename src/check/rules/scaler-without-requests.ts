/** SEA501: an autoscaler goes by utilisation, and the containers request nothing to measure it by. */
import { listOf } from '../pod-template.js';
import type { Rule } from '../rule.js';
import { scalersOf, targetOf } from '../scalers.js';

/** The rule. */
export const scalerWithoutRequests: Rule = {
  id: 'SEA501',
  name: 'scaler-without-requests',
  severity: 'error',
  title:
    'An autoscaler goes by the utilisation of a resource that a container of its target does not request.',
  why: 'Utilisation is use divided by request. Without the request it reports FailedGetResourceMetric ("missing request for cpu") and does not scale.',
  fix: 'set the request in every container of the target, or use a target of type AverageValue',
  source:
    'https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#how-does-a-horizontalpodautoscaler-work',
  *find(survey) {
    for (const scaler of scalersOf(survey)) {
      const target = targetOf(survey, scaler);
      const template = survey.templates.find(({ owner }) => owner === target);
      if (template === undefined) continue;
      const ranges = survey.entries.filter(
        ({ kind, namespace }) => kind === 'LimitRange' && namespace === template.namespace,
      );
      for (const { metric, path } of scaler.metrics) {
        const source = metric.resource ?? metric.containerResource;
        if (source?.target.type !== 'Utilization') continue;
        const only = metric.containerResource?.container;
        const sidecars = listOf(template.spec.initContainers).filter(
          ({ restartPolicy }) => restartPolicy === 'Always',
        );
        const lacking = [...template.spec.containers, ...sidecars].filter(
          ({ name, resources }) =>
            (only === undefined || only === name) &&
            resources?.requests?.[source.name] === undefined &&
            resources?.limits?.[source.name] === undefined,
        );
        if (lacking.length === 0 || template.spec.resources?.requests?.[source.name]) continue;
        yield {
          entry: scaler.entry,
          path,
          // A LimitRange may give the request.
          severity: ranges.length > 0 ? 'info' : 'error',
          message: `it goes by the utilisation of ${source.name}, and ${template.owner.title} requests none in ${lacking.map(({ name }) => name).join(', ')}`,
          subject: source.name,
        };
      }
    }
  },
};
