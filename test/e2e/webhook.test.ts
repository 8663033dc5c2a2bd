/** Admission webhooks of a user's own operator, which listens on this machine, work for a simulated cluster. */
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { KubeObject } from '../../sim/api/object.js';
import { createAuthority } from '../../sim/http/certificates.js';
import { WebhookClient } from '../../sim/http/webhook-client.js';
import { bootSimulatedCluster } from '../../src/backends/sim.js';

interface Review {
  readonly request: { readonly uid: string; readonly object: { readonly metadata: object } };
}

let server: Server;
let caBundle = '';

beforeAll(async () => {
  const authority = await createAuthority();
  const { certificate, key } = await authority.server(['127.0.0.1', 'own.ops.svc']);
  caBundle = Buffer.from(authority.certificate).toString('base64');
  server = createServer({ cert: certificate, key }, (request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => (text += chunk.toString()));
    request.on('end', () => {
      const { uid } = (JSON.parse(text) as Review).request;
      const patch = [{ op: 'add', path: '/data', value: { mutated: 'yes' } }];
      const bytes = Buffer.from(JSON.stringify(patch)).toString('base64');
      response.setHeader('content-type', 'application/json').end(
        JSON.stringify({
          apiVersion: 'admission.k8s.io/v1',
          kind: 'AdmissionReview',
          response: { uid, allowed: true, patchType: 'JSONPatch', patch: bytes },
        }),
      );
    });
  });
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done));
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

type Client = { readonly url: string } | { readonly service: object };

/** A cluster that asks the webhook about ConfigMaps. */
async function withWebhook(client: Client) {
  const cluster = await bootSimulatedCluster({ seed: 1, nodes: [] }, new WebhookClient());
  const webhook = {
    name: 'mutate.example.com',
    clientConfig: { ...client, caBundle },
    rules: [
      { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'] },
    ],
    namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'default' } },
    sideEffects: 'None',
    admissionReviewVersions: ['v1'],
  };
  const configuration = {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'MutatingWebhookConfiguration',
    metadata: { name: 'mutate' },
    webhooks: [webhook],
  };
  const [applied] = await cluster.apply([configuration]);
  expect(applied?.status).toBe(201);
  return cluster;
}

async function configMapIn(cluster: Awaited<ReturnType<typeof withWebhook>>) {
  const { status, body } = await cluster.request({
    method: 'POST',
    path: '/api/v1/namespaces/default/configmaps',
    body: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c' } },
  });
  const { data, message } = body as { data?: unknown; message?: string };
  return { status, data, message };
}

const port = (): number => (server.address() as AddressInfo).port;
const mutated = { status: 201, data: { mutated: 'yes' }, message: undefined };

it('mutates what is created, in real time, while virtual time stands still', async () => {
  await using cluster = await withWebhook({ url: `https://127.0.0.1:${port()}/mutate` });
  const startMs = cluster.now();
  expect(await configMapIn(cluster)).toEqual(mutated);
  expect(cluster.now()).toBe(startMs);
});

const own = { namespace: 'ops', name: 'own', path: '/mutate' };

function serviceOf(spec: object, annotations: object = {}): KubeObject[] {
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'ops' } },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'own', namespace: 'ops', annotations },
      spec,
    } as KubeObject,
  ];
}

it.each(['443=PORT', 'PORT', '8443=1,443=PORT'])(
  'is found on this machine where its Service says %s',
  async text => {
    await using cluster = await withWebhook({ service: own });
    const annotations = { 'seatrial.dev/outside': text.replace('PORT', String(port())) };
    await cluster.apply(serviceOf({ ports: [{ port: 443 }] }, annotations));
    expect(await configMapIn(cluster)).toEqual(mutated);
  },
);

it('is found under the name of a Service of type ExternalName, as kube-apiserver finds it', async () => {
  await using cluster = await withWebhook({ service: { ...own, port: port() } });
  await cluster.apply(serviceOf({ type: 'ExternalName', externalName: 'localhost' }));
  expect(await configMapIn(cluster)).toEqual(mutated);
});

it.each(['443=nowhere', '443=1'])('tells what it dialled in vain: %s', async text => {
  await using cluster = await withWebhook({ service: own });
  const annotations = { 'seatrial.dev/outside': text };
  await cluster.apply(serviceOf({ ports: [{ port: 443 }] }, annotations));
  const { status, message } = await configMapIn(cluster);
  const dialled = text === '443=1' ? 1 : 0;
  expect(status).toBe(500);
  expect(message).toBe(
    'Internal error occurred: failed calling webhook "mutate.example.com": failed to call webhook: ' +
      `Post "https://own.ops.svc:443/mutate?timeout=10s": dial tcp 127.0.0.1:${dialled}: connect: connection refused`,
  );
});
