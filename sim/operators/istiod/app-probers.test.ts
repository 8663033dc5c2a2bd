import { expect, it } from 'vitest';
import type { PodSpec } from '../../api/kinds/core.js';
import { appProbers } from './app-probers.js';

const spec: PodSpec = {
  initContainers: [
    { name: 'helper', restartPolicy: 'Always', startupProbe: { tcpSocket: { port: 5000 } } },
  ],
  containers: [
    {
      name: 'web',
      ports: [{ name: 'http', containerPort: 8080 }],
      readinessProbe: {
        httpGet: { path: '/ready', port: 'http', scheme: 'HTTPS' },
        periodSeconds: 5,
        timeoutSeconds: 1,
      },
      livenessProbe: { grpc: { port: 9000, service: '' }, timeoutSeconds: 2 },
      lifecycle: {
        preStop: { httpGet: { path: '/bye', port: 8080, scheme: 'HTTP' } },
        postStart: { exec: { command: ['true'] } },
      },
    },
    { name: 'lost', readinessProbe: { httpGet: { path: '/', port: 'nowhere' } } },
    { name: 'told', livenessProbe: { exec: { command: ['true'] } } },
  ],
};

const at = (path: string, port = 15_020) => ({ httpGet: { path, port } });

it("leads the kubelet's questions to the agent, who is told what they were", () => {
  const { spec: changed, variable } = appProbers({}, spec);
  expect(variable).toEqual({
    name: 'ISTIO_KUBE_APP_PROBERS',
    value: JSON.stringify({
      '/app-health/helper/startupz': { tcpSocket: { port: 5000 } },
      '/app-health/web/livez': { grpc: { port: 9000, service: '' }, timeoutSeconds: 2 },
      '/app-health/web/readyz': {
        httpGet: { path: '/ready', port: 8080, scheme: 'HTTPS' },
        timeoutSeconds: 1,
      },
      '/app-lifecycle/web/prestopz': { httpGet: { path: '/bye', port: 8080, scheme: 'HTTP' } },
    }),
  });
  expect(changed.initContainers?.[0]).toMatchObject({
    startupProbe: at('/app-health/helper/startupz'),
  });
  expect(changed.initContainers?.[0]?.startupProbe).not.toHaveProperty('tcpSocket');
  const [web, lost, told] = changed.containers;
  expect(web).toEqual({
    ...spec.containers[0],
    readinessProbe: {
      httpGet: { path: '/app-health/web/readyz', port: 15_020, scheme: 'HTTP' },
      periodSeconds: 5,
      timeoutSeconds: 1,
    },
    livenessProbe: { ...at('/app-health/web/livez'), timeoutSeconds: 2 },
    lifecycle: {
      preStop: { httpGet: { path: '/app-lifecycle/web/prestopz', port: 15_020, scheme: 'HTTP' } },
      postStart: { exec: { command: ['true'] } },
    },
  });
  expect(lost?.readinessProbe).toEqual(at('/app-health/lost/readyz'));
  expect(told).toEqual(spec.containers[2]);
});

it('leaves them as they are where the pod wants it so, and goes to the port that it names', () => {
  const unwanted = { 'sidecar.istio.io/rewriteAppHTTPProbers': 'false' };
  expect(appProbers(unwanted, spec)).toEqual({ spec, variable: undefined });
  const elsewhere = appProbers({ 'status.sidecar.istio.io/port': '15999' }, spec);
  expect(elsewhere.spec.containers[1]?.readinessProbe).toEqual(
    at('/app-health/lost/readyz', 15_999),
  );
});
