import { describe, expect, it } from 'vitest';
import type { Node, Pod } from '../../api/kinds/core.js';
import { madeGroup, madeNode, madePod, ownedBy, readerOf, testNowMs } from '../made-objects.js';
import type { NodeGroup } from '../node-group.js';
import { defaultOptions, type AutoscalerOptions } from '../options.js';
import { scaleUpEvents } from './events.js';
import { scaleUp, type ScaleUp } from './scale-up.js';

interface Scene {
  readonly nodes?: readonly Node[];
  readonly pods?: readonly Pod[];
  readonly groups: readonly NodeGroup[];
  readonly unschedulable: readonly Pod[];
  readonly flags?: Partial<AutoscalerOptions>;
}

function round({ flags = {}, nodes = [], pods = [], ...rest }: Scene): ScaleUp {
  const options = { ...defaultOptions, ...flags };
  return scaleUp({ nodes, pods, ...rest, options, objects: readerOf(), nowMs: testNowMs });
}

function grown({ growth }: ScaleUp): Readonly<Record<string, number>> {
  return Object.fromEntries(growth.map(({ group, add }) => [group.name, add]));
}

function texts(decided: ScaleUp): readonly string[] {
  return scaleUpEvents(decided).map(({ reason, message }) => `${reason}: ${message}`);
}

const small = { cpu: '2', memory: '1000Mi' };
const large = { cpu: '4', memory: '1000Mi' };
const fresh = (count: number, cpu: string): readonly Pod[] =>
  Array.from({ length: count }, (_, index) => madePod(`new-${index}`, { cpu }));

describe('scale-up', () => {
  it('counts nodes that belong to no group for the limits of the cluster', () => {
    const nodes = [madeNode('n1', small), madeNode('n2', large)];
    const groups = [madeGroup('g', { max: 10, nodes: ['n1'] })];
    const unschedulable = fresh(2, '2');
    const cores = round({
      nodes,
      groups,
      unschedulable,
      flags: { coresTotal: { min: 0, max: 9 } },
    });
    expect([cores.best?.nodeCount, grown(cores)]).toEqual([2, { g: 1 }]);
    // The pods that the limit leaves behind are told all the same.
    expect(texts(cores)).toEqual(
      Array(2).fill('TriggeredScaleUp: pod triggered scale-up: [{g 1->2 (max: 10)}]'),
    );
    const total = round({ nodes, groups, unschedulable, flags: { maxNodesTotal: 3 } });
    expect([total.best?.nodeCount, grown(total)]).toEqual([1, { g: 1 }]);
  });

  it('says nothing to pods that only the number of nodes keeps waiting', () => {
    const nodes = [madeNode('n1', small)];
    const groups = [madeGroup('g', { max: 10, nodes: ['n1'] })];
    const full = round({
      nodes,
      groups,
      unschedulable: fresh(1, '2'),
      flags: { maxNodesTotal: 1 },
    });
    expect([full.result, full.remain, texts(full)]).toEqual(['ScaleUpNoOptionsAvailable', [], []]);
  });

  it('tells why no group helps, and of how many that is so', () => {
    const decided = round({
      nodes: [madeNode('f1', small)],
      groups: [
        madeGroup('a', { max: 5 }, madeNode('a', small)),
        madeGroup('b', { max: 5 }, madeNode('b', small)),
        madeGroup('full', { max: 1, nodes: ['f1'] }),
        madeGroup('unknown', { max: 5 }),
      ],
      unschedulable: fresh(1, '3'),
    });
    expect(texts(decided)).toEqual([
      "NotTriggerScaleUp: pod didn't trigger scale-up: 2 Insufficient cpu, " +
        '1 max node group size reached, 1 not ready for scale-up',
    ]);
  });

  it('lets groups alone that failed lately, or most of which is not ready', () => {
    const n1 = madeNode('n1', small);
    const group = madeGroup('g', { max: 10, nodes: ['n1'] });
    const reasonOf = (given: NodeGroup) =>
      round({ nodes: [n1], groups: [given], unschedulable: fresh(1, '2') }).remain[0]?.reasons.get(
        'g',
      )?.[0];
    expect(reasonOf({ ...group, isBackedOff: true })).toBe('in backoff after failed scale-up');
    expect(reasonOf({ ...group, targetSize: 5 })).toBe('not ready for scale-up');
    expect(reasonOf({ ...group, targetSize: 5, upcoming: 4 })).toBeUndefined();
    expect(reasonOf({ ...group, targetSize: 4 })).toBeUndefined();
  });

  it('splits over similar groups, but for those that are full', () => {
    const sizes = [
      ['g1', 1, 1],
      ['g2', 1, 2],
      ['g3', 1, 5],
      ['g4', 3, 5],
    ] as const;
    const groups = sizes.map(([name, size, max]) => {
      const nodes = Array.from({ length: size }, (_, index) => `${name}-${index}`);
      return madeGroup(name, { max, nodes });
    });
    const nodes = groups.flatMap(group => group.nodes.map(name => madeNode(name, small)));
    const flags = { balanceSimilarNodeGroups: true };
    const decided = round({ nodes, groups, unschedulable: fresh(4, '2'), flags });
    expect(grown(decided)).toEqual({ g2: 1, g3: 3 });
  });

  it('grows one group in a round; pods that it does not help wait', () => {
    const disk = { labels: { disk: 'ssd' } };
    const picky = madePod('picky', { cpu: '1' }, { spec: { nodeSelector: { disk: 'ssd' } } });
    const decided = round({
      groups: [
        madeGroup('plain', { max: 5 }, madeNode('p', small)),
        madeGroup('ssd', { max: 5 }, madeNode('s', { cpu: '64', memory: '64Gi' }, disk)),
      ],
      unschedulable: [...fresh(2, '2'), picky],
    });
    expect([decided.best?.group.name, grown(decided)]).toEqual(['plain', { plain: 2 }]);
    expect(decided.awaiting).toEqual([picky]);
    expect(texts(decided)).toHaveLength(2);
  });

  it('makes templates of good nodes, with what daemons take of them', () => {
    const owner = { ownerReferences: [ownedBy('DaemonSet')] };
    const daemon = madePod('d', { cpu: '1' }, { metadata: owner, spec: { nodeName: 'n1' } });
    const groups = [madeGroup('g', { max: 9, nodes: ['n1'] }, madeNode('t', large))];
    const of = (spec: Node['spec']) => {
      const nodes = [madeNode('n1', small, spec === undefined ? {} : { spec })];
      return round({ nodes, pods: [daemon], groups, unschedulable: fresh(4, '1') });
    };
    const taint = (key: string) => ({ taints: [{ key, effect: 'NoSchedule' }] });
    expect(grown(of(undefined))).toEqual({ g: 4 });
    expect(grown(of({ unschedulable: true }))).toEqual({ g: 1 });
    expect(grown(of(taint('dedicated')))).toEqual({});
    expect(grown(of(taint('startup-taint.cluster-autoscaler.kubernetes.io/x')))).toEqual({ g: 4 });
  });
});
