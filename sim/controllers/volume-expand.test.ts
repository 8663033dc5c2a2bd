import { expect, it } from 'vitest';
import { boot } from '../index.js';

const namespace = '/api/v1/namespaces/default';
const admin = { certificate: { user: 'admin', groups: ['system:masters'] } };

interface Told {
  readonly items?: readonly { readonly reason?: string; readonly message?: string }[];
}

it('tells of a claim that asks for more that it waits for a resizer', () => {
  const { loop, serve } = boot({ seed: 1, nodes: [] });
  const ask = (method: 'GET' | 'PATCH' | 'POST', path: string, sent?: object): unknown => {
    let body: unknown;
    const headers = { 'content-type': 'application/merge-patch+json' };
    const request = { method, path, ...(sent && { body: sent }) };
    serve(method === 'PATCH' ? { ...request, headers } : request, admin, answer => {
      body = answer.body;
    });
    loop.runUntil(loop.now() + 16_000);
    return body;
  };
  const told = () =>
    ((ask('GET', `${namespace}/events`) as Told).items ?? [])
      .filter(({ reason }) => reason === 'ExternalExpanding')
      .map(({ message }) => message);
  const accessModes = ['ReadWriteOnce'];
  ask('POST', '/apis/storage.k8s.io/v1/storageclasses', {
    metadata: { name: 'growing' },
    provisioner: 'csi.example.com',
    allowVolumeExpansion: true,
  });
  const csi = { driver: 'csi.example.com', volumeHandle: 'one' };
  ask('POST', '/api/v1/persistentvolumes', {
    metadata: { name: 'v' },
    spec: { capacity: { storage: '1Gi' }, accessModes, csi, storageClassName: 'growing' },
  });
  const claims = `${namespace}/persistentvolumeclaims`;
  const requests = (storage: string) => ({ resources: { requests: { storage } } });
  const spec = { accessModes, storageClassName: 'growing', volumeName: 'v', ...requests('1Gi') };
  ask('POST', claims, { metadata: { name: 'c' }, spec });
  expect(told()).toEqual([]);
  ask('PATCH', `${claims}/c`, { spec: requests('2Gi') });
  expect(told()).toEqual(['waiting for an external controller to expand this PVC']);
});
