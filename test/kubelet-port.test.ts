/**
 * Whom kubelets answer on their port, and as what.
 * @upstream pkg/kubelet/server/auth_test.go; test/e2e/auth/node_authn.go, test/e2e/node/kubelet_authz.go
 */
import { expect, it } from 'vitest';
import type { HttpRequest, HttpResponse } from '../sim/api/http-message.js';
import type { Node } from '../sim/api/kinds/core.js';
import type { ApiRequest } from '../sim/api/request.js';
import { boot } from '../sim/index.js';

const admin = { certificate: { user: 'admin', groups: ['system:masters'] } };
const account = 'system:serviceaccount:default:scraper';

function bootOne() {
  const sim = boot({
    seed: 1,
    nodes: [
      {
        name: 'one',
        labels: {},
        taints: [],
        capacity: { cpu: '8', memory: '64Gi', 'ephemeral-storage': '100Gi', pods: '110' },
        devices: [],
        isControlPlane: false,
      },
    ],
  });
  const run = (seconds: number) => sim.loop.runUntil(sim.loop.now() + seconds * 1_000);
  const ask = <T>(request: ApiRequest): T => {
    let answer: unknown;
    sim.serve(request, admin, got => {
      answer = got.body;
    });
    return answer as T;
  };
  run(5);
  const node = ask<Node>({ method: 'GET', path: '/api/v1/nodes/one' });
  const host = node.status?.addresses?.[0]?.address ?? '';
  const place = sim.network.outside('192.168.0.9');
  const get = (path: string, more: Partial<HttpRequest> = {}): HttpResponse | undefined => {
    let response: HttpResponse | undefined;
    const request: HttpRequest = { protocol: 'http', method: 'GET', path, body: '', ...more };
    place.send({ host, port: 10_250 }, request, reply => {
      if (reply.isOk) response = reply.payload as HttpResponse;
    });
    run(1);
    return response;
  };
  const allow = (...resources: readonly string[]): void => {
    const group = 'rbac.authorization.k8s.io';
    const rules = [{ apiGroups: [''], resources, verbs: ['get'] }];
    const path = `/apis/${group}/v1`;
    const metadata = { name: 'scraper' };
    ask({ method: 'POST', path: `${path}/clusterroles`, body: { metadata, rules } });
    const roleRef = { apiGroup: group, kind: 'ClusterRole', name: 'scraper' };
    const subjects = [{ kind: 'ServiceAccount', name: 'scraper', namespace: 'default' }];
    const body = { metadata, roleRef, subjects };
    ask({ method: 'POST', path: `${path}/clusterrolebindings`, body });
  };
  return { sim, ask, run, get, allow };
}

it('answers nobody without credentials', () => {
  const { get } = bootOne();
  for (const path of ['/metrics', '/healthz', '/pods', '/nothing']) {
    expect(get(path)).toMatchObject({ status: 401, body: 'Unauthorized' });
  }
  const headers = { authorization: 'Bearer made-up' };
  expect(get('/metrics', { headers })).toMatchObject({ status: 401, body: 'Unauthorized' });
});

it('answers accounts that may, and takes half a minute to learn of it', () => {
  const { get, allow, run } = bootOne();
  const who = `user=${account}, verb=get, resource=nodes`;
  const refused = { status: 403, body: `Forbidden (${who}, subresource(s)=[metrics])\n` };
  expect(get('/metrics/cadvisor', { account })).toMatchObject(refused);
  allow('nodes/metrics');
  expect(get('/metrics', { account })).toMatchObject(refused);
  run(30);
  expect(get('/metrics', { account })?.status).toBe(200);
  expect(get('/pods', { account })).toMatchObject({
    status: 403,
    body: `Forbidden (${who}, subresource(s)=[pods proxy])\n`,
  });
});

it.each([
  [['nodes/healthz'], 200],
  [['nodes/proxy'], 200],
  [['nodes/configz'], 403],
] as const)('lets who may get %s see /healthz: %i', (resources, status) => {
  const { get, allow } = bootOne();
  allow(...resources);
  expect(get('/healthz', { account })?.status).toBe(status);
});

it('knows accounts by their tokens', () => {
  const { ask, get, allow } = bootOne();
  allow('nodes/metrics');
  const accounts = '/api/v1/namespaces/default/serviceaccounts';
  ask({ method: 'POST', path: accounts, body: { metadata: { name: 'scraper' } } });
  const issued = ask<{ readonly status: { readonly token: string } }>({
    method: 'POST',
    path: `${accounts}/scraper/token`,
    body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} },
  });
  const headers = { authorization: `Bearer ${issued.status.token}` };
  expect(get('/metrics', { headers })?.status).toBe(200);
});

it('answers the API server, whoever may ask it', () => {
  const { sim, run } = bootOne();
  let body: unknown;
  sim.serve({ method: 'GET', path: '/api/v1/nodes/one/proxy/healthz' }, admin, answer => {
    body = answer.body;
  });
  run(1);
  expect(Buffer.from(body as Uint8Array).toString()).toBe('ok');
});
