/** SEA506: an autoscaler goes by a metric that only an adapter serves. */
import { scalersOf } from '../scalers.js';
import type { Rule } from '../rule.js';

/** The rule. */
export const metricSource: Rule = {
  id: 'SEA506',
  name: 'metric-source',
  severity: 'info',
  title: 'An autoscaler goes by a custom or external metric: an adapter must serve it.',
  why: 'Without an adapter (prometheus-adapter, KEDA) behind custom.metrics.k8s.io or external.metrics.k8s.io it reports FailedGetPodsMetric and does not scale.',
  fix: 'make sure that the adapter runs and has a rule for the metric',
  source:
    'https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#support-for-metrics-apis',
  *find(survey) {
    const hasAdapter = survey.entries.some(
      ({ kind, name }) =>
        kind === 'APIService' && /(custom|external)\.metrics\.k8s\.io$/.test(name),
    );
    if (hasAdapter) return;
    // KEDA serves the external metrics of its ScaledObjects.
    const hasKeda = survey.entries.some(
      ({ group, kind }) => group === 'keda.sh' && kind === 'ScaledObject',
    );
    for (const { entry, metrics } of scalersOf(survey)) {
      for (const { metric, path } of metrics) {
        const source = metric.pods ?? metric.object ?? (hasKeda ? undefined : metric.external);
        if (source === undefined) continue;
        const message = `metric ${source.metric.name} (${metric.type}) needs an adapter, which is not among the manifests`;
        yield { entry, path, message, subject: source.metric.name };
      }
    }
  },
};
