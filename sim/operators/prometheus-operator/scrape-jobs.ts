/**
 * Monitors as jobs of Prometheus' configuration.
 * @upstream prometheus-operator v0.93 pkg/prometheus/promcfg.go generateServiceMonitorConfig, generatePodMonitorConfig
 */
import {
  copied,
  copiedIfThere,
  sanitized,
  selectorRules,
  shardRules,
  userRules,
  type Fields,
} from './relabelings.js';
import type {
  MonitorEndpoint,
  MonitorSpec,
  PodMonitor,
  Prometheus,
  RelabelConfig,
  ServiceMonitor,
} from './types.js';

const meta = '__meta_kubernetes';
const jobFirst = copied('job', '__tmp_prometheus_job_name');
const notOver: Fields = {
  action: 'drop',
  source_labels: [`${meta}_pod_phase`],
  regex: '(Failed|Succeeded)',
};

/** One endpoint of one monitor, and for whom it is scraped. */
interface Scraped {
  readonly prometheus: Prometheus;
  readonly monitor: ServiceMonitor | PodMonitor;
  readonly endpoint: MonitorEndpoint;
}

/** The jobs of a monitor, one for each endpoint. */
export function serviceMonitorJobs(
  prometheus: Prometheus,
  monitor: ServiceMonitor,
): readonly Fields[] {
  const { namespace = '', name = '' } = monitor.metadata;
  const { spec } = monitor;
  return (spec.endpoints ?? []).map((endpoint, index) => {
    const scraped = { prometheus, monitor, endpoint };
    const wanted = spec.serviceDiscoveryRole ?? prometheus.spec.serviceDiscoveryRole;
    const role = wanted === 'EndpointSlice' ? 'endpointslice' : 'endpoints';
    return {
      job_name: `serviceMonitor/${namespace}/${name}/${index}`,
      ...honors(scraped),
      ...discovery(scraped, role, [role, 'service']),
      ...asked(scraped),
      ...(endpoint.followRedirects !== undefined && { follow_redirects: endpoint.followRedirects }),
      ...(endpoint.enableHttp2 !== undefined && { enable_http2: endpoint.enableHttp2 }),
      relabel_configs: [
        jobFirst,
        ...(isByRole(spec) ? [] : selectorRules('service', spec.selector)),
        ...servicePortRules(endpoint, role),
        ...serviceLabels(role),
        ...(endpoint.filterRunning === false ? [] : [notOver]),
        ...targetLabels('service', spec.targetLabels),
        ...targetLabels('pod', spec.podTargetLabels),
        ...targetLabels('pod', prometheus.spec.podTargetLabels),
        copied(`${meta}_service_name`, 'job'),
        ...jobLabel('service', spec),
        ...endpointLabel(endpoint),
        ...userRules(enforced(scraped, endpoint.relabelings)),
        ...shardRules(prometheus.spec.shards ?? 1),
      ],
      ...limits(spec),
      ...metricRules(scraped),
    };
  });
}

/** The jobs of a monitor, one for each endpoint. */
export function podMonitorJobs(prometheus: Prometheus, monitor: PodMonitor): readonly Fields[] {
  const { namespace = '', name = '' } = monitor.metadata;
  const { spec } = monitor;
  return (spec.podMetricsEndpoints ?? []).map((endpoint, index) => {
    const scraped = { prometheus, monitor, endpoint };
    return {
      job_name: `podMonitor/${namespace}/${name}/${index}`,
      ...honors(scraped),
      ...discovery(scraped, 'pod', ['pod']),
      ...asked(scraped),
      ...(endpoint.followRedirects !== undefined && { follow_redirects: endpoint.followRedirects }),
      ...(endpoint.enableHttp2 !== undefined && { enable_http2: endpoint.enableHttp2 }),
      relabel_configs: [
        jobFirst,
        ...(endpoint.filterRunning === false ? [] : [notOver]),
        ...(isByRole(spec) ? [] : selectorRules('pod', spec.selector)),
        ...podPortRules(endpoint),
        copied(`${meta}_namespace`, 'namespace'),
        copied(`${meta}_pod_container_name`, 'container'),
        copied(`${meta}_pod_name`, 'pod'),
        ...targetLabels('pod', spec.podTargetLabels),
        ...targetLabels('pod', prometheus.spec.podTargetLabels),
        { target_label: 'job', replacement: `${namespace}/${name}` },
        ...jobLabel('pod', spec),
        ...endpointLabel(endpoint),
        ...userRules(enforced(scraped, endpoint.relabelings)),
        ...shardRules(prometheus.spec.shards ?? 1),
      ],
      ...limits(spec),
      ...metricRules(scraped),
    };
  });
}

const isByRole = (spec: MonitorSpec): boolean => spec.selectorMechanism === 'RoleSelector';

function honors({ prometheus, endpoint }: Scraped): Fields {
  const { overrideHonorLabels = false, overrideHonorTimestamps = false } = prometheus.spec;
  const { honorLabels = false, honorTimestamps, trackTimestampsStaleness } = endpoint;
  const isSaid = honorTimestamps !== undefined || overrideHonorTimestamps;
  return {
    honor_labels: honorLabels && !overrideHonorLabels,
    ...(isSaid && { honor_timestamps: honorTimestamps === true && !overrideHonorTimestamps }),
    ...(trackTimestampsStaleness !== undefined && {
      track_timestamps_staleness: trackTimestampsStaleness,
    }),
  };
}

