/** An API server in the cluster's own pods serves a group: APIService, Service, endpoints, program. */
import { expect, it } from 'vitest';
import { bootSimulatedCluster, type SimulatedCluster } from '../../src/backends/sim.js';
import { simulationOptions } from '../../src/backends/sim-options.js';

const name = 'v1alpha1.wardle.example.com';
const metadata = { name: 'api', namespace: 'default', labels: { app: 'api' } };
const pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata,
  spec: {
    containers: [{ name: 'c', image: 'registry.k8s.io/e2e-test-images/sample-apiserver:1' }],
  },
};
const service = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata,
  spec: { selector: { app: 'api' }, ports: [{ port: 7443, targetPort: 443 }] },
};
const apiService = (more: object) => ({
  apiVersion: 'apiregistration.k8s.io/v1',
  kind: 'APIService',
  metadata: { name },
  spec: {
    service: { namespace: 'default', name: 'api', port: 7443 },
    group: 'wardle.example.com',
    version: 'v1alpha1',
    groupPriorityMinimum: 2000,
    versionPriority: 200,
    ...more,
  },
});
const insecure = { insecureSkipTLSVerify: true };
const flunders = '/apis/wardle.example.com/v1alpha1/namespaces/default/flunders';

async function bootWith(...objects: readonly object[]): Promise<SimulatedCluster> {
  const cluster = await bootSimulatedCluster(
    simulationOptions({ seed: 1, operators: [], startMs: Date.UTC(2026, 0, 1) }),
  );
  for (const { status, message } of await cluster.apply(objects as never)) {
    expect(status, message).toBeLessThan(300);
  }
  await cluster.advance('30s');
  return cluster;
}

interface Asked {
  readonly status?: { readonly conditions?: readonly object[] };
  readonly resources?: readonly { readonly name: string }[];
  readonly items?: readonly object[];
  readonly groups?: readonly { readonly name: string }[];
}

async function ask(
  cluster: SimulatedCluster,
  method: 'GET' | 'POST' | 'DELETE' | 'PATCH',
  path: string,
  body?: unknown,
) {
  const answer = await cluster.request({ method, path, body });
  return { ...answer, body: answer.body as Asked };
}

const apiServicePath = `/apis/apiregistration.k8s.io/v1/apiservices/${name}`;

async function availability(cluster: SimulatedCluster): Promise<object | undefined> {
  const { body } = await ask(cluster, 'GET', apiServicePath);
  return body.status?.conditions?.[0];
}

it('hands requests to the program that is ready behind the service', async () => {
  await using cluster = await bootWith(pod, service, apiService(insecure));
  expect(await availability(cluster)).toMatchObject({
    status: 'True',
    reason: 'Passed',
    message: 'all checks passed',
  });
  const found = await ask(cluster, 'GET', '/apis/wardle.example.com/v1alpha1');
  expect(found.body.resources?.map(one => one.name)).toEqual(['fischers', 'flunders']);
  const groups = await ask(cluster, 'GET', '/apis');
  expect(groups.body.groups?.map(one => one.name)).toContain('wardle.example.com');

  const flunder = { metadata: { name: 'f', labels: { a: 'b' } }, spec: { reference: 'g' } };
  expect(await ask(cluster, 'POST', flunders, flunder)).toMatchObject({
    status: 201,
    body: { kind: 'Flunder', spec: { reference: 'g', referenceType: 'Flunder' } },
  });
  expect((await ask(cluster, 'POST', flunders, flunder)).body).toMatchObject({
    message: 'flunders.wardle.example.com "f" already exists',
  });
  expect((await ask(cluster, 'GET', `${flunders}?labelSelector=a%3Db`)).body.items).toHaveLength(1);
  expect((await ask(cluster, 'GET', `${flunders}?labelSelector=a%3Dc`)).body.items).toEqual([]);
  await ask(cluster, 'DELETE', `${flunders}/f`);
  expect((await ask(cluster, 'GET', `${flunders}/f`)).status).toBe(404);
});

it('says why a service cannot be reached, and answers 503 until it can', async () => {
  await using cluster = await bootWith(apiService(insecure));
  expect(await availability(cluster)).toMatchObject({
    status: 'False',
    reason: 'ServiceNotFound',
    message: 'service/api in "default" is not present',
  });
  expect(await ask(cluster, 'GET', flunders)).toMatchObject({
    status: 503,
    body: 'service unavailable\n',
  });
  await cluster.apply([service] as never);
  await cluster.advance('5s');
  expect(await availability(cluster)).toMatchObject({
    reason: 'MissingEndpoints',
    message: 'endpointslices for service/api in "default" have no addresses with port name ""',
  });
  await cluster.apply([pod] as never);
  await cluster.advance('30s');
  expect(await availability(cluster)).toMatchObject({ status: 'True' });
  await ask(cluster, 'DELETE', apiServicePath);
  await cluster.advance('1s');
  expect((await ask(cluster, 'GET', flunders)).status).toBe(404);
});

it('trusts no server for which nobody vouches', async () => {
  await using cluster = await bootWith(pod, service, apiService({}));
  expect(await availability(cluster)).toMatchObject({
    status: 'False',
    reason: 'FailedDiscoveryCheck',
    message: expect.stringMatching(
      /^failing or missing response from https:\/\/10\.[\d.]+:7443\/apis\/wardle.example.com\/v1alpha1: Get "https.*": tls: failed to verify certificate: x509: certificate signed by unknown authority$/,
    ),
  });
});
