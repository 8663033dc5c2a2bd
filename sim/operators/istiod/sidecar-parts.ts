/**
 * The containers and volumes of a sidecar.
 * @upstream manifests/charts/istio-control/istio-discovery/files/injection-template.yaml
 */
import { isRecord } from '../../api/equality.js';
import type { Container, EnvVar, Pod, Volume } from '../../api/kinds/core.js';
import { metricsAgent } from '../../api/metrics-agent.js';
import { parseYamlBody } from '../../api/yaml.js';
import { rootCertificate } from './keys.js';

/** What both sidecars and gateways run. */
export const proxyImage = 'docker.io/istio/proxyv2:1.30.3';
const resources = {
  limits: { cpu: '2', memory: '1Gi' },
  requests: { cpu: '100m', memory: '128Mi' },
};

const annotation = {
  cpu: 'sidecar.istio.io/proxyCPU',
  memory: 'sidecar.istio.io/proxyMemory',
  cpuLimit: 'sidecar.istio.io/proxyCPULimit',
  memoryLimit: 'sidecar.istio.io/proxyMemoryLimit',
} as const;

/** What a pod's annotations ask for replaces all of the default. */
function resourcesOf({ metadata }: Pod): Container['resources'] {
  const of = (key: string) => metadata.annotations?.[key];
  const [cpu, memory] = [of(annotation.cpu), of(annotation.memory)];
  const [cpuLimit, memoryLimit] = [of(annotation.cpuLimit), of(annotation.memoryLimit)];
  if ([cpu, memory, cpuLimit, memoryLimit].every(one => one === undefined)) return resources;
  const amounts = (a: string | undefined, b: string | undefined) => ({
    ...(a !== undefined && { cpu: a }),
    ...(b !== undefined && { memory: b }),
  });
  return { requests: amounts(cpu, memory), limits: amounts(cpuLimit, memoryLimit) };
}

/** The step that sends the pod's packets through the sidecar. */
export function initContainer(pod: Pod): Container {
  const { annotations = {} } = pod.metadata;
  const inbound = annotations['traffic.sidecar.istio.io/excludeInboundPorts'] ?? '';
  const excluded = ['15090', '15021', '15020', ...(inbound === '' ? [] : [inbound])].join(',');
  return {
    name: 'istio-init',
    image: proxyImage,
    args: [
      ...['istio-iptables', '-p', '15001', '-z', '15006', '-u', '1337', '-m', 'REDIRECT'],
      ...['-i', annotations['traffic.sidecar.istio.io/includeOutboundIPRanges'] ?? '*'],
      ...['-x', '', '-b', '*', '-d', excluded, '--log_output_level=default:info'],
    ],
    resources: resourcesOf(pod),
    securityContext: {
      allowPrivilegeEscalation: false,
      capabilities: { add: ['NET_ADMIN', 'NET_RAW'], drop: ['ALL'] },
      privileged: false,
      readOnlyRootFilesystem: false,
      runAsGroup: 0,
      runAsNonRoot: false,
      runAsUser: 0,
    },
  } as Container;
}

const ready = { httpGet: { path: '/healthz/ready', port: 15_021 } };

const nativeKey = 'sidecar.istio.io/nativeSidecar';

/**
 * Whether the sidecar is an init container that goes on, as it is where all kubelets know such, unless the pod
 * wants it the old way: as one of its containers, which does not end when the others do.
 */
export function isNative({ metadata }: Pod): boolean {
  return metadata.annotations?.[nativeKey] !== 'false';
}

/** Whether the pod wants its containers to start after a sidecar of the old way is ready. */
export function holdsApplication({ metadata }: Pod): boolean {
  const text = metadata.annotations?.['proxy.istio.io/config'];
  const parsed = text === undefined ? undefined : parseYamlBody(text.trim());
  const read = parsed?.isOk === true ? parsed.value.value : undefined;
  return isRecord(read) && read['holdApplicationUntilProxyStarts'] === true;
}

const drains = [
  ...['pilot-agent', 'request', `--debug-port=${metricsAgent.port}`, 'POST', 'drain'],
];

/** What it does when it starts or is to end, besides. */
function lifecycleOf(pod: Pod): Pick<Container, 'restartPolicy' | 'lifecycle'> {
  if (isNative(pod)) {
    return { restartPolicy: 'Always', lifecycle: { preStop: { exec: { command: drains } } } };
  }
  if (!holdsApplication(pod)) return {};
  return { lifecycle: { postStart: { exec: { command: ['pilot-agent', 'wait'] } } } };
}

