import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../../api/object.js';
import { prometheusOperator } from '../../prometheus-operator.js';
import {
  baseConfiguration,
  configurationText,
  usualConfiguration,
  withConfigs,
  writtenConfiguration,
} from './configuration.js';
import { referenceKey, referencesIn, type Values } from './receivers.js';
import { statefulSet } from './stateful-set.js';
import { statusOf } from './status.js';
import type { Alertmanager, AlertmanagerConfig, AlertmanagerSpec, Route } from './types.js';
import { configError } from './validation.js';

const none: Values = new Map();

function alertmanager(spec: AlertmanagerSpec = {}): Alertmanager {
  return { metadata: { name: 'main', namespace: 'monitoring', uid: 'u', generation: 1 }, spec };
}

function config(
  spec: AlertmanagerConfig['spec'],
  metadata = { name: 'amc', namespace: 'shop' },
): AlertmanagerConfig {
  return { metadata, spec };
}

const paged = config({
  route: {
    receiver: 'pager',
    groupBy: ['job'],
    groupInterval: '0s',
    matchers: [
      { name: 'severity', value: 'a"b', matchType: '=~' },
      { name: 'team', value: 'x', regex: true },
    ],
    muteTimeIntervals: ['night'],
    routes: [{ activeTimeIntervals: ['night'] }],
  },
  receivers: [{ name: 'pager', webhookConfigs: [{ url: 'http://a/b', sendResolved: false }] }],
  inhibitRules: [
    {
      sourceMatch: [{ name: 'severity', value: 'critical' }],
      targetMatch: [{ name: 'namespace', value: 'shop' }],
      equal: ['job'],
    },
  ],
  muteTimeIntervals: [
    {
      name: 'night',
      timeIntervals: [
        {
          times: [{ startTime: '20:00', endTime: '24:00' }],
          weekdays: ['Saturday', 'monday:friday'],
          daysOfMonth: [{ start: 1, end: 10 }],
          months: ['january:March'],
          years: ['2030:2050'],
        },
      ],
    },
  ],
});

function textOf(
  spec: AlertmanagerSpec,
  configs: readonly AlertmanagerConfig[],
  values: Values = none,
): string {
  const base = writtenConfiguration(usualConfiguration);
  return configurationText(
    withConfigs(base, alertmanager(spec), { configs, valuesOf: () => values }),
  );
}

