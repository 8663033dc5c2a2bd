/** How often an update with bad metadata is told of it: as the real kube-apiserver 1.36 answers. */
import { expect, it } from 'vitest';
import type { KubeObject } from '../../api/object.js';
import type { ApiAnswer } from '../../api/request.js';
import { Loop } from '../../engine/loop.js';
import { Random } from '../../engine/random.js';
import { createApiServer } from '../index.js';

const connection = { certificate: { user: 'admin', groups: ['system:masters'] } };

function start() {
  const server = createApiServer({ clock: new Loop(), random: new Random(1) });
  return (method: 'POST' | 'PATCH', path: string, body: object): ApiAnswer => {
    let answer: ApiAnswer | undefined;
    const headers = {
      'content-type': method === 'PATCH' ? 'application/merge-patch+json' : 'application/json',
    };
    const bytes = new TextEncoder().encode(JSON.stringify(body));
    server.serve({ method, path, headers, body: bytes }, connection, given => {
      answer = given;
    });
    if (answer === undefined) throw new Error('no answer');
    return answer;
  };
}

const letters: Readonly<Record<string, string>> = {
  'metadata.labels': 'L',
  'metadata.finalizers[0]': 'F',
  'metadata.generateName': 'G',
};

function toldOf({ body }: ApiAnswer): string {
  const { details } = body as {
    readonly details?: { readonly causes?: readonly { readonly field: string }[] };
  };
  return (details?.causes ?? []).map(({ field }) => letters[field] ?? `[${field}]`).join('');
}

const bad = { labels: { 'Bad key!': '' }, finalizers: ['bad'], generateName: 'Bad_' };
const core = '/api/v1/namespaces/default';
const account = { metadata: { name: 'default' } };
const container = { name: 'c', image: 'i' };
const template = { metadata: { labels: { a: 'b' } }, spec: { containers: [container] } };
const rbac = '/apis/rbac.authorization.k8s.io/v1';
const regarding = { kind: 'Pod', namespace: 'default', name: 'p' };

it.each([
  [`${core}/pods`, { spec: { ...template.spec, automountServiceAccountToken: false } }, 'LLLFGLF'],
  [`${core}/configmaps`, {}, 'LLLFGLF'],
  [`${core}/services`, { spec: { ports: [{ port: 80 }] } }, 'LLLF'],
  [
    '/api/v1/persistentvolumes',
    {
      spec: {
        accessModes: ['ReadWriteOnce'],
        capacity: { storage: '1Gi' },
        nfs: { server: 's', path: '/' },
      },
    },
    'LLGLFGLF',
  ],
  [`${core}/limitranges`, { spec: { limits: [{ type: 'Pod', max: { cpu: '1' } }] } }, 'LLGLF'],
  [`${core}/events`, { involvedObject: regarding }, 'LL'],
  ['/api/v1/nodes', {}, 'LLGLFLF'],
  ['/api/v1/namespaces', {}, 'LLGLFLF'],
  [`${core}/resourcequotas`, { spec: { hard: { pods: '1' } } }, 'LLLF'],
  [`${rbac}/clusterroles`, { rules: [] }, 'LLLFLF'],
  [
    '/apis/policy/v1/namespaces/default/poddisruptionbudgets',
    { spec: { minAvailable: 1, selector: {} } },
    'LL',
  ],
  ['/apis/coordination.k8s.io/v1/namespaces/default/leases', { spec: {} }, 'LLL'],
  ['/apis/node.k8s.io/v1/runtimeclasses', { handler: 'h' }, 'LLGLL'],
  ['/apis/scheduling.k8s.io/v1/priorityclasses', { value: 1 }, 'LLLF'],
  ['/apis/storage.k8s.io/v1/storageclasses', { provisioner: 'e.io/p' }, 'LLGLFLF'],
  ['/apis/storage.k8s.io/v1/csinodes', { spec: { drivers: [] } }, 'LLGLF'],
  ['/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations', {}, 'LLGL'],
  ['/apis/resource.k8s.io/v1/deviceclasses', { spec: {} }, 'LLLFLF'],
  [
    '/apis/apps/v1/namespaces/default/deployments',
    { spec: { selector: { matchLabels: { a: 'b' } }, template } },
    'LLLF',
  ],
])('%s', (path, body, sequence) => {
  const send = start();
  send('POST', `${core}/serviceaccounts`, account);
  expect(send('POST', path, { ...body, metadata: { name: 'x' } }).status).toBe(201);
  expect(toldOf(send('PATCH', `${path}/x`, { metadata: bad }))).toBe(sequence);
});

it('tells of the base of a name when labels are put back', () => {
  const send = start();
  send('POST', `${core}/serviceaccounts`, account);
  const spec = { ...template.spec, automountServiceAccountToken: false };
  send('POST', `${core}/pods`, { metadata: { name: 'x' }, spec });
  const patch = { metadata: bad, spec: {} };
  expect(toldOf(send('PATCH', `${core}/pods/x/ephemeralcontainers`, patch))).toBe('G');
});

it.each([
  [
    'prioritylevelconfigurations',
    { type: 'Limited', limited: { limitResponse: { type: 'Reject' } } },
  ],
  ['flowschemas', { priorityLevelConfiguration: { name: 'exempt' } }],
])('keeps the metadata of %s whose status is written', (resource, spec) => {
  const send = start();
  const path = `/apis/flowcontrol.apiserver.k8s.io/v1/${resource}`;
  expect(send('POST', path, { metadata: { name: 'x', labels: { a: 'b' } }, spec }).status).toBe(
    201,
  );
  const { status, body } = send('PATCH', `${path}/x/status`, { metadata: bad });
  expect([status, (body as KubeObject).metadata.labels]).toEqual([200, { a: 'b' }]);
});
