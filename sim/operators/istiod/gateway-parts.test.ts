/** The pod of a gateway: @upstream pkg/kube/inject/testdata/inject/gateway.yaml, custom-template.yaml */
import { expect, it } from 'vitest';
import type { Container, Pod } from '../../api/kinds/core.js';
import { withGateway } from './gateway-parts.js';
import { isInjected } from './injector.js';

const container = {
  ...{ name: 'istio-proxy', image: 'auto', resources: { limits: { cpu: '2' } } },
  ports: [{ containerPort: 15_090, protocol: 'TCP', name: 'http-envoy-prom' }],
  env: [{ name: 'CA_ADDR', value: 'elsewhere:15012' }],
  securityContext: { runAsUser: 1000, capabilities: { drop: ['ALL'] } },
} as Container;

const podOf = (own: Container, labels: Readonly<Record<string, string>> = {}): Pod => ({
  metadata: {
    name: 'gateway-abc-x',
    namespace: 'istio-system',
    labels: { 'sidecar.istio.io/inject': 'true', ...labels },
    annotations: { 'inject.istio.io/templates': 'gateway' },
    ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'gateway-abc', uid: '1' }],
  },
  spec: { containers: [own] },
});

const made = (pod: Pod): Pod => withGateway(pod, pod.spec ?? { containers: [] });

it('is the template with what the pod says of its container', () => {
  const pod = podOf(container);
  expect(isInjected(pod, 'istio-system')).toBe(true);
  expect(isInjected({ ...pod, metadata: { name: 'by-hand' } }, 'istio-system')).toBe(false);
  const { metadata, spec } = made(pod);
  expect(metadata.labels).toEqual({
    'sidecar.istio.io/inject': 'true',
    'service.istio.io/canonical-name': 'gateway',
    'service.istio.io/canonical-revision': 'latest',
  });
  expect(metadata.annotations).toMatchObject({
    'istio.io/rev': 'default',
    'sidecar.istio.io/status': expect.stringContaining(
      '{"initContainers":null,"containers":["istio-proxy"],"volumes":["workload-socket",',
    ),
  });
  expect(metadata.annotations?.['proxy.istio.io/overrides']).not.toContain('auto');
  expect(spec?.initContainers).toBeUndefined();
  const [proxy] = spec?.containers ?? [];
  expect(proxy).toMatchObject({
    image: 'docker.io/istio/proxyv2:1.30.3',
    args: ['proxy', 'router', '--domain', ...Array(4).fill(expect.any(String))],
    ports: [{ containerPort: 15_090 }],
    resources: { limits: { cpu: '2' } },
    readinessProbe: { httpGet: { path: '/healthz/ready', port: 15_021 } },
    securityContext: { runAsUser: 1000, runAsGroup: 1337, capabilities: { drop: ['ALL'] } },
  });
  expect(proxy?.ports).toHaveLength(1);
  const addresses = proxy?.env?.filter(({ name }) => name === 'CA_ADDR');
  expect(addresses).toEqual([{ name: 'CA_ADDR', value: 'elsewhere:15012' }]);
  expect(spec?.securityContext?.sysctls).toEqual([
    { name: 'net.ipv4.ip_unprivileged_port_start', value: '0' },
  ]);
});

it('keeps an image of its own, names of its own, and containers beside', () => {
  const beside = { name: 'logs', image: 'logs' };
  const pod = podOf({ ...container, image: 'mirror/proxyv2:1' }, { app: 'entrance' });
  const both = { ...pod, spec: { containers: [...(pod.spec?.containers ?? []), beside] } };
  const { metadata, spec } = made(both);
  expect(metadata.labels?.['service.istio.io/canonical-name']).toBe('entrance');
  expect(metadata.annotations).toMatchObject({
    'kubectl.kubernetes.io/default-container': 'logs',
  });
  expect(spec?.containers.map(({ image }) => image)).toEqual(['logs', 'mirror/proxyv2:1']);
});

it('has the container of the template where the pod says nothing of it', () => {
  const { metadata, spec } = made(podOf({ name: 'logs', image: 'logs' }));
  expect(metadata.annotations).not.toHaveProperty(['proxy.istio.io/overrides']);
  expect(spec?.containers.map(({ name }) => name)).toEqual(['logs', 'istio-proxy']);
});
