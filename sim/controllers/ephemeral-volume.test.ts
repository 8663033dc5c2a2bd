import { expect, it } from 'vitest';
import { boot } from '../index.js';

const namespace = '/api/v1/namespaces/default';
const admin = { certificate: { user: 'admin', groups: ['system:masters'] } };

interface Seen {
  readonly items?: readonly Seen[];
  readonly metadata?: {
    readonly labels?: object;
    readonly ownerReferences?: readonly object[];
    readonly uid?: string;
  };
  readonly spec?: object;
  readonly source?: object;
  readonly reason?: string;
  readonly message?: string;
}

function cluster() {
  const { loop, serve } = boot({ seed: 1, nodes: [] });
  return (method: 'DELETE' | 'GET' | 'POST', path: string, sent?: object): Seen => {
    let body: unknown;
    const request = { method, path: `${namespace}${path}`, ...(sent && { body: sent }) };
    serve(request, admin, answer => (body = answer.body));
    loop.runUntil(loop.now() + 3_000);
    return body as Seen;
  };
}

const spec = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } };
const pod = {
  metadata: { name: 'p' },
  spec: {
    containers: [{ name: 'main', image: 'nginx' }],
    volumes: [
      {
        name: 'scratch',
        ephemeral: { volumeClaimTemplate: { metadata: { labels: { app: 'x' } }, spec } },
      },
    ],
  },
};

it('makes the claim of an ephemeral volume, and again when somebody deletes it', () => {
  const ask = cluster();
  const { uid } = ask('POST', '/pods', pod).metadata ?? {};
  const claim = ask('GET', '/persistentvolumeclaims/p-scratch');
  const owner = { apiVersion: 'v1', kind: 'Pod', name: 'p', uid };
  expect(claim.metadata?.ownerReferences).toEqual([
    { ...owner, controller: true, blockOwnerDeletion: true },
  ]);
  expect([claim.metadata?.labels, claim.spec]).toMatchObject([{ app: 'x' }, spec]);
  ask('DELETE', '/persistentvolumeclaims/p-scratch');
  const again = ask('GET', '/persistentvolumeclaims/p-scratch').metadata?.uid;
  expect(again).toBeDefined();
  expect(again).not.toBe(claim.metadata?.uid);
});

it('does not take the claim of somebody else', () => {
  const ask = cluster();
  ask('POST', '/persistentvolumeclaims', { metadata: { name: 'p-scratch' }, spec });
  ask('POST', '/pods', pod);
  const message =
    'ephemeral volume scratch: PVC default/p-scratch was not created for pod default/p (pod is not owner)';
  expect(ask('GET', '/events').items).toContainEqual(
    expect.objectContaining({
      reason: 'FailedBinding',
      message,
      source: { component: 'ephemeral_volume' },
    }),
  );
});
