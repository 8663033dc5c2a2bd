import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { KubeObject } from '../api/object.js';
import { configurationText } from './prometheus-operator/configuration.js';
import { ruleMaps } from './prometheus-operator/objects.js';
import { mutateRule, ruleErrors } from './prometheus-operator/rule-validator.js';
import { monitorError } from './prometheus-operator/selection.js';
import { statefulSet } from './prometheus-operator/stateful-set.js';
import { statusOf } from './prometheus-operator/status.js';
import type {
  Prometheus,
  PrometheusRule,
  PrometheusSpec,
  ServiceMonitor,
} from './prometheus-operator/types.js';
import { prometheusOperator } from './prometheus-operator.js';

const metadata = { name: 'main', namespace: 'monitoring', uid: 'u', generation: 1 };

function prometheus(spec: PrometheusSpec = {}): Prometheus {
  return { metadata, spec };
}

const monitor: ServiceMonitor = {
  metadata: { name: 'app', namespace: 'shop' },
  spec: {
    selector: {
      matchLabels: { 'app.kubernetes.io/name': 'app' },
      matchExpressions: [{ key: 'tier', operator: 'NotIn', values: ['db', 'cache'] }],
    },
    jobLabel: 'component',
    endpoints: [
      { port: 'web', interval: '20s', metricRelabelings: [{ regex: 'go_.*', action: 'Drop' }] },
    ],
  },
};

function rule(expr: string): PrometheusRule {
  const groups = [{ name: 'g', partial_response_strategy: 'warn', rules: [{ alert: 'A', expr }] }];
  return { metadata: { name: 'r', namespace: 'shop', uid: 'v' }, spec: { groups } };
}

interface Job {
  readonly job_name: string;
  readonly relabel_configs: readonly Readonly<Record<string, unknown>>[];
  readonly kubernetes_sd_configs: unknown;
  readonly metric_relabel_configs: unknown;
}

function jobsOf(spec: PrometheusSpec, of: ServiceMonitor = monitor): readonly Job[] {
  const text = configurationText(prometheus(spec), {
    serviceMonitors: [of],
    podMonitors: [],
    ruleMaps: [],
    additionalJobs: [],
  });
  return (parse(text) as { readonly scrape_configs: readonly Job[] }).scrape_configs;
}

