import { expect, it } from 'vitest';
import { readKindConfig } from '../gpu/kind-config.js';
import { poolsOfConfig, poolsOfNodes } from './pools-of.js';

it("reads the default cluster's pools", () => {
  const pools = poolsOfConfig(readKindConfig('kind-config.yaml').nodes);
  expect(pools.map(({ name, count, cpu, gpus }) => [name, count, cpu, gpus?.count])).toEqual([
    ['training', 1, '64', 4],
    ['training', 1, '64', 4],
    ['serving', 1, '32', 2],
  ]);
  expect(pools[0]?.taints).toEqual([
    { key: 'nvidia.com/gpu', value: 'present', effect: 'NoSchedule' },
  ]);
});

it('joins nodes of a snapshot that are alike, and leaves out those that take no pods', () => {
  const node = (name: string, taint?: string) => ({
    metadata: { name, labels: { 'kubernetes.io/hostname': name } },
    spec: taint === undefined ? {} : { taints: [{ key: taint, effect: 'NoSchedule' }] },
    status: { allocatable: { cpu: '4', memory: '8Gi', 'nvidia.com/gpu': '1' } },
  });
  const nodes = [
    node('a'),
    node('b', 'node.kubernetes.io/not-ready'),
    node('c', 'node-role.kubernetes.io/control-plane'),
  ];
  expect(poolsOfNodes(nodes)).toEqual([
    {
      name: 'gpu',
      count: 2,
      cpu: '4',
      memory: '8Gi',
      gpus: { product: 'GPU', count: 1 },
      labels: { 'nvidia.com/gpu.count': '1' },
    },
  ]);
});
