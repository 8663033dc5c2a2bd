/** Pods that quotas count or that have an index are the same both ways, and so is what is said of them. */
import { expect, it } from 'vitest';
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
const controller = trusted('system:serviceaccount:kube-system:replicaset-controller');
const core = '/api/v1/namespaces/default';

type Send = (request: ApiRequest, as?: Connection) => ApiAnswer;

/** What is answered and stored where requests go the short way if there is one, or always the long one. */
function told(way: 'short' | 'long', story: (send: Send) => void, isAudited = false): string {
  const clock = new Loop();
  const answers: unknown[] = [];
  const audited: unknown[] = [];
  const rules = [{ level: 'RequestResponse' }];
  const auditPolicy = { apiVersion: 'audit.k8s.io/v1', kind: 'Policy', metadata: {}, rules };
  const auditReader = { onEvent: (event: unknown) => void audited.push(event) };
  const server = createApiServer({
    clock,
    random: new Random(1),
    ...(isAudited && { auditReader, auditPolicy }),
  });
  story((request, as = admin) => {
    let answer: ApiAnswer | undefined;
    clock.runUntil(clock.now() + 400);
    // Requests with headers, even none, go the long way.
    server.serve(way === 'long' ? { ...request, headers: {} } : request, as, given => {
      answer = given;
    });
    if (answer === undefined) throw new Error(`${request.method} ${request.path} waits`);
    answers.push(answer.status, answer.body);
    return answer;
  });
  return JSON.stringify({ answers, history: [...server.history()], audited }, undefined, 1);
}

/** What a replica set sends: the parts of its template are shared by all pods. */
function sent(containers: readonly object[], spec: object): KubeObject {
  const owner = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web-1', uid: 'uid-web-1' };
  const ownerReferences = [{ ...owner, controller: true, blockOwnerDeletion: true }];
  const metadata = { generateName: 'web-1-', namespace: 'default', labels, ownerReferences };
  return { kind: 'Pod', apiVersion: 'v1', metadata, spec: { ...spec, containers } };
}
const labels = { app: 'web' };

/** A quota whose controller has counted nothing so far. */
function bound(send: Send, name: string, spec: { readonly hard: Record<string, string> }): void {
  const path = `${core}/resourcequotas`;
  send({ method: 'POST', path, body: { metadata: { name }, spec } });
  const stored = send({ method: 'GET', path: `${path}/${name}` }).body as KubeObject;
  const used = Object.fromEntries(Object.keys(spec.hard).map(key => [key, '0']));
  const body = { ...stored, status: { hard: spec.hard, used } };
  send({ method: 'PUT', path: `${path}/${name}/status`, body });
}

/** The second quota is for others; the third is used up before all are made. */
function limited(send: Send): readonly number[] {
  const body = { metadata: { name: 'default' } };
  send({ method: 'POST', path: `${core}/serviceaccounts`, body });
  const resources = { requests: { cpu: '100m' }, limits: { cpu: '1' } };
  const asking = sent([{ name: 'main', image: 'a', resources }], {});
  const free = sent([{ name: 'main', image: 'a' }], {});
  const make = (count: number, pod: KubeObject) =>
    Array.from({ length: count }, () => {
      const { metadata, ...rest } = pod;
      const one = { ...rest, metadata: { ...metadata } };
      return send({ method: 'POST', path: `${core}/pods`, body: one }, controller).status;
    });
  bound(send, 'all', { hard: { pods: '20', 'requests.cpu': '10' } });
  const others: object = { hard: { pods: '1' }, scopes: ['Terminating'] };
  bound(send, 'ending', others as { hard: Record<string, string> });
  const first = [...make(3, asking), ...make(2, free)];
  bound(send, 'few', { hard: { 'limits.cpu': '4' } });
  return [...first, ...make(6, asking)];
}

/** A webhook wants a say in the pods of another application. */
function hooked(send: Send): readonly unknown[] {
  const path = '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations';
  const rule = {
    apiGroups: [''],
    apiVersions: ['v1'],
    operations: ['CREATE'],
    resources: ['pods'],
  };
  const webhook = {
    name: 'mutator.other.io',
    rules: [rule],
    objectSelector: { matchLabels: { app: 'other' } },
    clientConfig: { url: 'https://other.io/mutate' },
    sideEffects: 'None',
    admissionReviewVersions: ['v1'],
  };
  send({ method: 'POST', path, body: { metadata: { name: 'other' }, webhooks: [webhook] } });
  const account = { metadata: { name: 'default' } };
  send({ method: 'POST', path: `${core}/serviceaccounts`, body: account });
  const [plain, withoutToken] = [{}, { automountServiceAccountToken: false }].map(spec =>
    sent([{ name: 'main', image: 'a' }], spec),
  );
  return [plain, plain, withoutToken, withoutToken].map(body => {
    const made = send({ method: 'POST', path: `${core}/pods`, body }, controller);
    return (made.body as KubeObject)['status'];
  });
}

