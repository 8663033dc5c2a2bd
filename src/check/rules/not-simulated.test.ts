import { expect, it } from 'vitest';
import { found } from '../../../test/check/found.js';

it('names each kind once, with its count', () => {
  const text = ['a', 'b']
    .map(name => `{ apiVersion: ray.io/v1, kind: RayJob, metadata: { name: ${name} } }`)
    .join('\n---\n');
  expect(found('SEA003', text)).toEqual([
    'info 1 RayJob (ray.io/v1), 2 objects: no CustomResourceDefinition defines it: stored as it is, and nothing but its metadata is checked',
  ]);
});

it('finds what is wrong with the metadata of a kind that nobody defines', () => {
  const text = '{ apiVersion: ray.io/v1, kind: RayJob, metadata: { name: Not_A_Name } }';
  expect(found('SEA006', text)).toEqual([expect.stringContaining('Not_A_Name')]);
});

it('stores nothing under a kind that is unknown in a group that is defined', () => {
  const crd = `{ apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, metadata: { name: rayjobs.ray.io },
    spec: { group: ray.io, scope: Namespaced, names: { plural: rayjobs, kind: RayJob },
      versions: [{ name: v1, served: true, storage: true, schema: { openAPIV3Schema: { type: object } } }] } }`;
  const text = `${crd}\n---\n{ apiVersion: ray.io/v1, kind: RayJobb, metadata: { name: a } }`;
  expect(found('SEA003', text)).toEqual([
    'info 5 RayJobb (ray.io/v1), 1 object: no CustomResourceDefinition defines it: not checked, not stored',
  ]);
});

it('knows the modelled operators', () => {
  const text = '{ apiVersion: kubeflow.org/v1, kind: PyTorchJob, metadata: { name: a } }';
  expect(found('SEA003', text)).toEqual([]);
});
