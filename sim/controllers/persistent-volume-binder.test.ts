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

type Ask = (method: 'GET' | 'POST' | 'PATCH', path: string, sent?: object) => unknown;

function begun(): { readonly ask: Ask; readonly nowMs: () => number } {
  const { loop, serve } = boot({ seed: 1, nodes: [] });
  const ask: Ask = (method, path, sent) => {
    let body: unknown;
    const headers = {
      'content-type': `application/${method === 'PATCH' ? 'merge-patch+' : ''}json`,
    };
    const request = { method, path, headers, ...(sent && { body: sent }) };
    serve(request, admin, answer => (body = answer.body));
    loop.runUntil(loop.now() + 2_000);
    return body;
  };
  return { ask, nowMs: () => loop.now() };
}

it('calls a claim lost whose volume forgot its uid, once all claims are looked at', () => {
  const { ask, nowMs } = begun();
  const storage = { storage: '1Gi' };
  const common = { accessModes: ['ReadWriteOnce'], storageClassName: '' };
  const volume = { ...common, capacity: storage, nfs: { server: 's', path: '/p' } };
  ask('POST', '/api/v1/persistentvolumes', { metadata: { name: 'v' }, spec: volume });
  const claims = '/api/v1/namespaces/default/persistentvolumeclaims';
  const spec = { ...common, resources: { requests: storage } };
  ask('POST', claims, { metadata: { name: 'c' }, spec });
  const phase = () => (ask('GET', `${claims}/c`) as { status?: { phase?: string } }).status?.phase;
  expect(phase()).toBe('Bound');
  const uid = null;
  ask('PATCH', '/api/v1/persistentvolumes/v', { spec: { claimRef: { uid } } });
  expect(phase()).toBe('Bound');
  const untilMs = nowMs() + 15_000;
  while (nowMs() < untilMs) phase();
  expect(phase()).toBe('Lost');
});

it('looks at all claims that wait at once, every 15 s, and asks a provisioner once between', () => {
  const { ask, nowMs } = begun();
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
  const startMs = nowMs();
  const seen = new Set<string>();
  while (nowMs() < startMs + 45_000) seen.add(counts().join(' '));
  expect([...seen]).toEqual(['1 1', '2 2', '3 3', '4 4']);
});
