/** Answers in which this server once differed from kube-apiserver 1.36.2, as that one gives them. */
import { expect, it } from 'vitest';
import type { ApiAnswer, ApiRequest } from '../../api/request.js';
import { Loop } from '../../engine/loop.js';
import { Random } from '../../engine/random.js';
import { createApiServer } from '../index.js';

interface Told {
  readonly message?: string;
  readonly metadata?: { readonly finalizers?: readonly string[] };
  readonly rows?: unknown;
}

const inDefault = '/namespaces/default';

function start() {
  const { serve } = createApiServer({ clock: new Loop(), random: new Random(1) });
  const connection = { certificate: { user: 'admin', groups: ['system:masters'] } };
  const send = (
    method: ApiRequest['method'],
    path: string,
    body?: object,
    headers: Readonly<Record<string, string>> = {},
  ) => {
    let answer: ApiAnswer | undefined;
    const bytes = body === undefined ? undefined : new TextEncoder().encode(JSON.stringify(body));
    serve({ method, path, headers, body: bytes }, connection, given => (answer = given));
    return { status: answer?.status, warnings: answer?.warnings, told: answer?.body as Told };
  };
  send('POST', `/api/v1${inDefault}/serviceaccounts`, { metadata: { name: 'default' } });
  return send;
}

const spec = { restartPolicy: 'Never', containers: [{ name: 'c', image: 'i' }] };

it('keeps the pods of a Job when nothing is said of them, and warns', () => {
  const send = start();
  const path = `/apis/batch/v1${inDefault}/jobs`;
  send('POST', path, { metadata: { name: 'j' }, spec: { template: { spec } } });
  const { told, warnings } = send('DELETE', `${path}/j`);
  expect(told.metadata?.finalizers).toEqual(['orphan']);
  expect(warnings?.[0]).toMatch(/^child pods are preserved by default when jobs are deleted; /);
});

it('names the inline structs in which a field of the wrong type stands', () => {
  const body = {
    metadata: { name: 'p' },
    spec: { ...spec, volumes: [{ name: 'v', emptyDir: '' }] },
  };
  expect(start()('POST', `/api/v1${inDefault}/pods`, body).told.message).toBe(
    'Pod in version "v1" cannot be handled as a Pod: json: cannot unmarshal string into Go struct field Volume.spec.volumes.VolumeSource.emptyDir of type v1.EmptyDirVolumeSource',
  );
});

it('has no list of rows where a kind without columns of its own has no objects', () => {
  const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io';
  const send = start();
  const roles = `/apis/rbac.authorization.k8s.io/v1${inDefault}/roles`;
  expect(send('GET', roles, undefined, { accept }).told.rows).toBeNull();
  expect(send('GET', `/api/v1${inDefault}/pods`, undefined, { accept }).told.rows).toEqual([]);
});

it('tells of all of what is wrong with an update of a pod, and that its spec may not change', () => {
  const send = start();
  send('POST', `/api/v1${inDefault}/pods`, { metadata: { name: 'p' }, spec });
  const wrong = { ...spec, dnsPolicy: 'None', containers: [{ name: 'c', image: '' }] };
  const { told } = send('PUT', `/api/v1${inDefault}/pods/p`, {
    metadata: { name: 'p' },
    spec: wrong,
  });
  expect(told.message).toMatch(/spec\.containers\[0\]\.image: Required value/);
  expect(told.message).toMatch(/spec: Forbidden: pod updates may not change fields other than/);
});

it('says in which conversion an applied object failed', () => {
  const body = {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    spec: { resources: { requests: { storage: 'much' } } },
  };
  const headers = { 'content-type': 'application/apply-patch+yaml' };
  const path = `/api/v1${inDefault}/persistentvolumeclaims/p?fieldManager=m`;
  const { status, told } = start()('PATCH', path, body, headers);
  expect([status, told.message]).toEqual([
    500,
    "failed to convert new object (/p; /v1, Kind=PersistentVolumeClaim) to proper version: unable to convert unstructured object to /v1, Kind=PersistentVolumeClaim: quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
  ]);
});
