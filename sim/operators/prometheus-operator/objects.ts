/** The Secrets, config maps and services of a Prometheus. @upstream prometheus-operator v0.93 pkg/prometheus/common.go, pkg/operator/rules.go */
import { base64OfBytes } from '../../api/base64.js';
import type { ConfigMap, Secret, Service } from '../../api/kinds/core.js';
import { ownerReference } from '../../api/meta.js';
import { apiVersionOf } from '../../api/object.js';
import { printYaml } from '../../api/yaml-print.js';
import { storedGzip } from '../../engine/stored-gzip.js';
import { defaults, files, governingService, keys, managedLabels, setName } from './keys.js';
import { promGroups } from './rule-validator.js';
import { prometheuses, type Prometheus, type PrometheusRule } from './types.js';

/** Half of what an object may hold. */
const mapMax = 524_288;
/** So many config maps are mounted at least, that a new one changes no pod. */
const mapsMin = 3;

function owned(prometheus: Prometheus, name: string) {
  return {
    name,
    namespace: prometheus.metadata.namespace ?? '',
    labels: managedLabels,
    ownerReferences: [ownerReference(prometheus, prometheuses)],
  };
}

/** The Secret with the configuration, packed as the reloader takes it. */
export function configurationSecret(prometheus: Prometheus, text: string): Secret {
  const packed = base64OfBytes(storedGzip(new TextEncoder().encode(text)));
  return {
    metadata: owned(prometheus, setName(prometheus.metadata.name ?? '')),
    data: { [files.packed]: packed },
  };
}

/** The Secrets of certificates and of the web server, which are empty here. */
export function emptySecrets(prometheus: Prometheus): readonly Secret[] {
  const base = setName(prometheus.metadata.name ?? '');
  return [
    { metadata: owned(prometheus, `${base}-tls-assets-0`) },
    {
      metadata: owned(prometheus, `${base}-web-config`),
      data: { 'web-config.yaml': '' },
    },
  ];
}

/** The service of all Prometheus of the namespace: each is an owner of it. */
export function governing(prometheus: Prometheus): Service {
  const { metadata, spec } = prometheus;
  const name = spec.portName ?? defaults.portName;
  const { name: owner = '', uid = '', namespace = '' } = metadata;
  const { kind } = prometheuses;
  return {
    metadata: {
      name: governingService,
      namespace,
      labels: { ...managedLabels, 'operated-prometheus': 'true' },
      ownerReferences: [{ apiVersion: apiVersionOf(prometheuses), kind, name: owner, uid }],
    },
    spec: {
      clusterIP: 'None',
      ports: [{ name, port: 9090, targetPort: name }],
      selector: { 'app.kubernetes.io/name': 'prometheus' },
    },
  };
}

/** The config maps of rules, each as full as it may be. */
export function ruleMaps(
  prometheus: Prometheus,
  rules: readonly PrometheusRule[],
): readonly ConfigMap[] {
  const { name = '' } = prometheus.metadata;
  const ruleFiles = rules
    .map(rule => {
      const { metadata } = rule;
      const file = `${metadata.namespace ?? ''}-${metadata.name ?? ''}-${metadata.uid ?? ''}.yaml`;
      return [file, printYaml({ groups: promGroups(rule) })] as const;
    })
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const buckets: [string, string][][] = [[]];
  let size = 0;
  for (const [file, text] of ruleFiles) {
    if (size + text.length > mapMax) {
      buckets.push([]);
      size = 0;
    }
    buckets.at(-1)?.push([file, text]);
    size += text.length;
  }
  return buckets.map((bucket, index) => {
    const { labels, ...metadata } = owned(prometheus, ruleMapName(name, index));
    return {
      metadata: { ...metadata, labels: { ...labels, [keys.ruleOwner]: name } },
      data: Object.fromEntries(bucket),
    };
  });
}

function ruleMapName(name: string, index: number): string {
  return `${setName(name)}-rulefiles-${index}`;
}

/** The names that are mounted, of those that are there and those that may come. */
export function mountedRuleMaps(name: string, count: number): readonly string[] {
  return Array.from({ length: Math.max(count, mapsMin) }, (_, index) => ruleMapName(name, index));
}
