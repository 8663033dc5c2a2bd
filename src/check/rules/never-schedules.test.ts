import { expect, it } from 'vitest';
import { deployment, found, node } from '../../../test/check/found.js';

const gpus = (count: number): string =>
  deployment({ container: `resources: { limits: { nvidia.com/gpu: ${count} } }` });
const cluster = [node('a', { 'nvidia.com/gpu': '4' }), node('b')];

it('tells a pod that no empty node can take, and the smallest change', () => {
  expect(found('SEA101', gpus(8), cluster)).toEqual([
    'error 5 0/2 nodes are available: 2 Insufficient nvidia.com/gpu. no new claims to deallocate, preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling.',
  ]);
});

it('says nothing where one node can, or no cluster is known', () => {
  expect(found('SEA101', gpus(4), cluster)).toEqual([]);
  expect(found('SEA101', gpus(8))).toEqual([]);
});

it('leaves claims and other pods aside', () => {
  const spec = `volumes: [{ name: v, persistentVolumeClaim: { claimName: c } }],
    affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [
      { topologyKey: zone, labelSelector: { matchLabels: { app: other } } }] } },`;
  expect(found('SEA101', deployment({ spec }), cluster)).toEqual([]);
});
