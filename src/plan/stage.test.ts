import { expect, it } from 'vitest';
import type { KubeObject } from '../../sim/api/object.js';
import { compareQuantities } from '../../sim/api/quantity.js';
import { buildStage, worldOf } from './stage.js';
import { podKey } from './world.js';

const allocatable = {
  cpu: '15890m',
  memory: '62321Mi',
  'ephemeral-storage': '95551679124',
  pods: '58',
  'nvidia.com/gpu': '4',
  'hugepages-2Mi': '0',
};

function node(name: string, status: string, spec: object = {}): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: { 'kubernetes.io/hostname': name, 'example.com/rack': 'r1' } },
    spec,
    status: { allocatable, conditions: [{ type: 'Ready', status }] },
  };
}

function pod(name: string, spec: object, metadata: object = {}): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { namespace: 'team', name, ...metadata },
    spec: { containers: [{ name: 'c', image: 'i' }], ...spec },
  };
}

const web = {
  labels: { 'pod-template-hash': 'abc' },
  ownerReferences: [{ kind: 'ReplicaSet', name: 'web-abc', controller: true }],
};

it('rebuilds nodes and pods as a scheduler would find them', async () => {
  const objects = [
    node('ready', 'True'),
    node('cordoned', 'True', { unschedulable: true }),
    node('dead', 'False'),
    pod('urgent', { nodeName: 'ready', priority: 500 }),
    pod('web-1', { nodeName: 'ready' }, web),
    { ...pod('over', { nodeName: 'ready' }), status: { phase: 'Succeeded' } },
  ];
  const deployment = { kind: 'Deployment', metadata: { namespace: 'team', name: 'web' } };
  const { cluster, warnings, replaced } = await buildStage(objects, [deployment]);
  await using _ended = cluster;
  const world = await worldOf(cluster);

  expect(warnings).toEqual([]);
  expect(replaced).toEqual(['team/web-1']);
  expect(world.pods.map(each => [podKey(each), each.spec?.priority])).toEqual([
    ['team/urgent', 500],
  ]);
  const [cordoned, dead, ready] = world.nodes;
  for (const [name, wanted] of Object.entries(allocatable)) {
    expect(compareQuantities(ready?.status?.allocatable?.[name], wanted), name).toBe(0);
  }
  expect(ready?.metadata.labels).toMatchObject({ 'example.com/rack': 'r1' });
  expect(cordoned?.spec?.unschedulable).toBe(true);
  expect(dead?.spec?.taints?.some(({ effect }) => effect === 'NoSchedule')).toBe(true);
});

it('rebuilds what stands in a namespace with a level of pod security, and judges by it what comes', async () => {
  const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'team', labels } };
  const objects = [node('ready', 'True'), namespace, pod('held', { nodeName: 'ready' })];
  const { cluster, warnings } = await buildStage(objects, []);
  await using _ended = cluster;
  expect(warnings).toEqual([]);
  expect((await worldOf(cluster)).pods.map(podKey)).toContain('team/held');
  const [late] = await cluster.apply([pod('late', {})]);
  expect(late?.message).toContain('violates PodSecurity "restricted:latest"');
});
