/** Which pods go first. */
import { describe, expect, it } from 'vitest';
import type { Pod } from '../../api/kinds/core.js';
import { rankForDeletion } from './pod-ranking.js';

const nowMs = Date.parse('2026-03-02T10:00:00Z');

interface Sketch {
  readonly node?: string;
  readonly phase?: string;
  readonly readyAt?: string;
  readonly cost?: string;
  readonly restarts?: number;
}

function pod(name: string, { node, phase = 'Running', readyAt, cost, restarts = 0 }: Sketch): Pod {
  const state = { name: 'c', image: 'x', imageID: '', ready: true, restartCount: restarts };
  const ready = { type: 'Ready', status: 'True', lastTransitionTime: readyAt ?? '' };
  const annotations = cost && { 'controller.kubernetes.io/pod-deletion-cost': cost };
  return {
    metadata: {
      name,
      uid: name,
      creationTimestamp: '2026-03-02T09:00:00Z',
      ...(annotations && { annotations }),
    },
    spec: { containers: [], ...(node && { nodeName: node }) },
    status: { phase, containerStatuses: [state], ...(readyAt && { conditions: [ready] }) },
  };
}

const order = (pods: readonly Pod[], related: readonly Pod[] = []) =>
  rankForDeletion(pods, related, nowMs).map(({ metadata }) => metadata.name);

describe('rankForDeletion', () => {
  it('goes by assignment, phase, readiness, cost, neighbours, age of readiness, restarts', () => {
    const early = '2026-03-02T08:00:00Z';
    const late = '2026-03-02T09:59:00Z';
    const unassigned = pod('unassigned', { phase: 'Pending' });
    const pending = pod('pending', { node: 'a', phase: 'Pending' });
    const unready = pod('unready', { node: 'a', cost: '100' });
    const cheap = pod('cheap', { node: 'a', readyAt: early, cost: '-1' });
    const crowded = pod('crowded', { node: 'b', readyAt: early });
    const young = pod('young', { node: 'a', readyAt: late });
    const worn = pod('worn', { node: 'a', readyAt: early, restarts: 3 });
    const old = pod('old', { node: 'a', readyAt: early });
    const related = [crowded, pod('r1', { node: 'b' }), pod('r2', { node: 'b' }), young];
    const pods = [old, worn, young, crowded, cheap, unready, pending, unassigned];
    expect(order(pods, related)).toEqual([
      'unassigned',
      'pending',
      'unready',
      'cheap',
      'crowded',
      'young',
      'worn',
      'old',
    ]);
  });

  it('leaves ages of one power of two to the uid', () => {
    const b = pod('b', { node: 'n', readyAt: '2026-03-02T09:50:00Z' });
    const a = pod('a', { node: 'n', readyAt: '2026-03-02T09:49:30Z' });
    expect(order([b, a])).toEqual(['a', 'b']);
  });
});
