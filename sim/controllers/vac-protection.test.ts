import { expect, it } from 'vitest';
import { boot } from '../index.js';

const path = '/apis/storage.k8s.io/v1/volumeattributesclasses';
const claims = '/api/v1/namespaces/default/persistentvolumeclaims';
const admin = { certificate: { user: 'admin', groups: ['system:masters'] } };

it('lets a class go when nothing names it any more', () => {
  const { loop, serve } = boot({ seed: 1, nodes: [] });
  const ask = (method: 'DELETE' | 'GET' | 'POST', where: string, body?: object): number => {
    let status = 0;
    const request = { method, path: where, ...(body !== undefined && { body }) };
    serve(request, admin, answer => (status = answer.status));
    loop.runUntil(loop.now() + 5_000);
    return status;
  };
  ask('POST', path, { metadata: { name: 'gold' }, driverName: 'd', parameters: { iops: '1' } });
  const spec = {
    accessModes: ['ReadWriteOnce'],
    resources: { requests: { storage: '1Gi' } },
    volumeAttributesClassName: 'gold',
  };
  ask('POST', claims, { metadata: { name: 'c' }, spec });
  ask('DELETE', `${path}/gold`);
  expect(ask('GET', `${path}/gold`)).toBe(200);
  ask('DELETE', `${claims}/c`);
  expect(ask('GET', `${path}/gold`)).toBe(404);
});
