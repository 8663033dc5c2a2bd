import { expect, it } from 'vitest';
import { found } from '../../../test/check/found.js';

it('tells what the API server warns of', () => {
  const text = '{ apiVersion: v1, kind: Endpoints, metadata: { name: a } }';
  expect(found('SEA007', text)).toEqual([
    'warning 1 v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice',
  ]);
});

it('tells what a modelled operator knows of its objects', () => {
  const text = `
apiVersion: serving.kserve.io/v1beta1
kind: InferenceService
metadata: { name: a }
spec: { predictor: { minReplicas: 0, model: { modelFormat: { name: sklearn }, storageUri: 'gs://b/m' } } }
`;
  expect(found('SEA007', text)).toEqual([
    'info 2 kserve: minReplicas: 0 does not scale to zero in Standard mode: one pod stays',
  ]);
});

it('tells it of objects of Kubernetes that an operator would read', () => {
  const text = `
apiVersion: v1
kind: ConfigMap
metadata: { name: volcano-scheduler-configmap, namespace: volcano-system }
data: { volcano-scheduler.conf: 'actions: "enqueue, allocate, preempt, backfill, shuffle"' }
`;
  expect(found('SEA007', text)).toEqual([
    'info 2 volcano: actions shuffle are not simulated',
    'info 2 volcano: plug-ins gang, predicates are not listed, and are at work all the same',
    'info 2 volcano: volcano-scheduler.conf is read when the kubelet writes it, up to 90 s after a change',
  ]);
});

it('has nothing to tell of custom objects without a spec, and of options of requests', () => {
  const text = (spec: string): string =>
    `{ apiVersion: jobset.x-k8s.io/v1alpha2, kind: JobSet, metadata: { name: a }${spec} }`;
  expect(found('SEA007', text(''))).toEqual([]);
  expect(found('SEA007', text(', spec: null'))).toEqual([]);
  expect(found('SEA007', '{ apiVersion: v1, kind: PodExecOptions, command: [ls] }')).toEqual([]);
});

it('asks no operator about a kind of another group, nor stumbles over annotations that are empty', () => {
  const old = `
apiVersion: serving.kubeflow.org/v1alpha2
kind: InferenceService
metadata: { name: a }
spec: { default: { predictor: { custom: { container: { image: a } } } } }
`;
  expect(found('SEA007', old)).toEqual([]);
  const empty = `
apiVersion: ray.io/v1
kind: RayCluster
metadata:
  name: a
  annotations:
spec:
  headGroupSpec:
    rayStartParams: {}
    template: { spec: { containers: [{ name: head, image: rayproject/ray:2.9.0 }] } }
`;
  expect(found('SEA007', empty)).toEqual([]);
});
