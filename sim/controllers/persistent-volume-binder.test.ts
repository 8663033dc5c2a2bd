import { expect, it } from 'vitest';
import { boot } from '../index.js';

const admin = { certificate: { user: 'admin', groups: ['system:masters'] } };

interface Told {
  readonly items?: readonly {
    readonly reason?: string;
    readonly count?: number;
    readonly involvedObject?: { readonly name?: string };
  }[];
}

it('looks at all claims that wait at once, every 15 s, and asks a provisioner once between', () => {
  const { loop, serve } = boot({ seed: 1, nodes: [] });
  const ask = (method: 'GET' | 'POST', path: string, sent?: object): unknown => {
    let body: unknown;
    const request = { method, path, ...(sent && { body: sent }) };
    serve(request, admin, answer => (body = answer.body));
    loop.runUntil(loop.now() + 2_000);
    return body;
  };
  ask('POST', '/apis/storage.k8s.io/v1/storageclasses', {
    metadata: { name: 'away' },
    provisioner: 'csi.example.com',
  });
  const namespace = '/api/v1/namespaces/default';
  for (const name of ['one', 'two']) {
    const resources = { requests: { storage: '1Gi' } };
    const spec = { accessModes: ['ReadWriteOnce'], storageClassName: 'away', resources };
    ask('POST', `${namespace}/persistentvolumeclaims`, { metadata: { name }, spec });
  }
  const counts = () =>
    ((ask('GET', `${namespace}/events`) as Told).items ?? [])
      .filter(({ reason }) => reason === 'ExternalProvisioning')
      .map(({ count }) => count);
  expect(counts()).toEqual([1, 1]);
  const startMs = loop.now();
  const seen = new Set<string>();
  while (loop.now() < startMs + 45_000) seen.add(counts().join(' '));
  expect([...seen]).toEqual(['1 1', '2 2', '3 3', '4 4']);
});
