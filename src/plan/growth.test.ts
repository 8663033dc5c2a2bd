import { expect, it } from 'vitest';
import type { HasMetadata } from '../../sim/api/object.js';
import type { AutoscalerConfig } from '../gpu/autoscaler-config.js';
import { growthFor, growthLines } from './growth.js';
import { World } from './world.js';

const autoscaler: AutoscalerConfig = {
  nodeGroups: [
    { name: 'cpu', max: 3, cpu: '8', memory: '32Gi' },
    { name: 'gpu', max: 1, gpus: { product: 'Tesla-T4', count: 2 } },
  ],
};

function node(name: string, labels: Readonly<Record<string, string>> = {}): HasMetadata {
  const list = { cpu: '8', memory: '32Gi', pods: '110' };
  const conditions = [{ type: 'Ready', status: 'True' }];
  const status = { capacity: list, allocatable: list, conditions };
  return { apiVersion: 'v1', kind: 'Node', metadata: { name, labels }, status } as HasMetadata;
}

function pod(name: string, requests: object, nodeName?: string): HasMetadata {
  const containers = [{ name: 'c', image: 'i', resources: { requests } }];
  const spec = { containers, ...(nodeName !== undefined && { nodeName }) };
  const metadata = { name, namespace: 'default' };
  return { apiVersion: 'v1', kind: 'Pod', metadata, spec } as HasMetadata;
}

function lines(objects: readonly HasMetadata[]): string[] {
  const world = World.of(objects);
  const waiting = world.pods.filter(({ spec }) => spec?.nodeName === undefined);
  return growthLines(growthFor(world, waiting, autoscaler));
}

it('says which groups would grow, counting the nodes that they have', () => {
  const own = { 'seatrial.dev/node-group': 'cpu' };
  const large = { cpu: '6' };
  const gpus = { cpu: '6', 'nvidia.com/gpu': '2' };
  expect(
    lines([
      node('a', own),
      pod('there', large, 'a'),
      pod('b', large),
      pod('c', large),
      pod('d', gpus),
    ]),
  ).toEqual([
    'Cluster Autoscaler would let cpu 1->3 (max: 3), gpu 0->1 (max: 1) grow for default/b, default/c, default/d',
  ]);
});

it('says why no group helps', () => {
  const own = { 'seatrial.dev/node-group': 'gpu' };
  expect(lines([node('a', own), pod('huge', { cpu: '20' })])).toEqual([
    "default/huge: pod didn't trigger scale-up: 1 Insufficient cpu, 1 max node group size reached",
  ]);
  expect(lines([node('a'), pod('small', { cpu: '1' })])).toEqual([]);
});
