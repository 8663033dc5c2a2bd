/** The side-car through which all requests come to a revision's pod. @upstream knative/serving v1.22.1 pkg/reconciler/revision/resources/queue.go */
import type { Container, EnvVar, Probe, ResourceRequirements } from '../../api/kinds/core.js';
import { controllerOf } from '../../api/meta.js';
import { milliQuantity, parseQuantity, quantity, type Quantity } from '../../api/quantity.js';
import { keys, ports, systemNamespace } from './keys.js';
import { protocolOf, servingContainer, userPort } from './revision-parts.js';
import type { KnativeSettings } from './settings.js';
import type { Revision } from './types.js';

/** Its name, which no other container may have. */
export const queueContainerName = 'queue-proxy';

type Texts = Readonly<Record<string, string>>;

/** The side-car of a revision. */
export function queueContainer(revision: Revision, settings: KnativeSettings): Container {
  const { spec } = revision;
  const isHttp2 = protocolOf(spec) === 'h2c';
  const servingPort = isHttp2 ? ports.http2 : ports.http;
  const own = servingContainer(spec)?.readinessProbe;
  return {
    name: queueContainerName,
    image: settings.deployment.queueImage,
    resources: resourcesOf(revision, settings),
    ports: [
      { name: 'http-autometric', containerPort: ports.autoscaling },
      { name: 'http-usermetric', containerPort: ports.userMetrics },
      { name: 'queue-port', containerPort: servingPort },
      { name: 'https-port', containerPort: ports.https },
    ],
    ...(own !== undefined && { readinessProbe: kubeletProbe(own, servingPort) }),
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      runAsNonRoot: true,
      capabilities: { drop: ['ALL'] },
      seccompProfile: { type: 'RuntimeDefault' },
    },
    env: environmentOf(revision, servingPort, own),
  };
}

/** The kubelet asks the side-car, which asks the container. */
function kubeletProbe(probe: Probe, port: number): Probe {
  const { httpGet: _, tcpSocket: __, exec: ___, grpc: ____, ...times } = probe;
  const httpHeaders = [{ name: 'K-Network-Probe', value: 'queue' }];
  return { ...times, httpGet: { port, httpHeaders } };
}

/** How the side-car asks the container. */
function innerProbe(probe: Probe, revision: Revision): Probe {
  const host = '127.0.0.1';
  const { httpGet, tcpSocket, exec, grpc, ...times } = probe;
  const port = portOf(httpGet?.port) ?? portOf(tcpSocket?.port) ?? userPort(revision.spec);
  const needsTimeout = (times.periodSeconds ?? 0) > 0 && (times.timeoutSeconds ?? 0) < 1;
  const timed = { ...times, ...(needsTimeout && { timeoutSeconds: 1 }) };
  if (httpGet !== undefined) {
    return { httpGet: { scheme: 'HTTP', ...httpGet, host, port }, ...timed };
  }
  if (grpc !== undefined) return { grpc: { ...grpc, port: grpc.port || port }, ...timed };
  if (tcpSocket === undefined && exec === undefined) return timed;
  return { tcpSocket: { port, host }, ...timed };
}

function portOf(port: number | string | undefined): number | undefined {
  return typeof port === 'number' && port > 0 ? port : undefined;
}

