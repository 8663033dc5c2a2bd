/** The API server reaches programs in the cluster: proxies of pods and services, webhooks in pods. */
import { afterEach, expect, it } from 'vitest';
import { bootSimulatedCluster, type SimulatedCluster } from '../src/backends/sim.js';
import { simulationOptions } from '../src/backends/sim-options.js';

let cluster: SimulatedCluster | undefined;
afterEach(() => cluster?.[Symbol.asyncDispose]());

const metadata = (name: string) => ({ name, namespace: 'default', labels: { app: name } });
const agnhost = (name: string, args: readonly string[], port: number) => [
  {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: metadata(name),
    spec: {
      containers: [
        {
          name: 'c',
          image: 'registry.k8s.io/e2e-test-images/agnhost:2.63.0',
          args,
          ports: [{ containerPort: port }],
        },
      ],
    },
  },
  {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: metadata(name),
    spec: { selector: { app: name }, ports: [{ port, targetPort: port }] },
  },
];

async function bootWith(objects: readonly object[]): Promise<SimulatedCluster> {
  cluster = await bootSimulatedCluster(
    simulationOptions({ seed: 1, operators: [], startMs: Date.UTC(2026, 0, 1) }),
  );
  for (const { status, message } of await cluster.apply(objects as never)) {
    expect(status, message).toBeLessThan(300);
  }
  await cluster.advance('30s');
  return cluster;
}

const get = async (booted: SimulatedCluster, path: string) => {
  const answer = await booted.request({ method: 'GET', path });
  const { body } = answer;
  return { ...answer, text: body instanceof Uint8Array ? new TextDecoder().decode(body) : body };
};

it('proxies to pods and services, and says why it cannot', async () => {
  const booted = await bootWith(agnhost('web', ['netexec', '--http-port=8080'], 8080));
  const root = '/api/v1/namespaces/default';
  const echo = 'proxy/echo?msg=hello';
  expect((await get(booted, `${root}/pods/web/${echo}`)).text).toBe('hello');
  expect((await get(booted, `${root}/pods/web:8080/proxy/hostname`)).text).toBe('web');
  expect((await get(booted, `${root}/services/web/${echo}`)).text).toBe('hello');
  expect((await get(booted, `${root}/services/http:web:8080/${echo}`)).text).toBe('hello');
  expect(await get(booted, `${root}/pods/web/proxy`)).toMatchObject({
    status: 301,
    headers: { location: `${root}/pods/web/proxy/` },
  });
  for (const method of ['OPTIONS', 'PATCH', 'HEAD'] as const) {
    const asked = { method, path: `${root}/pods/web/${echo}`, headers: { 'content-type': '' } };
    expect((await booted.request(asked)).status).toBe(200);
  }
  const wrongPort = await get(booted, `${root}/pods/web:81/proxy/`);
  expect(wrongPort).toMatchObject({ status: 503, body: { reason: 'ServiceUnavailable' } });
  await booted.request({ method: 'DELETE', path: `${root}/pods/web` });
  await booted.advance('40s');
  expect(await get(booted, `${root}/services/web/${echo}`)).toMatchObject({
    status: 503,
    body: { message: 'no endpoints available for service "web"' },
  });
});

it('asks a webhook in a pod, whose certificate somebody vouches for', async () => {
  const booted = await bootWith(agnhost('hook', ['webhook', '--port=8443'], 8443));
  const configuration = (caBundle?: string) => ({
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingWebhookConfiguration',
    metadata: { name: 'deny' },
    webhooks: [
      {
        name: 'deny.example.com',
        rules: [
          {
            operations: ['CREATE'],
            apiGroups: [''],
            apiVersions: ['v1'],
            resources: ['configmaps'],
          },
        ],
        clientConfig: {
          service: { namespace: 'default', name: 'hook', path: '/always-deny', port: 8443 },
          ...(caBundle !== undefined && { caBundle }),
        },
        admissionReviewVersions: ['v1'],
        sideEffects: 'None',
      },
    ],
  });
  const create = async () => {
    const body = { metadata: { name: 'one' } };
    const path = '/api/v1/namespaces/default/configmaps';
    const { body: answer } = await booted.request({ method: 'POST', path, body });
    return (answer as { readonly message: string }).message;
  };
  await booted.apply([configuration()]);
  await booted.advance('2s');
  expect(await create()).toContain('x509: certificate signed by unknown authority');
  await booted.apply([configuration(btoa('a certificate'))]);
  await booted.advance('2s');
  expect(await create()).toBe(
    'admission webhook "deny.example.com" denied the request: this webhook denies all requests',
  );
});
