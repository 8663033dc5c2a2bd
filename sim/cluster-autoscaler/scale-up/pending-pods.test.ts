import { describe, expect, it } from 'vitest';
import type { Pod } from '../../api/kinds/core.js';
import { ClusterSnapshot } from '../cluster-snapshot.js';
import { madeGroup, madeNode, madePod, ownedBy, readerOf, testNowMs } from '../made-objects.js';
import { upcomingOf, isWorthANode, withoutPlace } from './pending-pods.js';

function waiting(name: string, cpu: string, priority = 0): Pod {
  const conditions = [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable' }];
  return { ...madePod(name, { cpu }, { spec: { priority } }), status: { conditions } };
}

describe('pods that wait for nodes', () => {
  it('are those that a scheduler has found no place for', () => {
    const pod = waiting('p', '1');
    expect(isWorthANode(pod)).toBe(true);
    expect(isWorthANode({ ...pod, status: {} })).toBe(false);
    expect(isWorthANode(waiting('p', '1', -11))).toBe(false);
    expect(isWorthANode(waiting('p', '1', -10))).toBe(true);
    const ownerReferences = [ownedBy('DaemonSet')];
    expect(isWorthANode({ ...pod, metadata: { ...pod.metadata, ownerReferences } })).toBe(false);
  });

  it('are not those that fit on what is there or on its way, the most important first', () => {
    const node = madeNode('n', { cpu: '2' });
    const scene = { nodes: [node], pods: [], objects: readerOf(), nowMs: testNowMs };
    const pods = [waiting('late', '2'), waiting('first', '2', 5), waiting('second', '2', 1)];
    const left = (upcoming: number) => {
      const snapshot = new ClusterSnapshot(scene);
      const group = { ...madeGroup('g', { max: 5 }), targetSize: upcoming, upcoming };
      const templates = new Map([['g', { node, pods: [] }]]);
      for (const each of upcomingOf([group], templates)) snapshot.addNode(each);
      return withoutPlace(snapshot, pods).map(({ metadata }) => metadata.name);
    };
    expect([left(0), left(1), left(2)]).toEqual([['second', 'late'], ['late'], []]);
  });
});
