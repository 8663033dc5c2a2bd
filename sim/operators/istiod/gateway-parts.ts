/**
 * What the injector makes of a pod that asks for its template of gateways: a proxy that stands by itself. What
 * the pod says of the container `istio-proxy` counts more than the template.
 * @upstream manifests/charts/istio-control/istio-discovery/files/gateway-injection-template.yaml (1.30),
 *   pkg/kube/inject/webhook.go (reapplyOverwrittenContainers)
 */
import type { Container, EnvVar, Pod, PodSpec } from '../../api/kinds/core.js';
import { appProbers } from './app-probers.js';
import { canonicalLabels, injectionStatus, workloadName } from './injected-metadata.js';
import { mergedMetrics } from './merged-metrics.js';
import { environment, proxyImage, volumeMounts, volumes } from './sidecar-parts.js';

const proxy = 'istio-proxy';

/** The pod as a gateway. */
export function withGateway(pod: Pod, own: PodSpec): Pod {
  const { metrics, probers, others } = preparedOf(pod, own);
  const overridden = own.containers.find(({ name }) => name === proxy);
  const told = [metrics.variable, probers.variable].filter(one => one !== undefined);
  const template = gatewayContainer(pod, own);
  const container = overridden === undefined ? template : merged(template, overridden);
  const env = [...(container.env ?? []), ...told];
  const added = volumes();
  const [first] = others;
  return {
    ...pod,
    metadata: {
      ...pod.metadata,
      labels: { ...pod.metadata.labels, ...canonicalLabels(pod), ...asked(pod) },
      annotations: {
        ...(first && {
          'kubectl.kubernetes.io/default-logs-container': first.name,
          'kubectl.kubernetes.io/default-container': first.name,
        }),
        ...metrics.annotations,
        'istio.io/rev': 'default',
        ...(overridden && { 'proxy.istio.io/overrides': overridesText(overridden) }),
        'sidecar.istio.io/status': injectionStatus({ containers: [template], volumes: added }),
      },
    },
    spec: {
      ...probers.spec,
      securityContext: { ...unprivilegedPorts, ...own.securityContext },
      containers: [...others, { ...container, env }],
      volumes: byKey('name', added, own.volumes),
    },
  };
}

function preparedOf(pod: Pod, own: PodSpec) {
  const annotations = pod.metadata.annotations ?? {};
  const apart = own.containers.filter(({ name }) => name !== proxy);
  const probers = appProbers(annotations, { ...own, containers: apart });
  return { metrics: mergedMetrics(annotations), probers, others: probers.spec.containers };
}

/** What the pod calls itself counts more. */
function asked({ metadata: { labels = {} } }: Pod): Readonly<Record<string, string>> {
  const own = Object.entries(labels).filter(([key]) => key.startsWith('service.istio.io/'));
  return Object.fromEntries(own);
}

/** A proxy without rights listens on the ports of the web, too. */
const unprivilegedPorts = {
  sysctls: [{ name: 'net.ipv4.ip_unprivileged_port_start', value: '0' }],
};

function gatewayContainer(pod: Pod, { containers }: PodSpec): Container {
  const ready = { path: '/healthz/ready', port: 15_021 };
  return {
    name: proxy,
    image: proxyImage,
    args: [
      ...['proxy', 'router', '--domain', '$(POD_NAMESPACE).svc.cluster.local'],
      ...['--proxyLogLevel=warning', '--proxyComponentLogLevel=misc:error'],
      '--log_output_level=default:info',
    ],
    env: [...environment(), ...gatewayEnvironment(pod, containers)],
    ports: [{ name: 'http-envoy-prom', containerPort: 15_090, protocol: 'TCP' }],
    readinessProbe: {
      httpGet: ready,
      ...{ initialDelaySeconds: 0, periodSeconds: 15, timeoutSeconds: 3, failureThreshold: 4 },
    },
    securityContext: { runAsUser: 1337, runAsGroup: 1337 },
    volumeMounts,
  } as Container;
}

function gatewayEnvironment(pod: Pod, containers: readonly Container[]): readonly EnvVar[] {
  const ports = containers.flatMap(one => one.ports ?? []).map(one => JSON.stringify(one));
  const apps = containers.map(({ name }) => name).filter(name => name !== proxy);
  const resource = (name: string, of: string, divisor: string) => ({
    name,
    valueFrom: { resourceFieldRef: { resource: of, divisor } },
  });
  return [
    resource('ISTIO_CPU_LIMIT', 'limits.cpu', '1'),
    { name: 'ISTIO_META_POD_PORTS', value: `[\n    ${ports.join('\n    ,')}\n]` },
    resource('GOMEMLIMIT', 'limits.memory', '1'),
    { name: 'ISTIO_META_APP_CONTAINERS', value: apps.join(',') },
    { name: 'ISTIO_META_NODE_NAME', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } },
    { name: 'ISTIO_META_INTERCEPTION_MODE', value: 'REDIRECT' },
    { name: 'ISTIO_META_WORKLOAD_NAME', value: workloadName(pod) },
  ] as readonly EnvVar[];
}

/** The template's container with what the pod says of it: lists are joined by what tells their items apart. */
function merged(template: Container, { image = 'auto', ...own }: Container): Container {
  return {
    ...template,
    ...own,
    ...(image !== 'auto' && { image }),
    env: byKey('name', template.env, own.env),
    ports: byKey('containerPort', template.ports, own.ports),
    volumeMounts: byKey('mountPath', template.volumeMounts, own.volumeMounts),
    securityContext: { ...template.securityContext, ...own.securityContext },
  } as Container;
}

/** Items of the second list take the places of their like in the first. */
function byKey<T, Key extends keyof T>(
  key: Key,
  first: readonly T[] = [],
  second: readonly T[] = [],
): readonly T[] {
  const own = new Map(second.map(one => [one[key], one]));
  const known = new Set(first.map(one => one[key]));
  return [
    ...first.map(one => ({ ...one, ...own.get(one[key]) })),
    ...second.filter(one => !known.has(one[key])),
  ];
}

/** By which the injector would know what the pod said of the container, were it asked once more. */
function overridesText({ image, ...own }: Container): string {
  const said = image === 'auto' ? own : { image, ...own };
  return JSON.stringify({ containers: [said] });
}
