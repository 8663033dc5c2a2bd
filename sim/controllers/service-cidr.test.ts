import { expect, it } from 'vitest';
import type { ApiAnswer } from '../api/request.js';
import { boot } from '../index.js';

const path = '/apis/networking.k8s.io/v1/servicecidrs';
const services = '/api/v1/namespaces/default/services';
const admin = { certificate: { user: 'admin', groups: ['system:masters'] } };

function cluster() {
  const { loop, serve } = boot({ seed: 1, nodes: [] });
  return (method: 'DELETE' | 'GET' | 'POST', where: string, body?: object, forMs = 2_000) => {
    let answer: ApiAnswer | undefined;
    const request = { method, path: where, ...(body !== undefined && { body }) };
    serve(request, admin, given => (answer = given));
    loop.runUntil(loop.now() + forMs);
    return { status: answer?.status ?? 0, body: answer?.body as Shown };
  };
}

interface Shown {
  readonly message?: string;
  readonly metadata: { readonly finalizers?: readonly string[] };
  readonly spec: { readonly clusterIP?: string };
  readonly status: { readonly conditions?: readonly object[] };
}

const second = { metadata: { name: 'second' }, spec: { cidrs: ['10.20.0.0/28'] } };
const service = (name: string, clusterIP?: string) => ({
  metadata: { name },
  spec: { ports: [{ port: 80 }], ...(clusterIP !== undefined && { clusterIP }) },
});

it('makes a range ready, whose addresses services then have', () => {
  const ask = cluster();
  const early = ask('POST', services, service('early', '10.20.0.5'));
  expect([early.status, early.body.message]).toEqual([
    422,
    'Service "early" is invalid: spec.clusterIPs: Invalid value: ["10.20.0.5"]: failed to allocate IP ' +
      '10.20.0.5: the provided network does not match the current range',
  ]);
  ask('POST', path, second);
  const { metadata, status } = ask('GET', `${path}/second`).body;
  expect(metadata.finalizers).toEqual(['networking.k8s.io/service-cidr-finalizer']);
  expect(status.conditions).toMatchObject([
    { type: 'Ready', status: 'True', reason: '', message: 'Kubernetes Service CIDR is ready' },
  ]);
  expect(ask('POST', services, service('late', '10.20.0.5')).status).toBe(201);
  const edge = ask('POST', services, service('edge', '10.20.0.15')).body.message;
  expect(edge).toContain('the provided network does not match the current range');
});

it('keeps a range until no service holds an address of it, and ten seconds more', () => {
  const ask = cluster();
  ask('POST', path, second);
  ask('POST', services, service('held', '10.20.0.5'));
  ask('DELETE', `${path}/second`, undefined, 30_000);
  expect(ask('GET', `${path}/second`).body.status.conditions).toMatchObject([
    { type: 'Ready', status: 'False', reason: 'Terminating' },
  ]);
  expect(ask('POST', services, service('more', '10.20.0.6')).status).toBe(422);
  ask('DELETE', `${services}/held`);
  expect(ask('GET', `${path}/second`, undefined, 100).status).toBe(404);
});

it('lets a range go at once that is within another', () => {
  const ask = cluster();
  ask('POST', path, second);
  ask('POST', path, { metadata: { name: 'wide' }, spec: { cidrs: ['10.20.0.0/16'] } });
  ask('POST', services, service('held', '10.20.0.5'));
  ask('DELETE', `${path}/second`, undefined, 5_000);
  expect(ask('GET', `${path}/second`).status).toBe(200);
  ask('GET', path, undefined, 10_000);
  expect(ask('GET', `${path}/second`).status).toBe(404);
});
