/**
 * Whom Prometheus is sent to for the metrics of a pod with a sidecar: to the sidecar's agent, whom mutual
 * TLS does not bar, and which asks the program as the pod's own annotations had it.
 * @upstream pkg/kube/inject/webhook.go (applyPrometheusMerge)
 */
import { goJson } from '../../api/go-text.js';
import { metricsAgent } from '../../api/metrics-agent.js';

type Annotations = Readonly<Record<string, string>>;

/** `prometheus.io/port` or `prometheus.io.port`: what counts is the label's name that it makes. */
const names = ['scrape', 'path', 'port'].map(field => [field, `prometheus_io_${field}`] as const);
const falsehoods = ['0', 'f', 'F', 'FALSE', 'false', 'False'];

/** What annotations become, and the agent's variable, if there is a program to ask. */
export interface MergedMetrics {
  readonly annotations: Annotations;
  readonly variable: { readonly name: string; readonly value: string } | undefined;
}

/** The pod's annotations with those that lead to the agent, unless they want none of it. */
export function mergedMetrics(annotations: Annotations): MergedMetrics {
  const entries = Object.entries(annotations);
  const isOwn = ([key]: readonly [string, string]) =>
    names.some(([, name]) => name === labelName(key));
  const own: Readonly<Record<string, string>> = Object.fromEntries(
    names.map(([field, name]) => [
      field,
      entries.find(([key]) => labelName(key) === name)?.[1] ?? '',
    ]),
  );
  const { scrape = '', port = '' } = own;
  const merges = annotations['prometheus.istio.io/merge-metrics'] ?? '';
  const isUnwanted = falsehoods.includes(scrape) || falsehoods.includes(merges);
  if (isUnwanted || port === String(metricsAgent.port)) return { annotations, variable: undefined };
  const isEmpty = Object.values(own).every(value => value === '');
  return {
    annotations: {
      ...Object.fromEntries(entries.filter(entry => !isOwn(entry))),
      'prometheus.io/path': metricsAgent.path,
      'prometheus.io/port': String(metricsAgent.port),
      'prometheus.io/scrape': 'true',
    },
    variable: isEmpty ? undefined : { name: metricsAgent.variable, value: goJson(own) },
  };
}

function labelName(key: string): string {
  return key.replaceAll(/[^a-zA-Z0-9_]/g, '_');
}