it('go the short way past webhooks that select others, with a token or without', () => {
  const statuses: unknown[] = [];
  const short = told('short', send => void statuses.push(...hooked(send)));
  expect(short).toBe(told('long', send => void hooked(send)));
  // What went the short way shares what the first was given.
  expect(statuses[1]).toBe(statuses[0]);
  expect(statuses[3]).toBe(statuses[2]);
  expect(statuses[2]).not.toBe(statuses[0]);
});

it('are counted by quotas, and refused when those are used up', () => {
  const statuses: number[] = [];
  const [short, long] = (['short', 'long'] as const).map(way =>
    told(way, send => void statuses.push(...limited(send))),
  );
  expect(short).toBe(long);
  const each = [201, 201, 201, 403, 403, 201, 201, 201, 201, 403, 403];
  expect(statuses).toEqual([...each, ...each]);
  expect(short).toContain('exceeded quota: few, requested: limits.cpu=1, used: limits.cpu=4');
});

const indexKey = 'batch.kubernetes.io/job-completion-index';

/** What a Job sends in one pass; what is told otherwise of one may make it another's sibling, or nobody's. */
function indexed(own: { readonly stem?: string; readonly finalizer?: string } = {}) {
  const { stem = 'train', finalizer = 'batch.kubernetes.io/job-tracking' } = own;
  const owner = { apiVersion: 'batch/v1', kind: 'Job', name: 'train', uid: 'uid-train' };
  const ownerReferences = [{ ...owner, controller: true, blockOwnerDeletion: true }];
  const shared = { namespace: 'default', ownerReferences, finalizers: [finalizer] };
  const fieldRef = { fieldPath: `metadata.labels['${indexKey}']` };
  const env = [{ name: 'JOB_COMPLETION_INDEX', valueFrom: { fieldRef } }];
  const spec = { restartPolicy: 'Never', containers: [{ name: 'main', image: 'a', env }] };
  return (index: string, { label = index, more = {}, host = `${stem}-${index}` } = {}) => ({
    kind: 'Pod',
    apiVersion: 'v1',
    metadata: {
      ...shared,
      generateName: `${stem}-${index}-`,
      annotations: { [indexKey]: index, ...more },
      labels: { job: 'train', [indexKey]: label },
    },
    spec: { ...spec, hostname: host },
  });
}

function selecting(labels: object): object {
  const rule = {
    apiGroups: [''],
    apiVersions: ['v1'],
    operations: ['CREATE'],
    resources: ['pods'],
  };
  return {
    name: 'mutator.other.io',
    rules: [rule],
    objectSelector: labels,
    clientConfig: { url: 'https://other.io/mutate' },
    sideEffects: 'None',
    admissionReviewVersions: ['v1'],
    failurePolicy: 'Ignore',
  };
}

/** The statuses of three siblings, of others, and of two where a webhook selects by the index. */
function ofIndexes(send: Send): readonly unknown[] {
  const account = { metadata: { name: 'default' } };
  send({ method: 'POST', path: `${core}/serviceaccounts`, body: account });
  const make = (body: object) =>
    (send({ method: 'POST', path: `${core}/pods`, body }, controller).body as KubeObject)['status'];
  const pod = indexed();
  const siblings = ['0', '1', '2'].map(index => make(pod(index)));
  const others = [
    pod('10'),
    pod('11'),
    pod('3', { label: '4' }),
    pod('5', { more: { a: 'b' } }),
    pod('6', { host: 'other-6' }),
    pod('7', { host: 'x' }),
    pod('01'),
    indexed({ stem: 'train-again' })('1'),
    indexed({ finalizer: 'example.com/own' })('2'),
    pod('8'),
  ];
  for (const other of others) make(other);
  const path = '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations';
  const expressions = [{ key: indexKey, operator: 'In', values: ['77'] }];
  const webhooks = [selecting({ matchExpressions: expressions })];
  send({ method: 'POST', path, body: { metadata: { name: 'other' }, webhooks } });
  return [...siblings, ...['8', '9'].map(index => make(pod(index)))];
}

it.each([false, true])('with an index are the same both ways, audited: %s', isAudited => {
  const statuses: unknown[] = [];
  const short = told('short', send => void statuses.push(...ofIndexes(send)), isAudited);
  expect(short).toBe(told('long', send => void ofIndexes(send), isAudited));
  expect(statuses[1]).toBe(statuses[0]);
  expect(statuses[2]).toBe(statuses[0]);
  expect(statuses[4]).not.toBe(statuses[3]);
});
