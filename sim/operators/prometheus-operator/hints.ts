/** What the author of a Prometheus, a monitor or rules should know before it runs. */
import type { KubeObject } from '../../api/object.js';
import { alertmanagerHints, configHints } from './alertmanager/hints.js';
import type { Alertmanager, AlertmanagerConfig } from './alertmanager/types.js';
import { unmodelled } from './definitions.js';
import { monitorError } from './selection.js';
import { group } from './keys.js';
import { ruleErrors } from './rule-validator.js';
import type {
  MonitorEndpoint,
  MonitorSpec,
  PodMonitor,
  Prometheus,
  PrometheusRule,
  PrometheusSpec,
  ServiceMonitor,
} from './types.js';

/** The hints about an object; none for other kinds. */
export function prometheusHints(object: KubeObject): readonly string[] {
  if (object.apiVersion?.startsWith(`${group}/`) !== true) return [];
  // The kind says what it is.
  const given: unknown = object;
  switch (object.kind) {
    case 'Prometheus':
      return ofPrometheus((given as Prometheus).spec);
    case 'Alertmanager':
      return alertmanagerHints(given as Alertmanager);
    case 'AlertmanagerConfig':
      return configHints(given as AlertmanagerConfig);
    case 'ServiceMonitor': {
      const { spec } = given as ServiceMonitor;
      return ofMonitor(spec, 'endpoints', spec.endpoints ?? []);
    }
    case 'PodMonitor': {
      const { spec } = given as PodMonitor;
      return ofMonitor(spec, 'endpoint', spec.podMetricsEndpoints ?? []);
    }
    case 'PrometheusRule':
      return ruleErrors(given as PrometheusRule).map(
        error => `${error}: the operator's webhook refuses it`,
      );
    default:
      return Object.hasOwn(unmodelled, object.kind ?? '')
        ? [`${object.kind ?? ''} is not simulated: nobody acts on it`]
        : [];
  }
}

const left = [
  ['remoteWrite', 'nothing is written elsewhere'],
  ['remoteRead', 'nothing is read from elsewhere'],
  ['thanos', 'there is no side-car of Thanos'],
  ['web', 'the server speaks plain HTTP'],
  ['scrapeClasses', 'monitors are scraped without their class'],
  ['probeSelector', 'Probes are not scraped'],
  ['scrapeConfigSelector', 'ScrapeConfigs are not scraped'],
] as const;

function ofPrometheus(spec: PrometheusSpec): readonly string[] {
  const { serviceMonitorSelector, podMonitorSelector, ruleSelector, routePrefix = '/' } = spec;
  const isUnmanaged =
    serviceMonitorSelector === undefined &&
    podMonitorSelector === undefined &&
    spec.probeSelector === undefined &&
    spec.scrapeConfigSelector === undefined;
  return [
    ...left.flatMap(([field, why]) =>
      spec[field] === undefined ? [] : [`${field} is not simulated: ${why}`],
    ),
    ...(spec.reloadStrategy === 'ProcessSignal'
      ? ['reloadStrategy ProcessSignal is not simulated: changes are not loaded']
      : []),
    ...(routePrefix === '/' ? [] : ['routePrefix is not simulated: its pods never get ready']),
    ...(isUnmanaged
      ? [
          'no selector of monitors is set: the operator leaves its configuration to you, and it is empty',
        ]
      : []),
    ...(ruleSelector === undefined ? ['ruleSelector is not set: no PrometheusRule is loaded'] : []),
    ...(spec.serviceAccountName === undefined
      ? [
          'serviceAccountName is not set: the default account finds no targets unless a role says so',
        ]
      : []),
  ];
}

const credentials = [
  'basicAuth',
  'oauth2',
  'authorization',
  'bearerTokenSecret',
  'tlsConfig',
] as const;

function ofMonitor(
  spec: MonitorSpec,
  word: string,
  all: readonly MonitorEndpoint[],
): readonly string[] {
  const error = monitorError(
    { metadata: {}, spec: {} },
    { ...spec, scrapeClass: '' },
    { word, all },
  );
  const used = credentials.filter(field => all.some(endpoint => endpoint[field] !== undefined));
  return [
    ...(error === undefined ? [] : [`${error}: no Prometheus takes it`]),
    ...used.map(field => `${field} is not simulated: who is reached answers without`),
    ...(spec.selectorMechanism === 'RoleSelector'
      ? ['selectorMechanism RoleSelector is not simulated: all that its namespaces hold is scraped']
      : []),
  ];
}
