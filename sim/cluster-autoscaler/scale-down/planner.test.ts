import { describe, expect, it } from 'vitest';
import type { Node, Pod } from '../../api/kinds/core.js';
import { madeGroup, madeNode, madePod, readerOf, testNowMs } from '../made-objects.js';
import { defaultOptions, type AutoscalerOptions } from '../options.js';
import { withinBudget } from './deletion-budget.js';
import { ScaleDownPlanner, type NodesToDelete, type ScaleDownScene } from './planner.js';

const own = { metadata: { namespace: 'fraud', name: 'own' }, spec: { replicas: 3 } };

function scene(nodes: readonly Node[], pods: readonly Pod[], seconds: number): ScaleDownScene {
  const names = nodes.map(({ metadata }) => metadata.name ?? '');
  const objects = readerOf({ replicasets: [own] });
  const nowMs = testNowMs + seconds * 1000;
  const groups = [madeGroup('g', { max: 100, nodes: names })];
  return { nodes, pods, groups, objects, budgets: [], nowMs };
}

function nodesOf(count: number): readonly Node[] {
  return Array.from({ length: count }, (_, index) =>
    madeNode(`n${index}`, { cpu: '8', memory: '32Gi' }),
  );
}

function on(node: number, cpu: string): Pod {
  return madePod(`p${node}`, { cpu }, { spec: { nodeName: `n${node}` } });
}

function names({ empty, drain }: NodesToDelete): readonly (readonly string[])[] {
  return [empty, drain].map(list => list.map(({ node }) => node.metadata.name ?? ''));
}

function planner(flags: Partial<AutoscalerOptions> = {}): ScaleDownPlanner {
  return new ScaleDownPlanner({ ...defaultOptions, ...flags });
}

describe('the scale-down planner', () => {
  it('lets go what has been unneeded for longer than the time', () => {
    const own = planner();
    for (const seconds of [0, 600]) {
      own.update(scene(nodesOf(2), [on(1, '6')], seconds));
      expect(names(own.nodesToDelete())).toEqual([[], []]);
      expect(own.unremovable.get('n0')?.reason).toBe('NotUnneededLongEnough');
    }
    own.update(scene(nodesOf(2), [on(1, '6')], 601));
    expect(names(own.nodesToDelete())).toEqual([['n0'], []]);
  });

  it('starts anew for a node that was needed in between', () => {
    const own = planner();
    own.update(scene(nodesOf(2), [on(1, '6')], 0));
    own.update(scene(nodesOf(2), [on(0, '6'), on(1, '6')], 300));
    expect(own.unneeded).toEqual([]);
    own.update(scene(nodesOf(2), [on(1, '6')], 601));
    expect(names(own.nodesToDelete())).toEqual([[], []]);
  });

  it('moves the pods of one node to another only once', () => {
    const own = planner();
    own.update(scene(nodesOf(3), [on(0, '3'), on(1, '3'), on(2, '4')], 0));
    // The first node's pod goes to one of the others; then those have no room for each other's.
    expect(own.unneeded).toEqual(['n0']);
    expect(own.unremovable.get('n1')?.reason ?? own.unremovable.get('n2')?.reason).toBe(
      'NoPlaceToMovePods',
    );
  });

  it('does not look again at what it could not remove for five minutes', () => {
    const own = planner();
    const bare = { ...on(0, '1'), metadata: { namespace: 'fraud', name: 'bare', uid: 'bare' } };
    const reasonAt = (seconds: number): string | undefined => {
      own.update(scene(nodesOf(2), [bare, on(1, '6')], seconds));
      return own.unremovable.get('n0')?.reason;
    };
    expect([0, 299, 300].map(reasonAt)).toEqual([
      'BlockedByPod',
      'RecentlyUnremovable',
      'BlockedByPod',
    ]);
  });

  it('looks for no more unneeded nodes than it could delete in time, and deletes ten at once', () => {
    const own = planner();
    own.update(scene(nodesOf(30), [], 0));
    expect(own.unneeded).toHaveLength(20);
    own.update(scene(nodesOf(30), [], 601));
    const [empty] = names(withinBudget(own.nodesToDelete(), defaultOptions));
    expect(empty).toEqual(Array.from({ length: 10 }, (_, index) => `n${index}`));
  });

  it('drains one node at a time', () => {
    const own = planner();
    const pods = [on(0, '1'), on(1, '1'), on(2, '5')];
    own.update(scene(nodesOf(3), pods, 0));
    own.update(scene(nodesOf(3), pods, 601));
    expect(names(own.nodesToDelete())).toEqual([[], ['n0', 'n1']]);
    expect(names(withinBudget(own.nodesToDelete(), defaultOptions))).toEqual([[], ['n0']]);
  });

  it('keeps what the cluster must have', () => {
    const own = planner({ coresTotal: { min: 16, max: 100 } });
    for (const seconds of [0, 601]) own.update(scene(nodesOf(3), [], seconds));
    expect(names(own.nodesToDelete())).toEqual([['n0'], []]);
    expect(own.unremovable.get('n1')?.reason).toBe('MinimalResourceLimitExceeded');
  });
});