describe('the configuration', () => {
  it("has a namespace's routes first, held to its alerts, with names of their own", () => {
    expect(textOf({}, [paged])).toBe(`route:
  receiver: "null"
  routes:
  - receiver: shop/amc/pager
    group_by:
    - job
    matchers:
    - severity=~"a\\"b"
    - team=~"x"
    - namespace="shop"
    continue: true
    routes:
    - active_time_intervals:
      - shop/amc/night
    mute_time_intervals:
    - shop/amc/night
inhibit_rules:
- target_matchers:
  - namespace="shop"
  source_matchers:
  - severity="critical"
  - namespace="shop"
  equal:
  - job
receivers:
- name: "null"
- name: shop/amc/pager
  webhook_configs:
  - url: http://a/b
    send_resolved: false
mute_time_intervals:
- name: shop/amc/night
  time_intervals:
  - times:
    - start_time: "20:00"
      end_time: "24:00"
    weekdays:
    - saturday
    - monday:friday
    days_of_month:
    - "1:10"
    months:
    - "1:3"
    years:
    - 2030:2050
templates: []
`);
  });

  it('is free of the namespace as the strategy says', () => {
    const own = config({ route: { receiver: 'a' }, receivers: [{ name: 'a' }] });
    const text = (type: string, namespace: string): string =>
      textOf({ alertmanagerConfigMatcherStrategy: { type } }, [
        { ...own, metadata: { name: 'amc', namespace } },
      ]);
    expect(text('None', 'shop')).not.toContain('matchers');
    const except = 'OnNamespaceExceptForAlertmanagerNamespace';
    expect(text(except, 'monitoring')).not.toContain('matchers');
    expect(text(except, 'shop')).toContain('- namespace="shop"');
  });

  it('has what Secrets hold, and other receivers by the names of the file', () => {
    const slack = { apiURL: { name: 's', key: 'url' }, channel: '#a', iconURL: 'http://i' };
    const pagerduty = {
      routingKey: { name: 's', key: 'key' },
      details: [{ key: 'Some Key', value: 'v' }],
      pagerDutyLinkConfigs: [{ href: 'http://h', alt: 't' }],
      httpConfig: { authorization: { credentials: { name: 's', key: 'key' } }, tlsConfig: {} },
    };
    const both = config({
      route: { receiver: 'a' },
      receivers: [{ name: 'a', slackConfigs: [slack], pagerdutyConfigs: [pagerduty] }],
    });
    const values = new Map([
      ['Secret/s/url', 'http://slack\n'],
      ['Secret/s/key', 'k'],
    ]);
    expect(referencesIn(both.spec.receivers).map(each => referenceKey(each))).toEqual([
      'Secret/s/url',
      'Secret/s/key',
      'Secret/s/key',
    ]);
    expect(textOf({}, [both], values)).toContain(`- name: shop/amc/a
  pagerduty_configs:
  - routing_key: k
    details:
      Some Key: v
    links:
    - href: http://h
      text: t
    http_config:
      authorization:
        type: Bearer
        credentials: k
  slack_configs:
  - api_url: http://slack
    channel: "#a"
    icon_url: http://i
`);
  });

  it('fails as a whole where mail has no host', () => {
    const mail = config({
      route: { receiver: 'a' },
      receivers: [{ name: 'a', emailConfigs: [{ to: 'a@b' }] }],
    });
    expect(() => textOf({}, [mail])).toThrow(
      'AlertmanagerConfig shop/amc: EmailConfig[0]: SMTP smarthost is a mandatory field',
    );
  });

  it('begins with the AlertmanagerConfig that is the base', () => {
    const base = { name: 'amc', global: { resolveTimeout: '10m', smtp: { from: 'a@b' } } };
    const free = config({ route: { receiver: 'a' }, receivers: [{ name: 'a' }] });
    const of = alertmanager({ alertmanagerConfiguration: base });
    expect(configurationText(baseConfiguration(of, free, none))).toBe(`global:
  resolve_timeout: 10m
  smtp_from: a@b
route:
  receiver: shop/amc/a
receivers:
- name: shop/amc/a
templates: []
`);
    expect(() => baseConfiguration(of, paged, none)).toThrow(
      "'matchers' not permitted on root route",
    );
  });

  it.each([
    ['receivers: []', 'no route provided in config'],
    ['route: { receiver: a }', 'undefined receiver "a" used in route'],
    [
      'routes: {}',
      'yaml: unmarshal errors:\n  line 1: field routes not found in type config.plain',
    ],
    [
      'route: { receiver: a, matchers: [b="c"] }\nreceivers: [{ name: a }]',
      "check AlertmanagerConfig root route failed: 'matchers' not permitted on root route",
    ],
  ])('of users that is %j is refused', (text, error) => {
    expect(() => writtenConfiguration(text)).toThrow(error);
  });
});

describe('an AlertmanagerConfig', () => {
  it('is taken', () => {
    expect(configError(paged)).toBeUndefined();
  });

  const receivers = [{ name: 'a' }];
  const routed = (route: Route) => ({ receivers, route });
  const way = (kind: string, fields: object) => ({ receivers: [{ name: 'a', [kind]: [fields] }] });
  it.each<[string, AlertmanagerConfig['spec']]>([
    ['"a" receiver is not unique', { receivers: [{ name: 'a' }, { name: 'a' }] }],
    ['root route must define a receiver', routed({})],
    ['route[0]: receiver "b" not found', routed({ receiver: 'a', routes: [{ receiver: 'b' }] })],
    [
      'route[0]: json: unknown field "group_by"',
      routed({ receiver: 'a', routes: [{ group_by: [] } as Route] }),
    ],
    [
      "'...' must be a sole value in route 'groupBy': [... job]",
      routed({ receiver: 'a', groupBy: ['...', 'job'] }),
    ],
    ['mute time interval "x" not found', routed({ receiver: 'a', muteTimeIntervals: ['x'] })],
    [
      'mute time interval[0] is invalid: month range at 0 is invalid: end month may is before start month june',
      { muteTimeIntervals: [{ name: 'x', timeIntervals: [{ months: ['june:may'] }] }] },
    ],
    [
      `failed to validate receiver "a": 'webhookConfigs'[0]: one of 'url' or 'urlSecret' must be specified`,
      way('webhookConfigs', {}),
    ],
    [
      `failed to validate receiver "a": 'webhookConfigs'[0]: invalid 'url': validate url from string failed with error: unsupported scheme "" for URL`,
      way('webhookConfigs', { url: 'pager/alerts' }),
    ],
    [
      `failed to validate receiver "a": 'pagerdutyConfigs'[0]: one of 'routingKey' or 'serviceKey' is required`,
      way('pagerdutyConfigs', {}),
    ],
    [
      `failed to validate receiver "a": 'slackConfigs'[0]: 'httpConfig': 'authorization' is not compatible with 'bearerTokenSecret'`,
      way('slackConfigs', { httpConfig: { authorization: {}, bearerTokenSecret: {} } }),
    ],
  ])('is refused: %s', (error, spec) => {
    expect(configError(config(spec))).toBe(error);
  });
});

