import { expect, it } from 'vitest';
import { deployments, replicaSets, type Deployment } from '../../api/kinds/apps.js';
import { pods } from '../../api/kinds/core.js';
import type { HasMetadata, Kind } from '../../api/object.js';
import type { View } from '../../client/contract.js';
import { StuckDeployments } from './stuck.js';

const deployment = {
  metadata: { name: 'd', namespace: 'n', uid: 'd1' },
  spec: { strategy: { type: 'Recreate' } },
} as Deployment;
const set: HasMetadata = { metadata: { name: 's', namespace: 'n', uid: 's1' } };

/** A cache of a deployment, its set and what that set owns: a list is another one after a change. */
function viewOf(owned: { podsOfSet: readonly HasMetadata[] }): View {
  const sets = [set];
  const nothing: readonly never[] = [];
  return {
    get: (kind: Kind) => (kind.kind === deployments.kind ? deployment : undefined),
    byIndex: (kind: Kind, index: string, value: string) => {
      if (index !== 'owner') return nothing;
      if (kind.kind === replicaSets.kind && value === 'd1') return sets;
      return kind.kind === pods.kind && value === 's1' ? owned.podsOfSet : nothing;
    },
    version: () => '1',
  } as unknown as View;
}

it('finds a deployment that recreates still until a pod of its sets changes', () => {
  const owned = { podsOfSet: [{ metadata: { name: 'p' } }] };
  const stuck = new StuckDeployments(viewOf(owned));
  stuck.note('n/d', 1000);
  expect(stuck.isStill('n/d', 900)).toBe(true);
  owned.podsOfSet = [{ metadata: { name: 'p' } }];
  expect(stuck.isStill('n/d', 950)).toBe(false);
});

it('looks again when the deadline has passed', () => {
  const stuck = new StuckDeployments(viewOf({ podsOfSet: [] }));
  stuck.note('n/d', 1000);
  expect(stuck.isStill('n/d', 1000)).toBe(true);
  expect(stuck.isStill('n/d', 1001)).toBe(false);
});