describe('the configuration', () => {
  it('has a job for each endpoint of a monitor', () => {
    const [job] = jobsOf({});
    expect(job).toMatchObject({
      job_name: 'serviceMonitor/shop/app/0',
      honor_labels: false,
      kubernetes_sd_configs: [{ role: 'endpoints', namespaces: { names: ['shop'] } }],
      scrape_interval: '20s',
      metric_relabel_configs: [{ regex: 'go_.*', action: 'drop' }],
    });
    const rules = job?.relabel_configs ?? [];
    const label = '__meta_kubernetes_service_label';
    expect(rules.slice(0, 4)).toEqual([
      { source_labels: ['job'], target_label: '__tmp_prometheus_job_name' },
      {
        action: 'keep',
        source_labels: [
          `${label}_app_kubernetes_io_name`,
          `${label}present_app_kubernetes_io_name`,
        ],
        regex: '(app);true',
      },
      {
        action: 'drop',
        source_labels: [`${label}_tier`, `${label}present_tier`],
        regex: '(db|cache);true',
      },
      {
        action: 'keep',
        source_labels: ['__meta_kubernetes_endpoint_port_name'],
        regex: 'web',
      },
    ]);
    expect(rules.at(-4)).toEqual({ target_label: 'endpoint', replacement: 'web' });
    expect(rules.at(-1)).toMatchObject({ regex: '$(SHARD);|.+;.+', action: 'keep' });
  });

  it('looks at slices, at all namespaces, or at the own one, as it is told', () => {
    const any = { ...monitor, spec: { ...monitor.spec, namespaceSelector: { any: true } } };
    const sliced: PrometheusSpec = { serviceDiscoveryRole: 'EndpointSlice' };
    expect(jobsOf(sliced, any)[0]?.kubernetes_sd_configs).toEqual([{ role: 'endpointslice' }]);
    const [own] = jobsOf({ ignoreNamespaceSelectors: true }, any);
    expect(own?.kubernetes_sd_configs).toEqual([
      { role: 'endpoints', namespaces: { names: ['shop'] } },
    ]);
  });

  it('tells the Alertmanagers behind a Service, without the label of the copy', () => {
    const parts = { serviceMonitors: [], podMonitors: [], ruleMaps: [], additionalJobs: [] };
    const alertmanagers = [
      { name: 'am', port: 'web' },
      { name: 'other', namespace: 'n', port: 9093 },
    ];
    const text = configurationText(prometheus({ alerting: { alertmanagers } }), parts);
    const { alerting } = parse(text) as { readonly alerting: unknown };
    const keep = (label: string, regex: string) => ({
      ...{ action: 'keep', source_labels: [`__meta_kubernetes_${label}`], regex },
    });
    const manager = (namespace: string, ...rules: readonly object[]) => ({
      kubernetes_sd_configs: [{ role: 'endpoints', namespaces: { names: [namespace] } }],
      relabel_configs: rules,
    });
    expect(alerting).toEqual({
      alert_relabel_configs: [{ action: 'labeldrop', regex: 'prometheus_replica' }],
      alertmanagers: [
        manager('monitoring', keep('service_name', 'am'), keep('endpoint_port_name', 'web')),
        manager('n', keep('service_name', 'other'), keep('pod_container_port_number', '9093')),
      ],
    });
  });

  it('names the files of rules only where rules are selected', () => {
    const parts = { serviceMonitors: [], podMonitors: [], ruleMaps: ['m'], additionalJobs: [] };
    expect(configurationText(prometheus(), parts)).toBe(
      [
        'global:',
        '  scrape_interval: 30s',
        '  external_labels:',
        '    prometheus: monitoring/main',
        '    prometheus_replica: $(POD_NAME)',
        '  evaluation_interval: 30s',
        'scrape_configs: []',
        'storage:',
        '  tsdb:',
        '    retention:',
        '      time: 24h',
        '',
      ].join('\n'),
    );
    expect(
      configurationText(prometheus({ ruleSelector: {}, retentionSize: '1GB' }), parts),
    ).toMatch(/rule_files:\n- \/etc\/prometheus\/rules\/m\/\*\.yaml\n(.*\n)*      size: 1GB\n/);
  });
});

describe('monitors and rules', () => {
  it('are refused for what Prometheus would not take', () => {
    const errorOf = (endpoint: object, spec: PrometheusSpec = {}): string | undefined =>
      monitorError(prometheus(spec), monitor.spec, { word: 'endpoints', all: [endpoint] });
    expect(errorOf({ interval: '10s', scrapeTimeout: '20s' })).toBe(
      'endpoints[0]: scrapeTimeout "20s" greater than scrapeInterval "10s"',
    );
    expect(errorOf({ relabelings: [{ action: 'hashmod', targetLabel: 'a' }] })).toBe(
      'endpoints[0]: relabelConfigs: [0]: relabel configuration for hashmod requires non-zero modulus',
    );
    const denies = { arbitraryFSAccessThroughSMs: { deny: true } };
    expect(errorOf({ bearerTokenFile: '/token' })).toBeUndefined();
    expect(errorOf({ bearerTokenFile: '/token' }, denies)).toMatch(/via bearer token file/);
    const classed = { ...monitor.spec, scrapeClass: 'fast' };
    expect(monitorError(prometheus(), classed, { word: 'endpoints', all: [] })).toBe(
      'scrapeClassName: scrapeClass "fast" not found in Prometheus scrapeClasses',
    );
  });

  it('have texts, a mark, and expressions that parse', () => {
    expect(ruleErrors(rule('up == 0'))).toEqual([]);
    expect(ruleErrors(rule('up =='))).toEqual([
      expect.stringMatching(/^group "g", rule 1, "A": could not parse expression/),
    ]);
    const object = { metadata: {}, spec: { groups: [{ rules: [{ labels: { level: 1 } }] }] } };
    const asked = { operation: 'CREATE', name: '', namespace: '', object } as const;
    expect(mutateRule(asked).next(undefined as never).value).toEqual({
      isAllowed: true,
      object: {
        metadata: { annotations: { 'prometheus-operator-validated': 'true' } },
        spec: { groups: [{ rules: [{ labels: { level: '1' } }] }] },
      },
    });
  });

  it('fill as many config maps as they need', () => {
    const [map] = ruleMaps(prometheus(), [rule('up')]);
    expect(map?.metadata).toMatchObject({
      name: 'prometheus-main-rulefiles-0',
      labels: { 'prometheus-name': 'main', 'managed-by': 'prometheus-operator' },
    });
    expect(Object.keys(map?.data ?? {})).toEqual(['shop-r-v.yaml']);
    expect(map?.data?.['shop-r-v.yaml']).not.toContain('partial_response_strategy');
    const big = (name: string): PrometheusRule => ({
      ...rule(`up{a="${'x'.repeat(300_000)}"}`),
      metadata: { name, namespace: 'shop', uid: name },
    });
    expect(ruleMaps(prometheus(), [big('a'), big('b')])).toHaveLength(2);
  });
});