it('makes a set whose peers know each other, with what users mount', () => {
  const set = statefulSet(
    alertmanager({ replicas: 2, secrets: ['s'], version: 'v0.27.0', serviceName: 'own' }),
    '1',
  );
  expect(set.metadata.name).toBe('alertmanager-main');
  const [main, reloader] = set.spec?.template.spec?.containers ?? [];
  expect(main?.image).toBe('quay.io/prometheus/alertmanager:v0.27.0');
  expect(main?.args).toEqual([
    '--config.file=/etc/alertmanager/config_out/alertmanager.env.yaml',
    '--storage.path=/alertmanager',
    '--data.retention=120h',
    '--cluster.listen-address=[$(POD_IP)]:9094',
    '--web.listen-address=:9093',
    '--web.route-prefix=/',
    '--cluster.label=monitoring/main',
    '--cluster.peer=alertmanager-main-0.own:9094',
    '--cluster.peer=alertmanager-main-1.own:9094',
    '--cluster.reconnect-timeout=5m',
    '--web.config.file=/etc/alertmanager/web_config/web-config.yaml',
  ]);
  expect(main?.resources?.requests).toEqual({ memory: '200Mi' });
  expect(reloader?.args?.slice(1)).toEqual([
    '--web-config-file=/etc/alertmanager/web_config/web-config.yaml',
    '--reload-url=http://localhost:9093/-/reload',
    '--config-file=/etc/alertmanager/config/alertmanager.yaml.gz',
    '--config-envsubst-file=/etc/alertmanager/config_out/alertmanager.env.yaml',
    '--watched-dir=/etc/alertmanager/config',
    '--watched-dir=/etc/alertmanager/secrets/s',
  ]);
});

it('says what is missing', () => {
  const told = { reconciled: { error: 'no' }, now: '2026-03-02T10:00:00Z' };
  expect(statusOf(alertmanager(), { set: undefined, pods: [] }, told)).toMatchObject({
    paused: false,
    replicas: 0,
    conditions: [
      { type: 'Available', status: 'False', reason: 'StatefulSetNotFound', message: '' },
      { type: 'Reconciled', status: 'False', reason: 'ReconciliationFailed', message: 'no' },
    ],
  });
});

it('tells users what is not played', () => {
  const hintsOf = (kind: string, spec: object): readonly string[] =>
    prometheusOperator.hints?.({
      apiVersion: 'monitoring.coreos.com/v1',
      kind,
      metadata: {},
      spec,
    } satisfies KubeObject) ?? [];
  expect(hintsOf('Alertmanager', {})).toEqual([]);
  expect(hintsOf('Alertmanager', { replicas: 3, web: {} })).toEqual([
    'web is not simulated: the server speaks plain HTTP',
    'its replicas are not simulated as a cluster: each tells receivers by itself, and silences are not shared',
  ]);
  expect(hintsOf('AlertmanagerConfig', paged.spec)).toEqual([]);
  expect(hintsOf('AlertmanagerConfig', { receivers: [{ name: 'a', slackConfigs: [{}] }] })).toEqual(
    [
      'route is not set: its receivers are told of nothing',
      'slackConfigs is outside of the cluster: what it would be sent stands in the log',
    ],
  );
});
