/** Webhooks outside of the simulation are called, and their failures told in Go's words. */
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { WebhookAnswer } from '../server/contract.js';
import { createAuthority } from './certificates.js';
import { WebhookClient } from './webhook-client.js';

const client = new WebhookClient();
let server: Server;
let origin = '';
let caBundle = '';

beforeAll(async () => {
  const authority = await createAuthority();
  const { certificate, key } = await authority.server(['127.0.0.1']);
  caBundle = Buffer.from(authority.certificate).toString('base64');
  server = createServer({ cert: certificate, key }, (request, response) => {
    if (request.url === '/silent') return;
    response.setHeader('content-type', 'application/json');
    request.setEncoding('utf8').on('data', text => response.end(`[${String(text)}]`));
  });
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done));
  origin = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

function call(url: string, options: { caBundle?: string; timeoutMs?: number } = {}) {
  const { timeoutMs = 5000, ...rest } = options;
  return new Promise<WebhookAnswer>(done =>
    client.call({ url, timeoutMs, body: { kind: 'AdmissionReview' }, ...rest }, done),
  );
}

it('sends the review and hands back the answer', async () => {
  const answer = call(`${origin}/validate?timeout=5s`, { caBundle });
  expect(client.callsUnderWay).toBe(1);
  expect(await answer).toEqual({
    isOk: true,
    code: 200,
    contentType: 'application/json',
    body: '[{"kind":"AdmissionReview"}]',
  });
  expect(client.callsUnderWay).toBe(0);
});

it('tells what went wrong', async () => {
  const verify = 'tls: failed to verify certificate: x509: ';
  expect(await call(origin)).toEqual({
    isOk: false,
    error: `${verify}certificate signed by unknown authority`,
  });
  expect(await call(origin.replace('127.0.0.1', 'localhost'), { caBundle })).toMatchObject({
    error: `${verify}certificate is not valid for any names, but wanted to match localhost`,
  });
  expect(await call('https://127.0.0.1:1/', { caBundle })).toEqual({
    isOk: false,
    error: 'dial tcp 127.0.0.1:1: connect: connection refused',
  });
  expect(await call(`${origin}/silent`, { caBundle, timeoutMs: 50 })).toEqual({
    isOk: false,
    error: 'context deadline exceeded',
  });
});
