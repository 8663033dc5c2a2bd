/** The configuration of a Prometheus. @upstream prometheus-operator v0.93 pkg/prometheus/promcfg.go GenerateServerConfiguration */
import { stringify } from 'yaml';
import { alertingOf } from './alerting.js';
import { defaults, folders } from './keys.js';
import type { Fields } from './relabelings.js';
import { podMonitorJobs, serviceMonitorJobs } from './scrape-jobs.js';
import type { PodMonitor, Prometheus, PrometheusSpec, ServiceMonitor } from './types.js';

/** What is to be in it. */
export interface ConfigurationParts {
  readonly serviceMonitors: readonly ServiceMonitor[];
  readonly podMonitors: readonly PodMonitor[];
  /** The config maps of its rules. */
  readonly ruleMaps: readonly string[];
  /** Jobs as users have written them. */
  readonly additionalJobs: readonly Fields[];
}

/** The text. */
export function configurationText(prometheus: Prometheus, parts: ConfigurationParts): string {
  const { spec } = prometheus;
  const alerting = alertingOf(prometheus);
  const file: Fields = {
    global: {
      scrape_interval: spec.scrapeInterval ?? '30s',
      ...(spec.scrapeTimeout !== undefined && { scrape_timeout: spec.scrapeTimeout }),
      external_labels: externalLabels(prometheus),
      evaluation_interval: spec.evaluationInterval ?? '30s',
    },
    ...(spec.ruleSelector !== undefined && {
      rule_files: parts.ruleMaps.map(name => `${folders.rules}/${name}/*.yaml`),
    }),
    scrape_configs: [
      ...parts.serviceMonitors.flatMap(monitor => serviceMonitorJobs(prometheus, monitor)),
      ...parts.podMonitors.flatMap(monitor => podMonitorJobs(prometheus, monitor)),
      ...parts.additionalJobs,
    ],
    storage: { tsdb: { retention: retention(spec) } },
    ...(alerting !== undefined && { alerting }),
  };
  return stringify(file, { indentSeq: false, lineWidth: 0, aliasDuplicateObjects: false });
}

function externalLabels({ metadata, spec }: Prometheus): Fields {
  const { prometheusExternalLabelName: own = 'prometheus' } = spec;
  const { replicaExternalLabelName: replica = 'prometheus_replica' } = spec;
  const labels: Record<string, string> = { ...spec.externalLabels };
  if (own !== '') labels[own] = `${metadata.namespace ?? ''}/${metadata.name ?? ''}`;
  if (replica !== '') labels[replica] = '$(POD_NAME)';
  return Object.fromEntries(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function retention({ retention: time, retentionSize: size }: PrometheusSpec): Fields {
  const kept = time ?? (size === undefined ? defaults.retention : undefined);
  return { ...(kept !== undefined && { time: kept }), ...(size !== undefined && { size }) };
}
