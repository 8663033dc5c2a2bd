import { expect, it } from 'vitest';
import { deployment, found } from '../../../test/check/found.js';

const service = (selector: string): string => `
---
{ apiVersion: v1, kind: Service, metadata: { name: s }, spec: {
  ports: [{ port: 80 }], selector: ${selector} } }
`;

it('tells a slip, with the workload that is likely meant', () => {
  const text = deployment({ labels: '{ app: scorer, tier: serving }' });
  expect(found('SEA202', text + service('{ app: scorer, tier: servng }'))).toEqual([
    'warning 13 no pod of namespace default among the manifests has app=scorer,tier=servng; Deployment default/web has tier=serving, not servng',
  ]);
});

it('is not sure where no pod comes near', () => {
  expect(found('SEA202', deployment({}) + service('{ team: other }'))[0]).toMatch(/^info/);
});

it('is content with a pod, and with no selector', () => {
  expect(found('SEA202', deployment({}) + service('{ app: web }'))).toEqual([]);
  expect(found('SEA202', service('{}'))).toEqual([]);
});

const template =
  '{ metadata: { labels: { role: leader } }, spec: { containers: [{ name: a, image: a }] } }';

it.each([
  ['batch/v1', 'Job', `{ template: ${template} }`, '{ job-name: a, role: leader }'],
  [
    'apps/v1',
    'StatefulSet',
    `{ serviceName: a, selector: { matchLabels: { role: leader } }, template: ${template} }`,
    '{ statefulset.kubernetes.io/pod-name: a-0 }',
  ],
  [
    'leaderworkerset.x-k8s.io/v1',
    'LeaderWorkerSet',
    `{ leaderWorkerTemplate: { size: 2, leaderTemplate: ${template}, workerTemplate: ${template} } }`,
    '{ leaderworkerset.sigs.k8s.io/name: a, role: leader }',
  ],
  ['monitoring.coreos.com/v1', 'Alertmanager', '{}', '{ alertmanager: a }'],
  [
    'monitoring.coreos.com/v1',
    'Prometheus',
    '{ podMetadata: { labels: { x: z } } }',
    '{ prometheus: a, x: z }',
  ],
  [
    'ray.io/v1',
    'RayCluster',
    `{ headGroupSpec: { template: ${template} } }`,
    '{ ray.io/cluster: a, ray.io/node-type: head }',
  ],
  [
    'kubeflow.org/v1',
    'PyTorchJob',
    `{ pytorchReplicaSpecs: { Worker: { replicas: 2, template: ${template} } } }`,
    "{ training.kubeflow.org/job-name: a, training.kubeflow.org/replica-index: '1' }",
  ],
  [
    'jobset.x-k8s.io/v1alpha2',
    'JobSet',
    `{ replicatedJobs: [{ name: w, replicas: 2, template: { spec: { template: ${template} } } }] }`,
    '{ jobset.sigs.k8s.io/jobset-name: a, jobset.sigs.k8s.io/replicatedjob-name: w }',
  ],
])('knows the labels that pods of %s %s get', (apiVersion, kind, spec, selector) => {
  const owner = `{ apiVersion: ${apiVersion}, kind: ${kind}, metadata: { name: a }, spec: ${spec} }`;
  expect(found('SEA202', `${owner}${service(selector)}`)).toEqual([]);
  const other = selector.replace(': a', ': b');
  expect(found('SEA202', `${owner}${service(other)}`)).toHaveLength(1);
});
