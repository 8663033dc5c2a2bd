/** What is expected was read from kube-apiserver 1.36.2's answers. */
import { expect, it } from 'vitest';
import type { ApiAnswer, ApiRequest } from '../../api/request.js';
import { Loop } from '../../engine/loop.js';
import { Random } from '../../engine/random.js';
import { createApiServer } from '../index.js';

interface Told {
  readonly metadata: { readonly uid: string; readonly managedFields?: readonly object[] };
  readonly status?: { readonly conditions?: readonly object[] };
}

const root = '/apis/flowcontrol.apiserver.k8s.io/v1';

function start() {
  const loop = new Loop();
  const { serve } = createApiServer({ clock: loop, random: new Random(1) });
  const asks = (user: string, groups: readonly string[]) => (request: ApiRequest) => {
    let answer: ApiAnswer | undefined;
    serve(request, { certificate: { user, groups } }, given => (answer = given));
    return { headers: answer?.headers ?? {}, status: answer?.status, body: answer?.body as Told };
  };
  const admin = asks('admin', ['system:masters']);
  const uidOf = (path: string) =>
    admin({ method: 'GET', path: `${root}/${path}` }).body.metadata.uid;
  return { loop, asks, admin, uidOf };
}

it.each([
  ['admin', ['system:masters'], '/api/v1/pods', 'exempt', 'exempt'],
  ['jane', [], '/api/v1/pods', 'global-default', 'global-default'],
  ['jane', [], '/healthz', 'probes', 'exempt'],
  ['system:kube-scheduler', [], '/api/v1/pods', 'kube-scheduler', 'workload-high'],
  [
    'system:serviceaccount:kube-system:x',
    ['system:serviceaccounts'],
    '/api/v1/pods',
    'kube-system-service-accounts',
    'workload-high',
  ],
  [
    'system:serviceaccount:a:x',
    ['system:serviceaccounts'],
    '/api/v1/pods',
    'service-accounts',
    'workload-low',
  ],
  ['system:node:n', ['system:nodes'], '/api/v1/nodes/n/status', 'system-node-high', 'node-high'],
] as const)('counts %s of %j at %s to %s', (user, groups, path, schema, level) => {
  const { asks, uidOf } = start();
  const { headers } = asks(user, [...groups, 'system:authenticated'])({ method: 'GET', path });
  expect([
    headers['x-kubernetes-pf-flowschema-uid'],
    headers['x-kubernetes-pf-prioritylevel-uid'],
  ]).toEqual([uidOf(`flowschemas/${schema}`), uidOf(`prioritylevelconfigurations/${level}`)]);
});

it('says of a new schema whether its level is there, and passes over those without', () => {
  const { loop, admin, asks, uidOf } = start();
  const rule = {
    subjects: [{ kind: 'User', user: { name: 'jane' } }],
    resourceRules: [
      { verbs: ['*'], apiGroups: ['*'], resources: ['*'], namespaces: ['*'], clusterScope: true },
    ],
  };
  const spec = {
    matchingPrecedence: 3,
    priorityLevelConfiguration: { name: 'own' },
    rules: [rule],
  };
  const body = { metadata: { name: 'jane' }, spec };
  const headers = { 'content-type': 'application/json' };
  admin({ method: 'POST', path: `${root}/flowschemas`, headers, body });
  const counted = () =>
    asks('jane', ['system:authenticated'])({ method: 'GET', path: '/api/v1/pods' }).headers[
      'x-kubernetes-pf-flowschema-uid'
    ];
  const told = () => {
    loop.runUntil(loop.now() + 1000);
    return admin({ method: 'GET', path: `${root}/flowschemas/jane` }).body;
  };
  expect(told().status?.conditions).toMatchObject([{ status: 'True', reason: 'NotFound' }]);
  expect(counted()).toBe(uidOf('flowschemas/global-default'));
  const level = {
    metadata: { name: 'own' },
    spec: {
      type: 'Limited',
      limited: { nominalConcurrencyShares: 1, limitResponse: { type: 'Reject' } },
    },
  };
  admin({ method: 'POST', path: `${root}/prioritylevelconfigurations`, headers, body: level });
  const { status, metadata } = told();
  expect(status?.conditions).toMatchObject([
    {
      type: 'Dangling',
      status: 'False',
      reason: 'Found',
      message:
        'This FlowSchema references the PriorityLevelConfiguration object named "own" and it exists',
    },
  ]);
  expect(metadata.managedFields?.[0]).toMatchObject({
    manager: 'api-priority-and-fairness-config-consumer-v1',
    operation: 'Apply',
    subresource: 'status',
  });
  expect(counted()).toBe(metadata.uid);
});

it('says it before its client can ask for the schema again', () => {
  const { loop, admin } = start();
  const spec = { matchingPrecedence: 3, priorityLevelConfiguration: { name: 'exempt' } };
  const headers = { 'content-type': 'application/json' };
  const body = { metadata: { name: 'jane' }, spec };
  admin({ method: 'POST', path: `${root}/flowschemas`, headers, body });
  // A real server took 3 to 8 ms from the request on.
  loop.runUntil(loop.now() + 3);
  const told = admin({ method: 'GET', path: `${root}/flowschemas/jane` }).body;
  expect(told).toMatchObject({ status: { conditions: [{ type: 'Dangling', status: 'False' }] } });
});
