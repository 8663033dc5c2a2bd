import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../api/object.js';
import type { ApiAnswer, ApiRequest, Connection } from '../../api/request.js';
import { Loop } from '../../engine/loop.js';
import { Random } from '../../engine/random.js';
import { createApiServer } from '../index.js';

const trusted = (user: string, ...groups: string[]): Connection => ({
  certificate: { user, groups },
  omitsManagedFields: true,
});
const admin = trusted('admin', 'system:masters');
const reader = trusted('reader');
const kubelet = trusted('system:node:n1', 'system:nodes');

const mapsPath = '/api/v1/namespaces/default/configmaps';
const rolesPath = '/apis/rbac.authorization.k8s.io/v1/namespaces/default';
const definitionsPath = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

function world() {
  const clock = new Loop();
  const audited: KubeObject[] = [];
  const { serve } = createApiServer({
    clock,
    random: new Random(1),
    auditReader: { onEvent: event => void audited.push(event) },
    auditPolicy: {
      apiVersion: 'audit.k8s.io/v1',
      kind: 'Policy',
      metadata: {},
      rules: [{ level: 'RequestResponse' }],
    },
  });
  const send = (request: ApiRequest, as = admin): ApiAnswer => {
    let answer: ApiAnswer | undefined;
    serve(request, as, given => {
      answer = given;
    });
    if (answer === undefined) throw new Error(`${request.method} ${request.path} waits`);
    return answer;
  };
  const read = (path: string, as = admin, headers?: ApiRequest['headers']) =>
    send({ method: 'GET', path, ...(headers && { headers }) }, as);
  const create = (path: string, body: unknown) => {
    const answer = send({ method: 'POST', path, body });
    expect(answer.status).toBe(201);
    return answer.body as KubeObject;
  };
  const map = create(mapsPath, { metadata: { name: 'settings' }, data: { a: '1' } });
  return { audited, clock, create, map, read, send };
}

describe('Reads of an object', () => {
  it('are answered as before until it changes', () => {
    const { read, send, map } = world();
    const first = read(`${mapsPath}/settings`);
    expect(first).toMatchObject({ status: 200, body: { data: { a: '1' } } });
    expect(read(`${mapsPath}/settings`)).toBe(first);
    send({ method: 'PUT', path: `${mapsPath}/settings`, body: { ...map, data: { a: '2' } } });
    const second = read(`${mapsPath}/settings`);
    expect(second.body).toMatchObject({ data: { a: '2' } });
    expect(read(`${mapsPath}/settings`)).toBe(second);
    send({ method: 'DELETE', path: `${mapsPath}/settings` });
    expect(read(`${mapsPath}/settings`).status).toBe(404);
  });

  it('are authorized anew for others, and when roles change', () => {
    const { read, send, create } = world();
    const path = `${mapsPath}/settings`;
    expect(read(path).status).toBe(200);
    expect(read(path, reader).status).toBe(403);
    const rules = [{ apiGroups: [''], resources: ['configmaps'], verbs: ['get'] }];
    create(`${rolesPath}/roles`, { metadata: { name: 'reads' }, rules });
    create(`${rolesPath}/rolebindings`, {
      metadata: { name: 'reads' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'reads' },
      subjects: [{ kind: 'User', name: 'reader', apiGroup: 'rbac.authorization.k8s.io' }],
    });
    const allowed = read(path, reader);
    expect(allowed.status).toBe(200);
    expect(read(path, reader)).toBe(allowed);
    send({ method: 'DELETE', path: `${rolesPath}/rolebindings/reads` });
    expect(read(path, reader).status).toBe(403);
  });

  it('are allowed to a node only as long as a pod of it uses the object', () => {
    const { read, send, create } = world();
    const path = `${mapsPath}/settings`;
    create('/api/v1/namespaces/default/serviceaccounts', { metadata: { name: 'default' } });
    expect(read(path, kubelet).status).toBe(403);
    const envFrom = [{ configMapRef: { name: 'settings' } }];
    create('/api/v1/namespaces/default/pods', {
      metadata: { name: 'p' },
      spec: { nodeName: 'n1', containers: [{ name: 'c', image: 'i', envFrom }] },
    });
    const allowed = read(path, kubelet);
    expect(allowed.status).toBe(200);
    expect(read(path, kubelet)).toBe(allowed);
    const body = { gracePeriodSeconds: 0 };
    send({ method: 'DELETE', path: '/api/v1/namespaces/default/pods/p', body });
    expect(read(path, kubelet).status).toBe(403);
  });

  it('are told to the audit log each time, with what was shown', () => {
    const { audited, read } = world();
    audited.length = 0;
    for (let count = 0; count < 2; count++) read(`${mapsPath}/settings`);
    const told = audited.map(({ auditID: _id, ...event }) => event);
    const [received, complete] = told;
    expect(complete).toMatchObject({
      stage: 'ResponseComplete',
      verb: 'get',
      responseObject: { data: { a: '1' } },
      annotations: { 'authorization.k8s.io/decision': 'allow' },
    });
    expect(told).toEqual([received, complete, received, complete]);
  });

  it('show the scale anew when the object has changed', () => {
    const { create, read, send } = world();
    const path = '/apis/apps/v1/namespaces/default/deployments';
    const labels = { app: 'a' };
    const deployment = create(path, {
      metadata: { name: 'd' },
      spec: {
        replicas: 2,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'i' }] } },
      },
    });
    const first = read(`${path}/d/scale`);
    expect(first.body).toMatchObject({ kind: 'Scale', spec: { replicas: 2 } });
    expect(read(`${path}/d/scale`)).toBe(first);
    const spec = { ...(deployment['spec'] as object), replicas: 3 };
    send({ method: 'PUT', path: `${path}/d`, body: { ...deployment, spec } });
    expect(read(`${path}/d/scale`).body).toMatchObject({ spec: { replicas: 3 } });
  });
});

describe('Reads of what is served', () => {
  it('are answered as before until a definition comes', () => {
    const { clock, create, read } = world();
    const headers = { accept: 'application/json' };
    const first = read('/apis', admin, headers);
    expect(read('/apis', admin, headers)).toBe(first);
    // Other headers may ask for another form.
    expect(read('/apis', admin, { accept: 'application/json' })).not.toBe(first);
    create(definitionsPath, {
      metadata: { name: 'widgets.example.com' },
      spec: {
        group: 'example.com',
        names: { plural: 'widgets', kind: 'Widget' },
        scope: 'Namespaced',
        versions: [
          {
            name: 'v1',
            served: true,
            storage: true,
            schema: { openAPIV3Schema: { type: 'object' } },
          },
        ],
      },
    });
    clock.runUntil(clock.now() + 10_000);
    const groups = JSON.stringify(read('/apis', admin, headers).body);
    expect(groups).toContain('example.com');
    expect(JSON.stringify(first.body)).not.toContain('example.com');
  });
});
