import { expect, it } from 'vitest';
import type { RecordedWrite } from './recorded-write.js';
import { requestOf } from './replay-step.js';

const write: RecordedWrite = {
  at: '2026-08-20T09:14:03.000000Z',
  user: 'system:serviceaccount:kube-system:horizontal-pod-autoscaler',
  actor: 'outside',
  verb: 'update',
  apiGroup: 'apps',
  apiVersion: 'v1',
  resource: 'deployments',
  subresource: 'scale',
  namespace: 'serving',
  name: 'scorer',
  status: 200,
  source: 'audit.log:7',
};

it('names what is written where an import kept nothing of its metadata', () => {
  const { method, path, body } = requestOf({ ...write, body: { spec: { replicas: 3 } } });
  expect([method, path]).toEqual([
    'PUT',
    '/apis/apps/v1/namespaces/serving/deployments/scorer/scale',
  ]);
  expect(body).toEqual({ metadata: { name: 'scorer' }, spec: { replicas: 3 } });
});

it('leaves a patch as it was sent', () => {
  const body = { spec: { replicas: 3 } };
  expect(requestOf({ ...write, verb: 'patch', body }).body).toEqual(body);
});
