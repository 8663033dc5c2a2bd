/** The arithmetic of roll-outs. */
import { describe, expect, it } from 'vitest';
import type { Deployment, ReplicaSet } from '../../api/kinds/apps.js';
import { maxSurge, maxUnavailable, newSetSize } from './arithmetic.js';
import { newSetScaling, scaleDownMax, scalings, unhealthyScalings } from './scaling.js';

function deployment(
  replicas: number,
  surge: number | string,
  unavailable: number | string,
): Deployment {
  const rollingUpdate = { maxSurge: surge, maxUnavailable: unavailable };
  return {
    metadata: { name: 'web' },
    spec: {
      replicas,
      selector: {},
      template: {},
      strategy: { type: 'RollingUpdate', rollingUpdate },
    },
  };
}

function set(name: string, size: number, available: number, maxReplicas = 0): ReplicaSet {
  const annotations = { 'deployment.kubernetes.io/max-replicas': String(maxReplicas) };
  return {
    metadata: { name, annotations },
    spec: { replicas: size, selector: {} },
    status: { replicas: size, availableReplicas: available },
  };
}

const sizes = (list: readonly { readonly set: ReplicaSet; readonly size: number }[]) =>
  Object.fromEntries(list.map(one => [one.set.metadata.name, one.size]));

describe('fenceposts', () => {
  it.each([
    [10, '25%', '25%', 3, 2],
    [4, '25%', '25%', 1, 1],
    [3, '1%', '1%', 1, 0],
    [3, 0, '1%', 0, 1],
    [0, '25%', '25%', 0, 0],
    [2, 1, 5, 1, 2],
  ])('%i replicas, surge %s, unavailable %s: %i and %i', (replicas, surge, missing, up, down) => {
    const it = deployment(replicas, surge, missing);
    expect([maxSurge(it), maxUnavailable(it)]).toEqual([up, down]);
  });
});

describe('a rolling update', () => {
  const rolled = deployment(10, '25%', '25%');

  it('begins with the surge', () => {
    expect(newSetSize(rolled, [set('old', 10, 10)], 0)).toBe(3);
  });

  it('scales the old set down by what availability allows, then the new one up', () => {
    const [oldSet, newSet] = [set('old', 10, 10), set('new', 3, 0)];
    expect(scaleDownMax(rolled, { newSet, oldSets: [oldSet] }, newSet)).toBe(2);
    const sets = { newSet, oldSets: [set('old', 8, 8)] };
    expect(newSetScaling(rolled, sets, newSet)?.size).toBe(5);
  });

  it('takes all pods of a set that never got ready', () => {
    expect(sizes(unhealthyScalings([set('a', 6, 0), set('b', 4, 3)], 8).scalings)).toEqual({
      a: 0,
      b: 3,
    });
  });

  it('waits for a status that is behind', () => {
    expect(unhealthyScalings([set('a', 5, 8)], 3)).toEqual({ scalings: [], isBehind: true });
  });
});

describe('scaling during a roll-out', () => {
  it('shares by size over what each set knew as the maximum; the rest goes to the largest', () => {
    const sets = { newSet: set('new', 5, 5, 13), oldSets: [set('old', 8, 8, 13)] };
    expect(sizes(scalings(deployment(15, '25%', '25%'), sets))).toEqual({ old: 12, new: 7 });
    const bigger = { newSet: set('c', 6, 0, 12), oldSets: [set('a', 6, 6, 12)] };
    expect(sizes(scalings(deployment(12, 4, 0), bigger))).toEqual({ a: 8, c: 8 });
  });
});