function discovery(
  { prometheus, monitor }: Scraped,
  role: string,
  selecting: readonly string[],
): Fields {
  const { namespaceSelector = {}, attachMetadata, selector } = monitor.spec;
  const { any = false, matchNames = [] } = namespaceSelector;
  const own = [monitor.metadata.namespace ?? ''];
  const isOwn = prometheus.spec.ignoreNamespaceSelectors === true;
  const wanted = matchNames.length > 0 ? matchNames : own;
  const names = isOwn ? own : any ? [] : wanted;
  return {
    kubernetes_sd_configs: [
      {
        role,
        ...(names.length > 0 && { namespaces: { names } }),
        ...(attachMetadata !== undefined && {
          attach_metadata: { node: attachMetadata.node === true },
        }),
        ...(isByRole(monitor.spec) && {
          selectors: selecting.map(each => ({ role: each, label: selectorText(selector) })),
        }),
      },
    ],
  };
}

function selectorText({ matchLabels = {}, matchExpressions = [] }: MonitorSpec['selector']) {
  const words = { In: 'in', NotIn: 'notin' } as const;
  return [
    ...Object.entries(matchLabels).map(([key, value]) => ({ key, text: `${key}=${value}` })),
    ...matchExpressions.map(({ key, operator, values = [] }) => {
      if (operator === 'Exists') return { key, text: key };
      if (operator === 'DoesNotExist') return { key, text: `!${key}` };
      const word = operator === 'In' ? words.In : words.NotIn;
      return { key, text: `${key} ${word} (${values.toSorted().join(',')})` };
    }),
  ]
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .map(({ text }) => text)
    .join(',');
}

function asked({ endpoint }: Scraped): Fields {
  const { interval = '', scrapeTimeout = '', path = '', params, scheme } = endpoint;
  const { bearerTokenFile = '' } = endpoint;
  return {
    ...(interval !== '' && { scrape_interval: interval }),
    ...(scrapeTimeout !== '' && { scrape_timeout: scrapeTimeout }),
    ...(path !== '' && { metrics_path: path }),
    ...(params !== undefined && { params }),
    ...(scheme !== undefined && { scheme: scheme.toLowerCase() }),
    ...(bearerTokenFile !== '' && { bearer_token_file: bearerTokenFile }),
  };
}

function keep(source: string, regex: string | number): Fields {
  return { action: 'keep', source_labels: [source], regex };
}

function servicePortRules({ port = '', targetPort }: MonitorEndpoint, role: string) {
  const word = role === 'endpointslice' ? 'endpointslice' : 'endpoint';
  if (port !== '') return [keep(`${meta}_${word}_port_name`, port)];
  return containerPortRules(targetPort);
}

function podPortRules({ port = '', portNumber = 0, targetPort }: MonitorEndpoint) {
  if (port !== '') return [keep(`${meta}_pod_container_port_name`, port)];
  return containerPortRules(portNumber === 0 ? targetPort : portNumber);
}

function containerPortRules(port: string | number | undefined): readonly Fields[] {
  if (port === undefined || port === '' || port === 0) return [];
  const word = typeof port === 'string' ? 'name' : 'number';
  return [keep(`${meta}_pod_container_port_${word}`, port)];
}

function serviceLabels(role: string): readonly Fields[] {
  const target = `${meta}_${role === 'endpointslice' ? role : 'endpoint'}_address_target`;
  const named = (kind: string, label: string): Fields => ({
    source_labels: [`${target}_kind`, `${target}_name`],
    separator: ';',
    regex: `${kind};(.*)`,
    replacement: '${1}',
    target_label: label,
  });
  return [
    named('Node', 'node'),
    named('Pod', 'pod'),
    copied(`${meta}_namespace`, 'namespace'),
    copied(`${meta}_service_name`, 'service'),
    copied(`${meta}_pod_name`, 'pod'),
    copied(`${meta}_pod_container_name`, 'container'),
  ];
}

function targetLabels(of: 'service' | 'pod', names: readonly string[] = []): readonly Fields[] {
  return names.map(name => {
    const label = sanitized(name);
    return copiedIfThere(`${meta}_${of}_label_${label}`, label);
  });
}

function jobLabel(of: 'service' | 'pod', { jobLabel: label = '' }: MonitorSpec) {
  return label === '' ? [] : [copiedIfThere(`${meta}_${of}_label_${sanitized(label)}`, 'job')];
}

function endpointLabel({ port = '', targetPort }: MonitorEndpoint): readonly Fields[] {
  const name = port !== '' ? port : String(targetPort ?? '');
  return name === '' ? [] : [{ target_label: 'endpoint', replacement: name }];
}

/** The user's rules, and last the label that the namespace must be in. */
function enforced(
  { prometheus, monitor }: Scraped,
  rules: readonly RelabelConfig[] = [],
): readonly RelabelConfig[] {
  const { enforcedNamespaceLabel: label = '' } = prometheus.spec;
  if (label === '') return rules;
  return [...rules, { targetLabel: label, replacement: monitor.metadata.namespace ?? '' }];
}

function limits(spec: MonitorSpec): Fields {
  return Object.fromEntries(
    [
      ['sample_limit', spec.sampleLimit],
      ['target_limit', spec.targetLimit],
      ['label_limit', spec.labelLimit],
      ['label_name_length_limit', spec.labelNameLengthLimit],
      ['label_value_length_limit', spec.labelValueLengthLimit],
      ['keep_dropped_targets', spec.keepDroppedTargets],
      ['body_size_limit', spec.bodySizeLimit],
      ['always_scrape_classic_histograms', spec.scrapeClassicHistograms],
      ['convert_classic_histograms_to_nhcb', spec.convertClassicHistogramsToNHCB],
    ].filter(([, value]) => value !== undefined),
  ) as Fields;
}

function metricRules(scraped: Scraped): Fields {
  const rules = userRules(enforced(scraped, scraped.endpoint.metricRelabelings));
  return rules.length === 0 ? {} : { metric_relabel_configs: rules };
}
