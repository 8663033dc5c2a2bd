import { expect, it } from 'vitest';
import { found } from '../../../test/check/found.js';

it('names each kind once, with its count', () => {
  const text = ['a', 'b']
    .map(name => `{ apiVersion: flink.apache.org/v1, kind: FlinkJob, metadata: { name: ${name} } }`)
    .join('\n---\n');
  expect(found('SEA003', text)).toEqual([
    'info 1 FlinkJob (flink.apache.org/v1), 2 objects: no CustomResourceDefinition defines it: stored as it is, and nothing but its metadata is checked',
  ]);
});

it('finds what is wrong with the metadata of a kind that nobody defines', () => {
  const text =
    '{ apiVersion: flink.apache.org/v1, kind: FlinkJob, metadata: { name: Not_A_Name } }';
  expect(found('SEA006', text)).toEqual([expect.stringContaining('Not_A_Name')]);
});

it('stores nothing under a kind that is unknown in a group that is defined', () => {
  const crd = `{ apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, metadata: { name: flinkjobs.flink.apache.org },
    spec: { group: flink.apache.org, scope: Namespaced,
      names: { plural: flinkjobs, kind: FlinkJob }, versions: [{ name: v1, served: true, storage: true, schema: { openAPIV3Schema: { type: object } } }] } }`;
  const text = `${crd}\n---\n{ apiVersion: flink.apache.org/v1, kind: FlinkJobb, metadata: { name: a } }`;
  expect(found('SEA003', text)).toEqual([
    'info 5 FlinkJobb (flink.apache.org/v1), 1 object: no CustomResourceDefinition defines it: not checked, not stored',
  ]);
});

it('knows the modelled operators', () => {
  const text = '{ apiVersion: kubeflow.org/v1, kind: PyTorchJob, metadata: { name: a } }';
  expect(found('SEA003', text)).toEqual([]);
});

it('knows one project of a group that several share from the others', () => {
  const object = (kind: string) =>
    `{ apiVersion: argoproj.io/v1alpha1, kind: ${kind}, metadata: { name: a }, spec: {} }`;
  expect(found('SEA003', object('Rollout'))).toEqual([]);
  expect(found('SEA003', object('Sensor'))).toEqual([
    expect.stringMatching(/^info 1 Sensor \(argoproj\.io\/v1alpha1\), 1 object: no Custom/),
  ]);
});

it("tells what kind's own file is for", () => {
  const text = 'kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\nnodes: []\n';
  expect(found('SEA003', text)).toEqual([
    "info 1 Cluster of kind's own configuration: it is no object, and kubectl apply would refuse it",
  ]);
});
