/** The agent beside the server, which logs requests and batches them. @upstream kserve v0.20.0 pkg/webhook/admission/pod/agent_injector.go */
import type { Container, Pod } from '../../api/kinds/core.js';
import type { Configuration } from './configuration.js';
import { agentPort, defaultPort, keys, modelContainer, transformerContainer } from './keys.js';
import type { ComponentExtension } from './types.js';

const name = 'agent';
const queueContainer = 'queue-proxy';

/** The pod with its agent, if its annotations ask for one. */
export function withAgent(
  pod: Pod,
  configuration: Configuration,
  logger: ComponentExtension['logger'],
): Pod {
  const annotations = pod.metadata.annotations ?? {};
  const wants = keys.logger in annotations || keys.batcher in annotations;
  const containers = pod.spec?.containers ?? [];
  if (!wants || containers.some(container => container.name === name)) return pod;
  const agent = agentOf(pod, containers, configuration, logger);
  const others = containers.map(container =>
    container.name === queueContainer ? sentToAgent(container) : container,
  );
  return { ...pod, spec: { ...pod.spec, containers: [...others, agent] } };
}

/** Knative's side-car, which then sends the requests to the agent. */
function sentToAgent(queue: Container): Container {
  const env = (queue.env ?? []).map(one =>
    one.name === 'USER_PORT' ? { ...one, value: String(agentPort) } : one,
  );
  return { ...queue, env };
}

function agentOf(
  pod: Pod,
  containers: readonly Container[],
  configuration: Configuration,
  logger: ComponentExtension['logger'],
): Container {
  const { image, cpuLimit, memoryLimit, cpuRequest, memoryRequest } = configuration.agent;
  const transformer = containers.find(container => container.name === transformerContainer);
  const served = transformer ?? containers.find(container => container.name === modelContainer);
  const port = served?.ports?.[0]?.containerPort ?? defaultPort;
  const queue = containers.find(container => container.name === queueContainer);
  const probe = queue === undefined ? (transformer ?? containers[0])?.readinessProbe : undefined;
  const isPassedOn = probe?.httpGet !== undefined || probe?.tcpSocket !== undefined;
  const { securityContext } = containers[0] ?? {};
  return {
    name,
    image,
    args: [...argumentsOf(pod, configuration, logger), '--component-port', String(port)],
    resources: {
      limits: { cpu: cpuLimit, memory: memoryLimit },
      requests: { cpu: cpuRequest, memory: memoryRequest },
    },
    ports: [{ name: 'agent-port', containerPort: agentPort, protocol: 'TCP' }],
    ...(securityContext !== undefined && { securityContext }),
    ...(queue?.env !== undefined && { env: queue.env }),
    ...(isPassedOn && { env: [{ name: 'SERVING_READINESS_PROBE', value: goJson(probe) }] }),
    readinessProbe: {
      httpGet: {
        httpHeaders: [{ name: 'K-Network-Probe', value: 'queue' }],
        port: agentPort,
        path: probe?.httpGet?.path || '/',
        scheme: 'HTTP',
      },
    },
  };
}

/** Go writes a probe's fields in the order of its struct. */
function goJson(probe: NonNullable<Container['readinessProbe']>): string {
  const order = [
    'exec',
    'httpGet',
    'tcpSocket',
    'grpc',
    'initialDelaySeconds',
    'timeoutSeconds',
    'periodSeconds',
    'successThreshold',
    'failureThreshold',
    'terminationGracePeriodSeconds',
  ];
  const entries = Object.entries(probe).sort(([a], [b]) => order.indexOf(a) - order.indexOf(b));
  return JSON.stringify(Object.fromEntries(entries));
}

function argumentsOf(
  pod: Pod,
  configuration: Configuration,
  logger: ComponentExtension['logger'],
): readonly string[] {
  const annotations = pod.metadata.annotations ?? {};
  const optional = (flag: string, value: string | undefined): readonly string[] =>
    value === undefined || value === '' ? [] : [flag, value];
  const batching =
    keys.batcher in annotations
      ? [
          '--enable-batcher',
          ...optional('--max-batchsize', annotations[keys.batcherSize]),
          ...optional('--max-latency', annotations[keys.batcherLatency]),
        ]
      : [];
  if (!(keys.logger in annotations)) return batching;
  const labels = pod.metadata.labels ?? {};
  const settings = { ...configuration.logger, ...logger };
  const { batchSize = 0, batchInterval, marshallerUrl, caCertFile, tlsSkipVerify } = settings;
  const store = settings.storage as
    { readonly path?: string; readonly parameters?: Readonly<Record<string, string>> } | undefined;
  return [
    ...batching,
    '--log-url',
    annotations[keys.loggerUrl] ?? configuration.logger.defaultUrl,
    '--source-uri',
    pod.metadata.name ?? '',
    '--log-mode',
    annotations[keys.loggerMode] ?? 'all',
    '--inference-service',
    labels[keys.service] ?? '',
    '--namespace',
    pod.metadata.namespace ?? '',
    '--endpoint',
    labels['endpoint'] ?? '',
    '--component',
    labels[keys.component] ?? '',
    ...optional('--log-store-path', store?.path),
    ...optional('--log-store-format', store?.parameters?.['format']),
    ...optional('--log-marshaller-url', marshallerUrl),
    ...optional('--log-batch-size', batchSize > 0 ? String(batchSize) : undefined),
    ...optional('--log-batch-interval', batchInterval),
    ...optional('--metadata-headers', annotations[keys.loggerHeaders]),
    ...metadataOf(annotations),
    ...optional('--logger-ca-cert-file', caCertFile),
    '--logger-tls-skip-verify',
    String(tlsSkipVerify ?? false),
  ];
}

function metadataOf(annotations: Readonly<Record<string, string>>): readonly string[] {
  const wanted = annotations[keys.loggerAnnotations];
  if (wanted === undefined) return [];
  const pairs = wanted
    .split(',')
    .filter(key => annotations[key] !== undefined)
    .map(key => `${key}=${annotations[key] ?? ''}`);
  return ['--metadata-annotations', pairs.join(',')];
}
