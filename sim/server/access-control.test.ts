import { describe, expect, it } from 'vitest';
import type { ApiAnswer, ApiRequest, Connection } from '../api/request.js';
import { Loop } from '../engine/loop.js';
import { Random } from '../engine/random.js';
import type { WebhookCall } from './contract.js';
import { createApiServer } from './index.js';

const admin: Connection = { certificate: { user: 'admin', groups: ['system:masters'] } };
const ann: Connection = { certificate: { user: 'ann', groups: [] } };
const core = '/api/v1/namespaces/default';
const rbac = '/apis/rbac.authorization.k8s.io/v1/namespaces/default';

function start(answerOf: (call: WebhookCall) => unknown = () => ({})) {
  const loop = new Loop();
  const server = createApiServer({
    clock: loop,
    random: new Random(1),
    callWebhook: (call, done) => {
      const { request } = call.body as { readonly request: { readonly uid: string } };
      const response = { allowed: true, ...(answerOf(call) as object), uid: request.uid };
      const body = { apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response };
      const text = JSON.stringify(body);
      const answer = {
        isOk: true,
        code: 200,
        contentType: 'application/json',
        body: text,
      } as const;
      loop.after(5, 'webhook', () => done(answer));
    },
  });
  const send = (
    method: ApiRequest['method'],
    path: string,
    body?: unknown,
    { as = admin, headers }: { as?: Connection; headers?: Record<string, string> } = {},
  ): ApiAnswer => {
    let answer: ApiAnswer | undefined;
    server.serve({ method, path, body, ...(headers && { headers }) }, as, given => {
      answer = given;
    });
    loop.runWhile(() => answer === undefined, loop.now() + 60_000);
    if (answer === undefined) throw new Error('no answer');
    return answer;
  };
  send('POST', `${core}/serviceaccounts`, { metadata: { name: 'default' } });
  return { loop, send };
}

const container = { name: 'c', image: 'nginx' };
const pod = (name: string, more: object = {}) => ({
  metadata: { name },
  spec: { containers: [container], ...more },
});

describe('authorization', () => {
  it('refuses what no role allows, in the words of the API server', () => {
    const { send } = start();
    expect(send('GET', `${core}/pods/a`, undefined, { as: ann }).body).toMatchObject({
      code: 403,
      message:
        'pods "a" is forbidden: User "ann" cannot get resource "pods" in API group "" in the namespace "default"',
    });
  });

  it('asks who writes the status of a claim, and who streams by GET, for more, as 1.36.2 did', () => {
    const { send } = start();
    const cluster = '/apis/rbac.authorization.k8s.io/v1';
    const grant = (name: string, resources: readonly string[], verbs: readonly string[]) => {
      const rules = [{ apiGroups: ['', 'resource.k8s.io'], resources, verbs }];
      send('POST', `${cluster}/clusterroles`, { metadata: { name }, rules });
      const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name };
      const subjects = [{ kind: 'User', name: 'ann' }];
      send('POST', `${cluster}/clusterrolebindings`, { metadata: { name }, roleRef, subjects });
    };
    grant('status', ['resourceclaims/status'], ['patch']);
    grant('streams', ['pods/exec', 'pods/portforward'], ['get']);
    const claims = '/apis/resource.k8s.io/v1/namespaces/default/resourceclaims';
    const requests = [{ name: 'r', exactly: { deviceClassName: 'gpu' } }];
    send('POST', claims, { metadata: { name: 'rc' }, spec: { devices: { requests } } });
    const headers = { 'content-type': 'application/merge-patch+json' };
    const patch = (status: object, as = ann) => {
      const answer = send('PATCH', `${claims}/rc/status`, { status }, { as, headers });
      return answer.status === 200 ? 'done' : (answer.body as { message: string }).message;
    };
    const device = { driver: 'd.io', pool: 'p', device: 'a' };
    const allocation = { devices: { results: [{ request: 'r', ...device }] } };
    const invalid = 'ResourceClaim.resource.k8s.io "rc" is invalid: ';
    const binding =
      'status.allocation: Forbidden: changing status.allocation or status.reservedFor requires resource="resourceclaims/binding", verb="patch" permission: resourceclaims.resource.k8s.io is forbidden: User "ann" cannot patch resource "resourceclaims/binding" in API group "resource.k8s.io" at the cluster scope';
    const driver =
      'status.devices: Forbidden: changing status.devices requires resource="resourceclaims/driver", verb="[arbitrary-node:patch]" permission: resourceclaims.resource.k8s.io "d.io" is forbidden: User "ann" cannot arbitrary-node:patch resource "resourceclaims/driver" in API group "resource.k8s.io" in the namespace "default"';
    expect(patch({ allocation })).toBe(invalid + binding);
    expect(patch({ allocation }, admin)).toBe('done');
    const reservedFor = [{ resource: 'pods', name: 'x', uid: 'u' }];
    expect(patch({ reservedFor, devices: [device] })).toBe(`${invalid}[${binding}, ${driver}]`);
    grant('driver', ['resourceclaims/driver'], ['arbitrary-node:patch']);
    expect(patch({ devices: [device] })).toBe('done');
    for (const way of ['exec', 'portforward']) {
      const told = send('GET', `${core}/pods/nope/${way}?command=ls`, undefined, { as: ann });
      expect(told.body).toMatchObject({ code: 403, message: 'pods "nope" is forbidden: ' });
    }
  });

  it('takes a role back as soon as its binding is gone', () => {
    const { send } = start();
    const rules = [{ apiGroups: [''], resources: ['pods'], verbs: ['list'] }];
    const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'r' };
    const subjects = [{ kind: 'User', name: 'ann' }];
    send('POST', `${rbac}/roles`, { metadata: { name: 'r' }, rules });
    send('POST', `${rbac}/rolebindings`, { metadata: { name: 'b' }, roleRef, subjects });
    const list = () => send('GET', `${core}/pods`, undefined, { as: ann }).status;
    expect(list()).toBe(200);
    send('DELETE', `${rbac}/rolebindings/b`);
    expect(list()).toBe(403);
  });
});