it('makes a set for each shard, with what users have changed of its containers', () => {
  const set = statefulSet(
    prometheus({
      shards: 2,
      containers: [{ name: 'prometheus', image: 'mine' }, { name: 'proxy' }],
      storage: { volumeClaimTemplate: { metadata: {}, spec: { storageClassName: 'fast' } } },
    }),
    { shard: 1, ruleMaps: ['m'], inputHash: '1' },
  );
  expect(set.metadata.name).toBe('prometheus-main-shard-1');
  const { template, volumeClaimTemplates = [] } = set.spec ?? { template: {} };
  const containers = template.spec?.containers ?? [];
  expect(containers.map(({ name, image }) => [name, image])).toEqual([
    ['prometheus', 'mine'],
    ['config-reloader', 'quay.io/prometheus-operator/prometheus-config-reloader:v0.93.0'],
    ['proxy', undefined],
  ]);
  expect(containers[1]?.args).toContain('--reload-url=http://localhost:9090/-/reload');
  expect(containers[1]?.env?.[1]).toEqual({ name: 'SHARD', value: '1' });
  expect(volumeClaimTemplates[0]).toMatchObject({
    metadata: { name: 'prometheus-main-db' },
    spec: { accessModes: ['ReadWriteOnce'], storageClassName: 'fast' },
  });
});

it('says what is missing', () => {
  const told = { reconciled: { error: 'no' }, now: '2026-03-02T10:00:00Z' };
  expect(statusOf(prometheus(), [{ set: undefined, pods: [] }], told).conditions).toMatchObject([
    {
      type: 'Available',
      status: 'False',
      reason: 'StatefulSetNotFound',
      message: 'shard 0: statefulset monitoring/prometheus-main not found',
    },
    { type: 'Reconciled', status: 'False', reason: 'ReconciliationFailed', message: 'no' },
  ]);
});

it('tells users what is not played', () => {
  const hintsOf = (kind: string, spec: unknown, version = 'v1'): readonly string[] =>
    prometheusOperator.hints?.({
      apiVersion: `monitoring.coreos.com/${version}`,
      kind,
      metadata: {},
      spec,
    } satisfies KubeObject) ?? [];
  const whole = { serviceAccountName: 'p', serviceMonitorSelector: {}, ruleSelector: {} };
  expect(hintsOf('Prometheus', whole)).toEqual([]);
  expect(hintsOf('Prometheus', { ...whole, thanos: {} })).toEqual([
    'thanos is not simulated: there is no side-car of Thanos',
  ]);
  expect(hintsOf('Prometheus', {})).toHaveLength(3);
  expect(hintsOf('PrometheusRule', rule('up ==').spec)).toHaveLength(1);
  expect(hintsOf('ServiceMonitor', monitor.spec)).toEqual([]);
  expect(hintsOf('ScrapeConfig', {}, 'v1alpha1')).toEqual([
    'ScrapeConfig is not simulated: nobody acts on it',
  ]);
});
