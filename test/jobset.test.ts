/** JobSets on a whole cluster, where the real binary of JobSet v0.11, attached to `seatrial up`, did the same. */
import { expect, it } from 'vitest';
import { manifests, simulate } from '../src/index.js';
import type { Event, Pod } from '../sim/api/kinds/core.js';

const exclusive = `
apiVersion: jobset.x-k8s.io/v1alpha2
kind: JobSet
metadata:
  name: exclusive
  namespace: default
  annotations: {alpha.jobset.sigs.k8s.io/exclusive-topology: kubernetes.io/hostname}
spec:
  replicatedJobs:
  - name: w
    replicas: 2
    template:
      spec:
        parallelism: 2
        completions: 2
        template:
          spec:
            tolerations: [{key: nvidia.com/gpu, operator: Exists}]
            containers: [{name: c, image: busybox, command: [sleep, "600"]}]
`;

const mayMark = `
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: may-mark}
rules: [{apiGroups: [''], resources: [pods/status], verbs: [update]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: may-mark}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: may-mark}
subjects: [{kind: ServiceAccount, name: jobset-controller-manager, namespace: jobset-system}]
`;

async function exclusiveCluster(text = exclusive) {
  const cluster = await simulate({ seed: 1, operators: ['jobset'] });
  for (const { message } of await cluster.apply(manifests(text))) {
    expect(message).toBeUndefined();
  }
  await cluster.advance('2m');
  const list = async <T>(path: string): Promise<readonly T[]> => {
    const { body } = await cluster.request({ method: 'GET', path });
    return (body as { readonly items: readonly T[] }).items;
  };
  return { cluster, list };
}

it('gives each Job of an exclusive JobSet a domain of its own', async () => {
  const { cluster, list } = await exclusiveCluster();
  await using _ = cluster;
  const pods = await list<Pod>('/api/v1/namespaces/default/pods');
  expect(pods).toHaveLength(4);
  const nodesOf = (job: string): readonly (string | undefined)[] => [
    ...new Set(
      pods
        .filter(({ metadata }) => metadata.labels?.['job-name'] === job)
        .map(({ spec }) => spec?.nodeName),
    ),
  ];
  const [first, second] = [nodesOf('exclusive-w-0'), nodesOf('exclusive-w-1')];
  expect([first.length, second.length]).toEqual([1, 1]);
  expect(first).not.toEqual(second);
  const leader = pods.find(({ metadata }) => metadata.name?.startsWith('exclusive-w-0-0-'));
  const key = leader?.metadata.labels?.['jobset.sigs.k8s.io/job-key'] ?? '';
  const common = { topologyKey: 'kubernetes.io/hostname', namespaceSelector: {} };
  const job = { key: 'jobset.sigs.k8s.io/job-key' };
  expect(leader?.spec?.affinity).toEqual({
    podAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: [
        {
          ...common,
          labelSelector: { matchExpressions: [{ ...job, operator: 'In', values: [key] }] },
        },
      ],
    },
    podAntiAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: [
        {
          ...common,
          labelSelector: {
            matchExpressions: [
              { ...job, operator: 'Exists' },
              { ...job, operator: 'NotIn', values: [key] },
              { key: 'jobset.sigs.k8s.io/priority', operator: 'In', values: ['0'] },
            ],
          },
        },
      ],
    },
  });
  const path = '/apis/jobset.x-k8s.io/v1alpha2/namespaces/default/jobsets/exclusive';
  const { body } = await cluster.request({ method: 'GET', path });
  const containers = [{ resources: {} }];
  const template = { metadata: {}, spec: { template: { metadata: {}, spec: { containers } } } };
  // As Go's webhook writes it back.
  expect(body).toMatchObject({ spec: { replicatedJobs: [{ template }] } });
  const follower = pods.find(({ metadata }) => metadata.name?.startsWith('exclusive-w-0-1-'));
  expect(follower?.spec?.nodeSelector).toEqual({ 'kubernetes.io/hostname': first[0] });
});

it('refuses the pods that come before their leader is placed, so that the Job tries again', async () => {
  const nowhere = exclusive.replace(
    'tolerations:',
    'nodeSelector: {pool: none}\n            tolerations:',
  );
  const { cluster, list } = await exclusiveCluster(nowhere);
  await using _ = cluster;
  expect(await list<Pod>('/api/v1/namespaces/default/pods')).toHaveLength(2);
  const events = await list<Event>('/api/v1/namespaces/default/events');
  const refusals = events.filter(({ reason }) => reason === 'FailedCreate');
  expect([...new Set(refusals.map(({ message }) => message))]).toEqual([
    'Error creating: admission webhook "vpod.kb.io" denied the request: ' +
      'follower pod node selector for topology domain not found. missing selector: kubernetes.io/hostname',
  ]);
});

it('deletes pods that do not follow their leader, where its account may mark them first', async () => {
  const { cluster, list } = await exclusiveCluster();
  await using _ = cluster;
  const uids = async (prefix: string): Promise<readonly (string | undefined)[]> =>
    (await list<Pod>('/api/v1/namespaces/default/pods'))
      .filter(({ metadata }) => metadata.name?.startsWith(prefix))
      .map(({ metadata }) => metadata.uid);
  const all = await list<Pod>('/api/v1/namespaces/default/pods');
  const leader = all.find(({ metadata }) => metadata.name?.startsWith('exclusive-w-0-0-'));
  const before = await uids('exclusive-w-0-1-');
  const topology = 'alpha.jobset.sigs.k8s.io/exclusive-topology';
  const { status } = await cluster.request({
    method: 'PATCH',
    path: `/api/v1/namespaces/default/pods/${leader?.metadata.name ?? ''}`,
    headers: { 'content-type': 'application/merge-patch+json' },
    body: { metadata: { annotations: { [topology]: 'topology.kubernetes.io/zone' } } },
  });
  expect(status).toBe(200);
  await cluster.advance('1m');
  // Its own role lacks pods/status, as upstream's does.
  expect(await uids('exclusive-w-0-1-')).toEqual(before);
  await cluster.apply(manifests(mayMark));
  await cluster.advance('3m');
  expect(await uids('exclusive-w-0-1-')).not.toEqual(before);
  expect(await uids('exclusive-w-0-0-')).toEqual([leader?.metadata.uid]);
});