describe('tokens', () => {
  it('are good for their account until it is gone', () => {
    const { loop, send } = start();
    const body = { spec: {} };
    const issued = send('POST', `${core}/serviceaccounts/default/token`, body).body;
    const { token } = (issued as { readonly status: { readonly token: string } }).status;
    const headers = { authorization: `Bearer ${token}` };
    const review = () =>
      send(
        'POST',
        '/apis/authentication.k8s.io/v1/selfsubjectreviews',
        {},
        {
          as: {},
          headers,
        },
      );
    expect(review().body).toMatchObject({
      status: { userInfo: { username: 'system:serviceaccount:default:default' } },
    });
    send('DELETE', `${core}/serviceaccounts/default`);
    loop.runUntil(loop.now() + 11_000);
    expect(review().status).toBe(401);
  });
});

describe('admission', () => {
  it('mounts the token of the service account into a pod', () => {
    const { send } = start();
    const { body } = send('POST', `${core}/pods`, pod('a'));
    expect(body).toMatchObject({
      spec: {
        serviceAccountName: 'default',
        volumes: [{ name: expect.stringMatching(/^kube-api-access-/) as string }],
      },
    });
  });

  it('tells a restricted namespace from a privileged one', () => {
    const { send } = start();
    const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
    send('POST', '/api/v1/namespaces', { metadata: { name: 'tight', labels } });
    send('POST', '/api/v1/namespaces/tight/serviceaccounts', { metadata: { name: 'default' } });
    expect(send('POST', '/api/v1/namespaces/tight/pods', pod('a')).body).toMatchObject({
      code: 403,
      message: expect.stringContaining('violates PodSecurity "restricted:latest"') as string,
    });
  });

  it('gives a container that a webhook adds what the other plug-ins give', () => {
    const { send } = start(() => {
      const value = { name: 'sidecar', image: 'proxy' };
      const patch = [{ op: 'add', path: '/spec/containers/-', value }];
      return { patchType: 'JSONPatch', patch: btoa(JSON.stringify(patch)) };
    });
    const limits = [{ type: 'Container', default: { cpu: '1' } }];
    send('POST', `${core}/limitranges`, { metadata: { name: 'l' }, spec: { limits } });
    const rules = [
      { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] },
    ];
    send('POST', '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations', {
      metadata: { name: 'w' },
      webhooks: [
        {
          name: 'w.example.com',
          clientConfig: { url: 'https://example.com' },
          rules,
          sideEffects: 'None',
          admissionReviewVersions: ['v1'],
        },
      ],
    });
    expect(send('POST', `${core}/pods`, pod('a')).body).toMatchObject({
      spec: {
        containers: [
          { name: 'c', resources: { limits: { cpu: '1' } } },
          { name: 'sidecar', resources: { limits: { cpu: '1' } } },
        ],
      },
    });
  });

  it('counts against a quota in the request itself', () => {
    const { send } = start();
    const quotas = `${core}/resourcequotas`;
    send('POST', quotas, { metadata: { name: 'q' }, spec: { hard: { pods: '1' } } });
    const patch = { status: { hard: { pods: '1' }, used: { pods: '0' } } };
    const headers = { 'content-type': 'application/merge-patch+json' };
    const bytes = new TextEncoder().encode(JSON.stringify(patch));
    send('PATCH', `${quotas}/q/status`, bytes, { headers });
    expect(send('POST', `${core}/pods`, pod('a')).status).toBe(201);
    expect(send('POST', `${core}/pods`, pod('b')).body).toMatchObject({
      code: 403,
      message:
        'pods "b" is forbidden: exceeded quota: q, requested: pods=1, used: pods=1, limited: pods=1',
    });
    expect(send('GET', `${quotas}/q`).body).toMatchObject({ status: { used: { pods: '1' } } });
  });
});
