import { expect, it } from 'vitest';
import { found } from '../../../test/check/found.js';

it('names each kind once, with its count', () => {
  const text = ['a', 'b']
    .map(name => `{ apiVersion: ray.io/v1, kind: RayJob, metadata: { name: ${name} } }`)
    .join('\n---\n');
  expect(found('SEA003', text)).toEqual([
    'info 1 RayJob (ray.io/v1), 2 objects: no CustomResourceDefinition defines it: not checked, not stored',
  ]);
});

it('knows the modelled operators', () => {
  const text = '{ apiVersion: kubeflow.org/v1, kind: PyTorchJob, metadata: { name: a } }';
  expect(found('SEA003', text)).toEqual([]);
});
