import { expect, it } from 'vitest';
import type { LogEntry } from '../../scenario/logbook.js';
import { placeHolds } from './gpu-lane.js';
import { holdersOf } from './holders.js';
import { sceneOf } from './scene.js';

const node = (name: string, gpus: number): LogEntry => ({
  of: 'node',
  ms: 0,
  node: name,
  state: 'Ready',
  product: 'T4',
  gpus,
});
const pod = (id: number, owner?: number): LogEntry => ({
  of: 'object',
  id,
  kind: owner === undefined ? 'Job' : 'Pod',
  namespace: 'a',
  name: `o${id}`,
  ...(owner !== undefined && { owner }),
});
const hold = (id: number, ms: number, devices?: readonly string[]): LogEntry => ({
  of: 'hold',
  ms,
  id,
  node: 'n',
  gpus: 1,
  ...(devices !== undefined && { devices }),
});

it('gives each device its row, and a hold without names a free one', () => {
  const scene = sceneOf(
    [
      node('n', 2),
      ...[0, 1, 2, 3].map(id => pod(id)),
      hold(0, 0, ['GPU-a']),
      hold(1, 1, ['GPU-b']),
      { of: 'free', ms: 5, id: 0 },
      hold(2, 6, ['GPU-a']),
      { of: 'free', ms: 7, id: 1 },
      hold(3, 8),
    ],
    10,
  );
  expect(placeHolds(scene).map(({ slots }) => slots)).toEqual([[0], [1], [0], [1]]);
  expect(scene.holds.map(({ fromMs, untilMs }) => [fromMs, untilMs])).toEqual([
    [0, 5],
    [1, 7],
    [6, 10],
    [8, 10],
  ]);
});

it('groups holders by their last owner; beyond eight looks the smallest share one', () => {
  const jobs = Array.from({ length: 10 }, (_, index) => pod(index));
  const pods = jobs.map((_, index) => pod(10 + index, index));
  const holds = jobs.map((_, index) => hold(10 + index, index * 100));
  const { holders, of } = holdersOf(sceneOf([node('n', 10), ...jobs, ...pods, ...holds], 1_000));
  expect(holders).toHaveLength(8);
  expect(holders[0]).toMatchObject({ name: 'a/Job o0', index: 0, letter: 'A' });
  expect(holders[7]).toMatchObject({ name: '3 others', letter: 'H' });
  expect(of.get(19)).toBe(holders[7]);
});

it('sorts nodes as people count', () => {
  const names = ['n10', 'n9', 'n2', 'm'].map(name => node(name, 0));
  expect(sceneOf(names, 1).nodes.map(({ name }) => name)).toEqual(['m', 'n2', 'n9', 'n10']);
});
