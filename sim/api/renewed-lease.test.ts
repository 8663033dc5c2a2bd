import { expect, test } from 'vitest';
import type { Lease } from './kinds/coordination.js';
import { withLeaseVersion, withRenewTime } from './renewed-lease.js';

const usual: Lease = {
  kind: 'Lease',
  apiVersion: 'coordination.k8s.io/v1',
  metadata: {
    name: 'n1',
    namespace: 'kube-node-lease',
    uid: 'u1',
    resourceVersion: '7',
    creationTimestamp: '2026-01-01T00:00:00Z',
    ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name: 'n1', uid: 'u2' }],
  },
  spec: { holderIdentity: 'n1', leaseDurationSeconds: 40, renewTime: 'then' },
};
const { ownerReferences: _, ...ownerless } = usual.metadata;

/** Leases as others write them: with more, with less, in another order. */
const leases: readonly Lease[] = [
  usual,
  { ...usual, metadata: { ...usual.metadata, labels: { a: 'b' } } },
  { ...usual, metadata: ownerless },
  { ...usual, spec: { ...usual.spec, leaseTransitions: 3 } },
  { ...usual, spec: { renewTime: 'then', holderIdentity: 'n1', leaseDurationSeconds: 40 } },
  { metadata: usual.metadata, spec: { holderIdentity: 'n1' } },
];

test('a copy has the fields that a spread gives, in its order', () => {
  for (const lease of leases) {
    const renewed = { ...lease, spec: { ...lease.spec, renewTime: 'now' } };
    expect(JSON.stringify(withRenewTime(lease, 'now'))).toBe(JSON.stringify(renewed));
    const stored = { ...lease, metadata: { ...lease.metadata, resourceVersion: '8' } };
    expect(JSON.stringify(withLeaseVersion(lease, '8'))).toBe(JSON.stringify(stored));
  }
});
