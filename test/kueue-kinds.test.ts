/** Kueue on a whole cluster: the kinds that it starts, and its API's older version. */
import { describe, expect, it } from 'vitest';
import { manifests, simulate } from '../src/index.js';

const queues = `
apiVersion: kueue.x-k8s.io/v1beta1
kind: ResourceFlavor
metadata: {name: plain}
---
apiVersion: kueue.x-k8s.io/v1beta1
kind: ClusterQueue
metadata: {name: team}
spec:
  cohort: all
  namespaceSelector: {}
  flavorFungibility: {whenCanBorrow: Borrow, whenCanPreempt: Preempt}
  resourceGroups:
  - coveredResources: [cpu]
    flavors: [{name: plain, resources: [{name: cpu, nominalQuota: 2}]}]
---
apiVersion: kueue.x-k8s.io/v1beta1
kind: LocalQueue
metadata: {name: q, namespace: default}
spec: {clusterQueue: team}
`;

const pod = (name: string) =>
  `{containers: [{name: ${name}, image: busybox, command: [sleep, "20"], resources: {requests: {cpu: 1}}}], restartPolicy: Never}`;

const jobs = `
apiVersion: jobset.x-k8s.io/v1alpha2
kind: JobSet
metadata: {name: set, namespace: default, labels: {kueue.x-k8s.io/queue-name: q}}
spec:
  replicatedJobs:
  - name: workers
    replicas: 2
    template: {spec: {template: {spec: ${pod('c')}}}}
---
apiVersion: kubeflow.org/v1
kind: XGBoostJob
metadata: {name: boost, namespace: default, labels: {kueue.x-k8s.io/queue-name: q}}
spec:
  xgbReplicaSpecs:
    Master: {replicas: 1, template: {spec: ${pod('xgboost')}}}
    Worker: {replicas: 1, template: {spec: ${pod('xgboost')}}}
`;

type Cluster = Awaited<ReturnType<typeof simulate>>;

async function get<T>(cluster: Cluster, path: string): Promise<T> {
  return (await cluster.request({ method: 'GET', path })).body as T;
}

const root = '/apis/kueue.x-k8s.io';

/** `JobSet Admitted` and the like. */
async function admitted(cluster: Cluster): Promise<readonly string[]> {
  const path = `${root}/v1beta2/workloads`;
  const { items } = await get<{ readonly items: readonly Workload[] }>(cluster, path);
  return items.map(({ metadata, status = {} }) => {
    const types = (status.conditions ?? []).filter(one => one.status === 'True');
    const names = types.map(({ type }) => type).filter(type => type !== 'QuotaReserved');
    return [metadata.ownerReferences[0]?.kind, ...names.sort()].join(' ');
  });
}

interface Workload {
  readonly metadata: { readonly ownerReferences: readonly { readonly kind: string }[] };
  readonly status?: {
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  };
}

describe('Kueue on a whole cluster', () => {
  it('keeps queues of v1beta1 as v1beta2, and shows them in both', async () => {
    await using cluster = await simulate({ seed: 1, operators: ['kueue'] });
    for (const { message } of await cluster.apply(manifests(queues))) {
      expect(message).toBeUndefined();
    }
    await cluster.advance('10s');
    const newer = await get<object>(cluster, `${root}/v1beta2/clusterqueues/team`);
    expect(newer).toMatchObject({
      apiVersion: 'kueue.x-k8s.io/v1beta2',
      spec: {
        cohortName: 'all',
        flavorFungibility: { whenCanBorrow: 'MayStopSearch', whenCanPreempt: 'MayStopSearch' },
      },
      status: { conditions: [{ type: 'Active', status: 'True' }] },
    });
    const older = await get<object>(cluster, `${root}/v1beta1/clusterqueues/team`);
    expect(older).toMatchObject({
      apiVersion: 'kueue.x-k8s.io/v1beta1',
      spec: { cohort: 'all' },
    });
    expect(older).not.toHaveProperty('spec.cohortName');
    const local = await get<object>(cluster, `${root}/v1beta1/namespaces/default/localqueues/q`);
    expect(local).toMatchObject({ status: { flavorUsage: [{ name: 'plain' }] } });
  });

  it('runs a JobSet and an XGBoostJob one after the other', async () => {
    const operators = ['kueue', 'jobset', 'training-operator'];
    await using cluster = await simulate({ seed: 1, operators });
    await cluster.apply(manifests(queues));
    await cluster.advance('5s');
    await cluster.apply(manifests(jobs));
    await cluster.advance('15s');
    expect(await admitted(cluster)).toEqual(['JobSet Admitted PodsReady', 'XGBoostJob']);
    await cluster.advance('25s');
    expect(await admitted(cluster)).toEqual([
      'JobSet Admitted Finished PodsReady',
      'XGBoostJob Admitted PodsReady',
    ]);
    await cluster.advance('40s');
    expect(await admitted(cluster)).toEqual([
      'JobSet Admitted Finished PodsReady',
      'XGBoostJob Admitted Finished PodsReady',
    ]);
  });
});
