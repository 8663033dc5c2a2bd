/** Rewrites the records of an incident with its stand-ins: events, series, alerts, decisions, writes. */
import type {
  Finding,
  RecordedAlert,
  RecordedDecision,
  RecordedDraw,
  RecordedEvent,
  RecordedSeries,
  RecordedWrite,
} from '../contract.js';
import { systemNamespaces } from '../rebuild/left-out.js';
import type { Anonymiser } from './anonymiser.js';
import { isPublicDomain } from './common-words.js';
import { rewriteBody } from './objects.js';

/** Metrics that everybody has. */
const publicMetrics =
  /^(kube_|container_|node_|apiserver_|etcd_|scheduler_|workqueue_|rest_client_|kubelet_|coredns_|process_|go_|DCGM_|nvidia_|kueue_|ALERTS|up$|scrape_|prometheus_|istio_|envoy_|http_|cluster:|namespace_|machine_|cadvisor_|karpenter_|cluster_autoscaler_|volcano_|kserve_|tf_|vllm:)/;
const publicAlerts = /^(Kube|Node|Prometheus|Alertmanager|Etcd|CPUThrottling|Target|Watchdog|Info)/;
/** Labels of series whose values are public knowledge. */
const publicLabels = new Set([
  'modelName',
  'device',
  'gpu',
  'DCGM_FI_DRIVER_VERSION',
  'resource',
  'unit',
  'type',
  'reason',
  'condition',
  'status',
  'phase',
  'le',
  'quantile',
  'severity',
  'alertstate',
  'code',
  'verb',
  'pci_bus_id',
  'replica_role',
]);

/** A write. */
export function rewriteWrite(write: RecordedWrite, own: Anonymiser): RecordedWrite {
  const { user, groups, userAgent, namespace, name, uid, prefix } = write;
  const { body, message, query, apiGroup, source } = write;
  // What Kubernetes' own parts make for themselves every cluster has by these names.
  const isOfAll = write.actor === 'ours' && systemNamespaces.has(namespace ?? '');
  const isNode = write.resource === 'nodes';
  const isNamespace = write.resource === 'namespaces';
  const kind = isNode ? 'node' : isNamespace ? 'namespace' : 'name';
  return {
    ...write,
    user: own.user(user),
    source: own.source(source),
    ...(groups !== undefined && { groups: groups.map(group => own.group(group)) }),
    ...(userAgent !== undefined && { userAgent: own.agent(userAgent) }),
    ...(namespace !== undefined && { namespace: own.name(namespace, 'namespace') }),
    ...(name !== undefined && !isOfAll && { name: own.name(name, kind) }),
    ...(uid !== undefined && { uid: own.text(uid) }),
    ...(prefix !== undefined && { prefix: own.name(prefix) }),
    ...(apiGroup !== undefined && {
      apiGroup:
        apiGroup.includes('.') && !isPublicDomain(apiGroup)
          ? own.vocabulary.claim(apiGroup, 'domain')
          : apiGroup,
    }),
    ...(body !== undefined && { body: rewriteBody(body, own) }),
    ...(message !== undefined && { message: own.text(message) }),
    ...(query !== undefined && { query: own.text(query) }),
  };
}

/** An event. */
export function rewriteEvent(event: RecordedEvent, own: Anonymiser): RecordedEvent {
  const { namespace, name, kind, message, component, source } = event;
  return {
    ...event,
    ...(namespace !== undefined && { namespace: own.name(namespace, 'namespace') }),
    name: own.name(name, kind === 'Node' ? 'node' : 'name'),
    message: own.text(message),
    source: own.source(source),
    ...(component !== undefined && { component: own.text(component) }),
  };
}

/** A series. */
export function rewriteSeries(series: RecordedSeries, own: Anonymiser): RecordedSeries {
  return {
    ...series,
    metric: metricName(series.metric, own),
    labels: rewriteLabels(series.labels, own),
    source: own.source(series.source),
  };
}

function metricName(metric: string, own: Anonymiser): string {
  if (publicMetrics.test(metric)) return own.text(metric);
  return metric
    .split(':')
    .map(part => own.vocabulary.claim(part, 'metric'))
    .join(':');
}

/** The labels of a series or an alert. */
function rewriteLabels(
  labels: Readonly<Record<string, string>>,
  own: Anonymiser,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(labels).map(([key, value]) => [own.text(key), labelValue(key, value, own)]),
  );
}

function labelValue(key: string, value: string, own: Anonymiser): string {
  if (publicLabels.has(key) || /^-?[\d.]+$/.test(value) || value === '') return value;
  if (key === 'namespace' || key.endsWith('_namespace')) return own.name(value, 'namespace');
  if (key === 'node' || key === 'Hostname' || key === 'hostname') return own.name(value, 'node');
  if (key === 'alertname') return alertName(value, own);
  const text = own.text(value);
  if (text !== value) return text;
  return /^(kube-state-metrics|dcgm-exporter|node-exporter|kubelet|apiserver|cadvisor)$/.test(value)
    ? value
    : own.name(value, 'label');
}

function alertName(alert: string, own: Anonymiser): string {
  return publicAlerts.test(alert) ? own.text(alert) : own.vocabulary.claim(alert, 'alert');
}

/** An alert. */
export function rewriteAlert(alert: RecordedAlert, own: Anonymiser): RecordedAlert {
  return {
    ...alert,
    alert: alertName(alert.alert, own),
    labels: rewriteLabels(alert.labels, own),
    source: own.source(alert.source),
  };
}

/** A name, a uid or a node that was drawn. */
export function rewriteDraw(draw: RecordedDraw, own: Anonymiser): RecordedDraw {
  const { resource, namespace, name, prefix, uid, node } = draw;
  const kind = resource === 'nodes' ? 'node' : resource === 'namespaces' ? 'namespace' : 'name';
  const [plural = '', ...group] = resource.split('.');
  const isOwn = group.length > 0 && !isPublicDomain(group.join('.'));
  return {
    ...draw,
    ...(isOwn && { resource: `${plural}.${own.vocabulary.claim(group.join('.'), 'domain')}` }),
    ...(namespace !== undefined && { namespace: own.name(namespace, 'namespace') }),
    name: own.name(name, kind),
    ...(prefix !== undefined && { prefix: own.name(prefix) }),
    ...(uid !== undefined && { uid: own.text(uid) }),
    ...(node !== undefined && { node: own.name(node, 'node') }),
  };
}

/** A decision of the scheduler. */
export function rewriteDecision(decision: RecordedDecision, own: Anonymiser): RecordedDecision {
  const { namespace, pod, node, unschedulable, source } = decision;
  return {
    ...decision,
    namespace: own.name(namespace, 'namespace'),
    pod: own.name(pod),
    ...(node !== undefined && { node: own.name(node, 'node') }),
    ...(unschedulable !== undefined && { unschedulable: own.text(unschedulable) }),
    source: own.source(source),
  };
}

/** A finding: texts in any depth. Users in it are rewritten as users. */
export function rewriteFinding(finding: Finding, own: Anonymiser): Finding {
  return rewriteDeep(finding, own) as Finding;
}

/** Any value: texts in any depth, keys too. */
export function rewriteDeep(value: unknown, own: Anonymiser): unknown {
  if (typeof value === 'string') return own.text(value);
  if (Array.isArray(value))
    return (value as readonly unknown[]).map(each => rewriteDeep(each, own));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [own.text(key), rewriteDeep(each, own)]),
  );
}