function environmentOf(
  revision: Revision,
  servingPort: number,
  probe: Probe | undefined,
): readonly EnvVar[] {
  const { metadata, spec } = revision;
  const owner = controllerOf(revision);
  const field = (name: string, fieldPath: string, apiVersion?: string): EnvVar => {
    const fieldRef = { ...(apiVersion !== undefined && { apiVersion }), fieldPath };
    return { name, valueFrom: { fieldRef } };
  };
  const text = (name: string, value: string | number | boolean): EnvVar => {
    const told = String(value);
    return told === '' ? { name } : { name, value: told };
  };
  const isDuplex = metadata.annotations?.['features.knative.dev/http-full-duplex'] ?? '';
  return [
    text('SERVING_NAMESPACE', metadata.namespace ?? ''),
    text('SERVING_SERVICE', metadata.labels?.[keys.service] ?? ''),
    text('SERVING_CONFIGURATION', owner?.kind === 'Configuration' ? owner.name : ''),
    text('SERVING_REVISION', metadata.name ?? ''),
    text('QUEUE_SERVING_PORT', servingPort),
    text('QUEUE_SERVING_TLS_PORT', ports.https),
    text('CONTAINER_CONCURRENCY', spec.containerConcurrency ?? 0),
    text('REVISION_TIMEOUT_SECONDS', spec.timeoutSeconds ?? 0),
    text('REVISION_RESPONSE_START_TIMEOUT_SECONDS', spec.responseStartTimeoutSeconds ?? 0),
    text('REVISION_IDLE_TIMEOUT_SECONDS', spec.idleTimeoutSeconds ?? 0),
    field('SERVING_POD', 'metadata.name'),
    field('SERVING_POD_IP', 'status.podIP'),
    text('SERVING_LOGGING_CONFIG', ''),
    text('SERVING_LOGGING_LEVEL', ''),
    text('USER_PORT', userPort(spec)),
    text('SYSTEM_NAMESPACE', systemNamespace),
    text(
      'SERVING_READINESS_PROBE',
      probe === undefined ? '' : JSON.stringify(innerProbe(probe, revision)),
    ),
    field('HOST_IP', 'status.hostIP', 'v1'),
    text('ENABLE_HTTP2_AUTO_DETECTION', false),
    text('ENABLE_HTTP_FULL_DUPLEX', /^enabled$/i.test(isDuplex)),
    ...[
      'ROOT_CA',
      'QUEUE_PROXY_TLS_MIN_VERSION',
      'QUEUE_PROXY_TLS_MAX_VERSION',
      'QUEUE_PROXY_TLS_CIPHER_SUITES',
      'QUEUE_PROXY_TLS_CURVE_PREFERENCES',
    ].map(name => text(name, '')),
    text('ENABLE_MULTI_CONTAINER_PROBES', false),
  ];
}

/** Between these the side-car's share of the container's resources is kept. */
const bounds = {
  requests: { cpu: ['25m', '100m'], memory: ['50Mi', '200Mi'] },
  limits: { cpu: ['40m', '500m'], memory: ['200Mi', '500Mi'] },
} as const;

function resourcesOf(revision: Revision, settings: KnativeSettings): ResourceRequirements {
  const annotations = revision.metadata.annotations ?? {};
  const limits = amountsOf('limits', revision, annotations, settings.deployment.limits);
  return {
    requests: amountsOf('requests', revision, annotations, settings.deployment.requests),
    ...(Object.keys(limits).length > 0 && { limits }),
  };
}

function amountsOf(
  sort: 'requests' | 'limits',
  { spec }: Revision,
  annotations: Texts,
  configured: Texts,
): Texts {
  const prefix = 'queue.sidecar.serving.knative.dev';
  const share = Number(
    annotations[`${prefix}/resource-percentage`] ?? annotations[`${prefix}/resourcePercentage`],
  );
  const amounts: Record<string, string> = { ...configured };
  for (const resource of ['cpu', 'memory'] as const) {
    const given = servingContainer(spec)?.resources?.[sort]?.[resource];
    if (!(share > 0) || given === undefined) continue;
    const [least, most] = bounds[sort][resource].map(quantity) as [Quantity, Quantity];
    const part = milliQuantity(
      Math.trunc(quantity(given).milliValue() * (share / 100)),
      'BinarySI',
    );
    amounts[resource] = String(
      part.compare(least) < 0 ? least : part.compare(most) > 0 ? most : part,
    );
  }
  for (const resource of ['cpu', 'memory', 'ephemeral-storage']) {
    const text = annotations[`${prefix}/${resource}-resource-${sort.slice(0, -1)}`];
    if (text !== undefined && parseQuantity(text).isOk) amounts[resource] = text;
  }
  return amounts;
}
