/** Admission webhooks of a user's own operator, which listens on this machine, work for a simulated cluster. */
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
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
  const { certificate, key } = await authority.server(['127.0.0.1']);
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

it('mutates what is created, in real time, while virtual time stands still', async () => {
  await using cluster = await bootSimulatedCluster({ seed: 1, nodes: [] }, new WebhookClient());
  const { port } = server.address() as AddressInfo;
  const webhook = {
    name: 'mutate.example.com',
    clientConfig: { url: `https://127.0.0.1:${port}/mutate`, caBundle },
    rules: [
      { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'] },
    ],
    sideEffects: 'None',
    admissionReviewVersions: ['v1'],
  };
  await cluster.request({
    method: 'POST',
    path: '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations',
    body: {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'MutatingWebhookConfiguration',
      metadata: { name: 'mutate' },
      webhooks: [webhook],
    },
  });
  const startMs = cluster.now();
  const { status, body } = await cluster.request({
    method: 'POST',
    path: '/api/v1/namespaces/default/configmaps',
    body: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c' } },
  });
  expect([status, (body as { data?: unknown }).data]).toEqual([201, { mutated: 'yes' }]);
  expect(cluster.now()).toBe(startMs);
});
