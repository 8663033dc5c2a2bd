/** What of the metadata of a Scale is looked at: as the real kube-apiserver 1.36 answers. */
import { expect, it } from 'vitest';
import type { ApiAnswer, ApiRequest } from '../../api/request.js';
import { Loop } from '../../engine/loop.js';
import { Random } from '../../engine/random.js';
import { createApiServer } from '../index.js';

const connection = { certificate: { user: 'admin', groups: ['system:masters'] } };
const deployments = '/apis/apps/v1/namespaces/default/deployments';

interface Told {
  readonly message?: string;
  readonly metadata: { readonly uid?: string };
  readonly details?: { readonly causes?: readonly { readonly field: string }[] };
}

function start() {
  const { serve } = createApiServer({ clock: new Loop(), random: new Random(1) });
  const send = (method: ApiRequest['method'], path: string, body: object) => {
    const answers: ApiAnswer[] = [];
    const isPatch = method === 'PATCH';
    const headers = {
      'content-type': isPatch ? 'application/merge-patch+json' : 'application/json',
    };
    serve({ method, path, headers, body }, connection, given => void answers.push(given));
    const told = answers[0]?.body as Told;
    return { status: answers[0]?.status, told };
  };
  const labels = { a: 'b' };
  const template = { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'i' }] } };
  const spec = { replicas: 0, selector: { matchLabels: labels }, template };
  const { uid = '' } = send('POST', deployments, { metadata: { name: 'd' }, spec }).told.metadata;
  const scale = (method: 'PUT' | 'PATCH', metadata: object, query = '') => {
    const body = { metadata, spec: { replicas: 1 } };
    const { status, told } = send(method, `${deployments}/d/scale${query}`, body);
    return [status, told.details?.causes?.map(({ field }) => field) ?? told.message];
  };
  return { scale, uid };
}

it.each([
  [{ labels: { 'Bad key!': '' } }, 'metadata.labels'],
  [{ finalizers: ['foo'] }, 'metadata.finalizers[0]'],
  [{ generateName: 'Bad_' }, 'metadata.generateName'],
])('refuses %j, put or patched', (metadata, field) => {
  const { scale } = start();
  expect(scale('PUT', { name: 'd', ...metadata })).toEqual([422, [field]]);
  expect(scale('PATCH', metadata)).toEqual([422, [field]]);
});

it('takes a Scale of no other namespace', () => {
  const { scale } = start();
  const text =
    'the namespace of the provided object does not match the namespace sent on the request';
  expect(scale('PUT', { name: 'd', namespace: 'kube-system' })).toEqual([400, text]);
  expect(scale('PATCH', { namespace: 'kube-system' })).toEqual([400, text]);
  expect(scale('PUT', { name: 'd', namespace: 'default', labels: { a: 'b' } })[0]).toBe(200);
});

it('takes a Scale of no other uid, which the storage says of a PUT', () => {
  const { scale, uid } = start();
  const problem = `Precondition failed: UID in precondition: foo, UID in object meta: ${uid}`;
  const stored = (key: string) =>
    `Operation cannot be fulfilled on deployments.apps "d": StorageError: invalid object, Code: 4, Key: ${key}, ResourceVersion: 0, AdditionalErrorMsg: ${problem}`;
  const put = { name: 'd', uid: 'foo' };
  expect(scale('PUT', put)).toEqual([409, stored('/registry/deployments/default/d')]);
  expect(scale('PUT', put, '?dryRun=All')).toEqual([409, stored('/deployments/default/d')]);
  expect(scale('PATCH', { uid: 'foo' })).toEqual([
    409,
    `Operation cannot be fulfilled on deployments/scale.apps "d": ${problem}`,
  ]);
  expect(scale('PUT', { name: 'd', uid })[0]).toBe(200);
});
