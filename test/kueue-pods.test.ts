/** Kueue on a whole cluster: pods behind gates, those of Deployments, and groups. */
import { describe, expect, it } from 'vitest';
import { manifests, simulate } from '../src/index.js';

const queues = `
apiVersion: kueue.x-k8s.io/v1beta2
kind: ResourceFlavor
metadata: {name: plain}
---
apiVersion: kueue.x-k8s.io/v1beta2
kind: ClusterQueue
metadata: {name: team}
spec:
  namespaceSelector: {}
  preemption: {withinClusterQueue: LowerPriority}
  resourceGroups:
  - coveredResources: [cpu]
    flavors: [{name: plain, resources: [{name: cpu, nominalQuota: 2}]}]
---
apiVersion: kueue.x-k8s.io/v1beta2
kind: LocalQueue
metadata: {name: q, namespace: default}
spec: {clusterQueue: team}
---
apiVersion: kueue.x-k8s.io/v1beta2
kind: WorkloadPriorityClass
metadata: {name: high}
value: 10
`;

const web = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: default, labels: {kueue.x-k8s.io/queue-name: q}}
spec:
  replicas: 3
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers: [{name: c, image: web, command: [sleep, inf], resources: {requests: {cpu: 1}}}]
`;

const urgent = `
apiVersion: v1
kind: Pod
metadata:
  name: urgent
  namespace: default
  labels: {kueue.x-k8s.io/queue-name: q, kueue.x-k8s.io/priority-class: high}
spec:
  restartPolicy: Never
  containers: [{name: c, image: busybox, command: [sleep, "60"], resources: {requests: {cpu: 1}}}]
`;

const member = (name: string) => `
apiVersion: v1
kind: Pod
metadata:
  name: ${name}
  namespace: default
  labels: {kueue.x-k8s.io/queue-name: q, kueue.x-k8s.io/pod-group-name: g}
  annotations: {kueue.x-k8s.io/pod-group-total-count: "2"}
spec:
  restartPolicy: Never
  containers: [{name: c, image: busybox, command: [sleep, "60"], resources: {requests: {cpu: 1}}}]
`;

type Cluster = Awaited<ReturnType<typeof simulate>>;

const root = '/api/v1/namespaces/default/pods';

async function get<T>(cluster: Cluster, path: string): Promise<T> {
  return (await cluster.request({ method: 'GET', path })).body as T;
}

interface GatedPod {
  readonly metadata: { readonly name: string; readonly deletionTimestamp?: string };
  readonly spec: { readonly schedulingGates?: readonly { readonly name: string }[] };
  readonly status: { readonly phase: string; readonly conditions: readonly object[] };
}

interface Workload {
  readonly status?: {
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  };
}

/** `web Pending`, and the gates. */
async function phases(cluster: Cluster): Promise<readonly string[]> {
  const { items } = await get<{ readonly items: readonly GatedPod[] }>(cluster, root);
  return items
    .map(({ metadata, status, spec }) => {
      const gates = (spec.schedulingGates ?? []).map(({ name }) => name.split('/')[1]);
      return [metadata.name.split('-')[0], status.phase, ...gates].join(' ');
    })
    .sort();
}

/** What is true of each workload. */
async function told(cluster: Cluster): Promise<readonly string[]> {
  const path = '/apis/kueue.x-k8s.io/v1beta2/workloads';
  const { items } = await get<{ readonly items: readonly Workload[] }>(cluster, path);
  return items
    .map(({ status = {} }) =>
      (status.conditions ?? [])
        .filter(one => one.status === 'True' && one.type !== 'QuotaReserved')
        .map(({ type }) => type)
        .sort()
        .join(' '),
    )
    .sort();
}

describe('Kueue and pods on a whole cluster', () => {
  it('gates pods of their own and of a Deployment, and deletes the pushed out', async () => {
    await using cluster = await simulate({ seed: 1, operators: ['kueue'] });
    await cluster.apply(manifests(queues));
    await cluster.advance('5s');
    for (const { message } of await cluster.apply(manifests(web))) {
      expect(message).toBeUndefined();
    }
    await cluster.advance('20s');
    const running = 'Admitted PodsReady';
    expect(await told(cluster)).toEqual(['', running, running]);
    const waits = 'web Pending admission topology';
    expect(await phases(cluster)).toEqual([waits, 'web Running', 'web Running']);

    await cluster.apply(manifests(urgent));
    await cluster.advance('2s');
    const [ending] = (
      await get<{ readonly items: readonly GatedPod[] }>(cluster, root)
    ).items.filter(({ metadata }) => metadata.deletionTimestamp !== undefined);
    expect(ending?.status.conditions).toContainEqual(
      expect.objectContaining({
        ...{ type: 'TerminationTarget', status: 'True' },
        reason: 'WorkloadEvictedDueToPreempted',
      }),
    );
    await cluster.advance('40s');
    expect(await phases(cluster)).toEqual(['urgent Running', waits, waits, 'web Running']);
    await cluster.advance('60s');
    expect(await phases(cluster)).toEqual([
      'urgent Succeeded',
      waits,
      'web Running',
      'web Running',
    ]);
    const done = await get<{ readonly metadata: object }>(cluster, `${root}/urgent`);
    expect(done.metadata).not.toHaveProperty('finalizers');
    await cluster.request({
      method: 'DELETE',
      path: '/apis/apps/v1/namespaces/default/deployments/web',
    });
    await cluster.advance('90s');
    expect(await phases(cluster)).toEqual(['urgent Succeeded']);
    expect(await told(cluster)).toEqual(['Admitted Finished']);
  });

  it('starts a group when all of it is there, and waits for others when it is pushed out', async () => {
    await using cluster = await simulate({ seed: 1, operators: ['kueue'] });
    await cluster.apply(manifests(queues));
    await cluster.advance('5s');
    const waits = (name: string) => `${name} Pending admission topology`;
    await cluster.apply(manifests(member('a')));
    await cluster.advance('10s');
    expect([await phases(cluster), await told(cluster)]).toEqual([[waits('a')], []]);
    await cluster.apply(manifests(member('b')));
    await cluster.advance('20s');
    expect(await phases(cluster)).toEqual(['a Running', 'b Running']);
    expect(await told(cluster)).toEqual(['Admitted PodsReady']);
    const path = '/apis/kueue.x-k8s.io/v1beta2/namespaces/default/workloads/g';
    expect(await get<object>(cluster, path)).toMatchObject({
      metadata: { ownerReferences: [{ name: 'a' }, { name: 'b' }] },
      spec: { podSets: [{ count: 2 }] },
    });

    await cluster.apply(manifests(urgent));
    await cluster.advance('50s');
    expect(await phases(cluster)).toEqual(['a Failed', 'b Failed', 'urgent Running']);
    expect(await told(cluster)).toEqual([
      'Admitted PodsReady',
      'Evicted Preempted Requeued WaitingForReplacementPods',
    ]);
    await cluster.advance('60s');
    await cluster.apply(manifests(`${member('c')}---${member('d')}`));
    await cluster.advance('20s');
    expect(await phases(cluster)).toEqual(['c Running', 'd Running', 'urgent Succeeded']);
    await cluster.advance('60s');
    expect(await get<object>(cluster, path)).toMatchObject({
      status: {
        conditions: expect.arrayContaining([
          expect.objectContaining({ type: 'Finished', message: 'Pods succeeded: 2/2.' }),
        ]) as object,
      },
    });
    const { metadata } = await get<{ readonly metadata: object }>(cluster, `${root}/c`);
    expect(metadata).not.toHaveProperty('finalizers');
  });
});
