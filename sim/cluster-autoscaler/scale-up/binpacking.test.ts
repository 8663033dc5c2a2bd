import { describe, expect, it } from 'vitest';
import type { Pod } from '../../api/kinds/core.js';
import { ClusterSnapshot } from '../cluster-snapshot.js';
import { madeNode, madePod, readerOf, testNowMs } from '../made-objects.js';
import { estimate, type Estimate } from './binpacking.js';
import { podGroupsOf } from './pod-groups.js';

const zone = 'topology.kubernetes.io/zone';
const hostname = 'kubernetes.io/hostname';

interface Bin {
  readonly cpu: string;
  readonly memory: string;
  readonly nodesMax?: number;
}

/** One old node stands in another zone, with little room. */
function packed(pods: readonly Pod[], { cpu, memory, nodesMax = Infinity }: Bin): Estimate {
  const old = madeNode('old', { cpu: '100m', memory: '100Mi' }, { labels: { [zone]: 'jupiter' } });
  const node = madeNode('new', { cpu, memory, pods: '10' }, { labels: { [zone]: 'mars' } });
  const objects = readerOf();
  const snapshot = new ClusterSnapshot({ nodes: [old], pods: [], objects, nowMs: testNowMs });
  const podGroups = podGroupsOf(pods);
  return estimate({ snapshot, template: { node, pods: [] }, podGroups, nodesMax });
}

function alike(
  count: number,
  [cpu, memory]: readonly [string, string],
  spec: Partial<NonNullable<Pod['spec']>> = {},
): readonly Pod[] {
  return Array.from({ length: count }, (_, index) => {
    const metadata = { labels: { app: 'x' } };
    return madePod(`${cpu}-${index}`, { cpu, memory }, { metadata, spec });
  });
}

function spread(topologyKey: string, maxSkew: number, minDomains?: number) {
  const labelSelector = { matchLabels: { app: 'x' } };
  const constraint = { topologyKey, maxSkew, whenUnsatisfiable: 'DoNotSchedule', labelSelector };
  return {
    topologySpreadConstraints: [{ ...constraint, ...(minDomains !== undefined && { minDomains }) }],
  };
}

describe('bin packing', () => {
  const big: Bin = { cpu: '1', memory: '5000' };

  it('packs by CPU and memory', () => {
    const { nodeCount, pods } = packed(alike(10, ['350m', '1000']), { cpu: '1', memory: '2000' });
    expect([nodeCount, pods.length]).toEqual([5, 10]);
  });

  it('is bound by the number of pods of a node', () => {
    const bin = { cpu: '10', memory: '20000' };
    expect(packed(alike(20, ['10m', '100']), bin).nodeCount).toBe(2);
  });

  it('opens a node for each pod with a port of the host', () => {
    const containers = [{ name: 'c', image: 'i', ports: [{ containerPort: 1, hostPort: 5555 }] }];
    expect(packed(alike(8, ['0', '0'], { containers }), big).nodeCount).toBe(8);
  });

  it('stops at the limit', () => {
    const { nodeCount, pods } = packed(alike(20, ['500m', '1000']), { ...big, nodesMax: 5 });
    expect([nodeCount, pods.length]).toEqual([5, 10]);
  });

  it('packs the largest pods first', () => {
    const mixed = [...alike(10, ['50m', '1000']), ...alike(10, ['500m', '1000'])];
    const { pods } = packed(mixed, { ...big, nodesMax: 5 });
    const large = pods.filter(({ metadata }) => metadata.name?.startsWith('500m') === true);
    expect([large.length, pods.indexOf(large[0] ?? ({} as Pod))]).toEqual([10, 0]);
  });

  it('spreads over hosts, and goes back to hosts that have too few', () => {
    const two = packed(alike(8, ['200m', '200'], spread(hostname, 2, 1)), big);
    expect([two.nodeCount, two.pods.length]).toEqual([4, 8]);
    const one = packed(alike(12, ['20m', '100'], spread(hostname, 1, 3)), big);
    expect([one.nodeCount, one.pods.length]).toEqual([3, 12]);
  });

  it('helps no more pods than the spread over zones lets it', () => {
    const { nodeCount, pods } = packed(alike(8, ['20m', '100'], spread(zone, 2, 1)), big);
    expect([nodeCount, pods.length]).toEqual([1, 2]);
  });

  it('gives up on pods that an empty node has no room for', () => {
    expect(packed(alike(3, ['2', '100']), big)).toEqual({ nodeCount: 0, pods: [] });
  });
});
