/** Whom a Prometheus tells of alerts. @upstream prometheus-operator v0.93 pkg/prometheus/promcfg.go appendAlertingConfig */
import { userRules, type Fields } from './relabelings.js';
import type { AlertmanagerEndpoint, Prometheus } from './types.js';

/** The part of the configuration; undefined where nobody is to be told. */
export function alertingOf({ metadata, spec }: Prometheus): Fields | undefined {
  const { alerting, replicaExternalLabelName: replica = 'prometheus_replica' } = spec;
  if (alerting === undefined) return undefined;
  const role = spec.serviceDiscoveryRole === 'EndpointSlice' ? 'endpointslice' : 'endpoints';
  const quoted = replica.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
  return {
    // Copies of a Prometheus tell of the same alerts.
    alert_relabel_configs: replica === '' ? [] : [{ action: 'labeldrop', regex: quoted }],
    alertmanagers: (alerting.alertmanagers ?? []).map(one =>
      managerOf(one, role, metadata.namespace),
    ),
  };
}

function managerOf(one: AlertmanagerEndpoint, role: string, own = ''): Fields {
  const { scheme, pathPrefix, timeout, enableHttp2, apiVersion, name, port, namespace = own } = one;
  const version = apiVersion?.toLowerCase();
  return {
    ...(scheme !== undefined && { scheme: scheme.toLowerCase() }),
    ...(pathPrefix !== undefined && { path_prefix: pathPrefix }),
    ...(timeout !== undefined && { timeout }),
    ...(enableHttp2 !== undefined && { enable_http2: enableHttp2 }),
    kubernetes_sd_configs: [{ role, namespaces: { names: [namespace] } }],
    ...(version === 'v2' && { api_version: version }),
    relabel_configs: [
      { action: 'keep', source_labels: ['__meta_kubernetes_service_name'], regex: name },
      ...portRules(port, role),
      ...userRules(one.relabelings),
    ],
    ...((one.alertRelabelings ?? []).length > 0 && {
      alert_relabel_configs: userRules(one.alertRelabelings),
    }),
  };
}

function portRules(port: string | number, role: string): readonly Fields[] {
  const known = role === 'endpoints' ? 'endpoint' : 'endpointslice';
  const label = typeof port === 'string' ? `${known}_port_name` : 'pod_container_port_number';
  if (port === '' || port === 0) return [];
  return [{ action: 'keep', source_labels: [`__meta_kubernetes_${label}`], regex: String(port) }];
}
