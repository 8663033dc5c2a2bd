import { expect, it } from 'vitest';
import { deployment, found, node } from '../../../test/check/found.js';

const spec = `affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [
  { topologyKey: kubernetes.io/hostname, labelSelector: { matchLabels: { app: web } } }] } },`;
const cluster = [node('a'), node('b')];

it('tells more replicas than nodes', () => {
  expect(found('SEA103', deployment({ spec, rest: 'replicas: 3,' }), cluster)).toEqual([
    'error 7 3 replicas may not share a node, and 2 nodes take pods',
  ]);
});

it('is content with as many as nodes', () => {
  expect(found('SEA103', deployment({ spec, rest: 'replicas: 2,' }), cluster)).toEqual([]);
});