/** The sidecar, with what its agent is told besides. */
export function sidecarContainer(pod: Pod, told: readonly EnvVar[]): Container {
  return {
    name: 'istio-proxy',
    image: proxyImage,
    args: [
      ...['proxy', 'sidecar', '--domain', '$(POD_NAMESPACE).svc.cluster.local'],
      ...['--proxyLogLevel=warning', '--proxyComponentLogLevel=misc:error'],
      '--log_output_level=default:info',
    ],
    env: [...environment(), ...told],
    ports: [{ name: 'http-envoy-prom', containerPort: 15_090, protocol: 'TCP' }],
    ...lifecycleOf(pod),
    startupProbe: { ...ready, periodSeconds: 1, timeoutSeconds: 3, failureThreshold: 600 },
    readinessProbe: { ...ready, periodSeconds: 15, timeoutSeconds: 3, failureThreshold: 4 },
    resources: resourcesOf(pod),
    securityContext: {
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
      privileged: false,
      readOnlyRootFilesystem: true,
      runAsGroup: 1337,
      runAsNonRoot: true,
      runAsUser: 1337,
    },
    volumeMounts,
  } as Container;
}

/** Where the volumes are. */
export const volumeMounts: NonNullable<Container['volumeMounts']> = [
  { name: 'workload-socket', mountPath: '/var/run/secrets/workload-spiffe-uds' },
  { name: 'credential-socket', mountPath: '/var/run/secrets/credential-uds' },
  { name: 'workload-certs', mountPath: '/var/run/secrets/workload-spiffe-credentials' },
  { name: 'istiod-ca-cert', mountPath: '/var/run/secrets/istio' },
  { name: 'istio-ca-crl', mountPath: '/var/run/secrets/istio/crl' },
  { name: 'istio-data', mountPath: '/var/lib/istio/data' },
  { name: 'istio-envoy', mountPath: '/etc/istio/proxy' },
  { name: 'istio-token', mountPath: '/var/run/secrets/tokens' },
  { name: 'istio-podinfo', mountPath: '/etc/istio/pod' },
];

/** What the agent is told in any pod. */
export function environment(): NonNullable<Container['env']> {
  const field = (name: string, fieldPath: string) => ({
    name,
    valueFrom: { fieldRef: { fieldPath } },
  });
  return [
    { name: 'PILOT_CERT_PROVIDER', value: 'istiod' },
    { name: 'CA_ADDR', value: 'istiod.istio-system.svc:15012' },
    field('POD_NAME', 'metadata.name'),
    field('POD_NAMESPACE', 'metadata.namespace'),
    field('INSTANCE_IP', 'status.podIP'),
    field('SERVICE_ACCOUNT', 'spec.serviceAccountName'),
    field('HOST_IP', 'status.hostIP'),
    { name: 'ISTIO_META_CLUSTER_ID', value: 'Kubernetes' },
    { name: 'ISTIO_META_MESH_ID', value: 'cluster.local' },
    { name: 'TRUST_DOMAIN', value: 'cluster.local' },
  ];
}

/** What the sidecar writes to and reads from. */
export function volumes(): readonly Volume[] {
  const token = { audience: 'istio-ca', expirationSeconds: 43_200, path: 'istio-token' };
  const item = (path: string, fieldPath: string) => ({ path, fieldRef: { fieldPath } });
  return [
    { name: 'workload-socket', emptyDir: {} },
    { name: 'credential-socket', emptyDir: {} },
    { name: 'workload-certs', emptyDir: {} },
    { name: 'istio-envoy', emptyDir: { medium: 'Memory' } },
    { name: 'istio-data', emptyDir: {} },
    {
      name: 'istio-podinfo',
      downwardAPI: {
        items: [item('labels', 'metadata.labels'), item('annotations', 'metadata.annotations')],
      },
    },
    { name: 'istio-token', projected: { sources: [{ serviceAccountToken: token }] } },
    { name: 'istiod-ca-cert', configMap: { name: rootCertificate } },
    { name: 'istio-ca-crl', configMap: { name: 'istio-ca-crl', optional: true } },
  ] as readonly Volume[];
}
