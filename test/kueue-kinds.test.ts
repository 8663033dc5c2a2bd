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

const gpuQueues = `
apiVersion: kueue.x-k8s.io/v1beta2
kind: ResourceFlavor
metadata: {name: a100}
spec:
  nodeLabels: {nvidia.com/gpu.product: NVIDIA-A100-SXM4-80GB}
  tolerations: [{key: nvidia.com/gpu, operator: Exists}]
---
apiVersion: kueue.x-k8s.io/v1beta2
kind: ClusterQueue
metadata: {name: team}
spec:
  namespaceSelector: {}
  resourceGroups:
  - coveredResources: [cpu, memory, nvidia.com/gpu]
    flavors:
    - name: a100
      resources:
      - {name: cpu, nominalQuota: 16}
      - {name: memory, nominalQuota: 64Gi}
      - {name: nvidia.com/gpu, nominalQuota: 2}
---
apiVersion: kueue.x-k8s.io/v1beta2
kind: LocalQueue
metadata: {name: q, namespace: default}
spec: {clusterQueue: team}
`;

const rayJob = (name: string, more = '') => `
apiVersion: ray.io/v1
kind: RayJob
metadata: {name: ${name}, namespace: default, labels: {kueue.x-k8s.io/queue-name: q}}
spec:
  entrypoint: python train.py
  ${more}
  shutdownAfterJobFinishes: true
  metadata: {seatrial.dev/ray-tasks: 2x30s@gpu=1}
  rayClusterSpec:
    rayVersion: 2.52.0
    headGroupSpec:
      template: {spec: {containers: [{name: head, image: 'rayproject/ray:2.52.0', ports: [{containerPort: 8265, name: dashboard}], resources: {limits: {cpu: 1, memory: 2Gi}}}]}}
    workerGroupSpecs:
    - groupName: gpus
      replicas: 2
      minReplicas: 0
      maxReplicas: 2
      template: {spec: {containers: [{name: worker, image: 'rayproject/ray:2.52.0', resources: {limits: {cpu: 2, memory: 4Gi, nvidia.com/gpu: 1}}}]}}
`;

const runtime = `
apiVersion: trainer.kubeflow.org/v1alpha1
kind: TrainingRuntime
metadata: {name: gpus, namespace: default, labels: {trainer.kubeflow.org/framework: torch}}
spec:
  mlPolicy: {numNodes: 1, torch: {}}
  template:
    spec:
      replicatedJobs:
      - name: node
        template:
          metadata: {labels: {trainer.kubeflow.org/trainjob-ancestor-step: trainer}}
          spec: {template: {spec: {restartPolicy: Never, containers: [{name: node, image: busybox, command: [sleep, "40"]}]}}}
`;

const trainJob = (name: string, labels = '') => `
apiVersion: trainer.kubeflow.org/v1alpha1
kind: TrainJob
metadata: {name: ${name}, namespace: default, labels: {kueue.x-k8s.io/queue-name: q${labels}}}
spec:
  runtimeRef: {name: gpus, apiGroup: trainer.kubeflow.org, kind: TrainingRuntime}
  trainer: {numNodes: 2, resourcesPerNode: {limits: {cpu: 1, memory: 1Gi, nvidia.com/gpu: 1}}}
`;

const high = `
apiVersion: kueue.x-k8s.io/v1beta2
kind: WorkloadPriorityClass
metadata: {name: high}
value: 10
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

interface Named {
  readonly metadata: { readonly name: string };
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

  it('runs RayJobs one after the other, whose clusters and submitters it leaves alone', async () => {
    await using cluster = await simulate({ seed: 1, operators: ['kueue', 'kuberay'] });
    await cluster.apply(manifests(gpuQueues));
    const jobsOfTwo = `${rayJob('a')}---${rayJob('b', 'ttlSecondsAfterFinished: 600')}`;
    await cluster.advance('5s');
    for (const { message } of await cluster.apply(manifests(jobsOfTwo))) {
      expect(message).toBeUndefined();
    }
    await cluster.advance('40s');
    expect(await admitted(cluster)).toEqual(['RayJob Admitted PodsReady', 'RayJob']);
    const ray = '/apis/ray.io/v1/namespaces/default';
    const waiting = await get<object>(cluster, `${ray}/rayjobs/b`);
    expect(waiting).toMatchObject({
      spec: { suspend: true },
      status: { jobDeploymentStatus: 'Suspended' },
    });
    const { items } = await get<{ readonly items: readonly object[] }>(
      cluster,
      `${ray}/rayclusters`,
    );
    const labels = { 'kueue.x-k8s.io/queue-name': 'q', 'ray.io/originated-from-cr-name': 'a' };
    expect(items).toMatchObject([{ metadata: { labels }, status: { state: 'ready' } }]);
    const pods = await get<{ readonly items: readonly object[] }>(
      cluster,
      '/api/v1/namespaces/default/pods?labelSelector=kueue.x-k8s.io%2Fpodset',
    );
    const nodeSelector = { 'nvidia.com/gpu.product': 'NVIDIA-A100-SXM4-80GB' };
    const placed = { spec: { nodeSelector }, status: { phase: 'Running' } };
    expect(pods.items).toMatchObject([placed, placed, placed, placed]);
    await cluster.advance('60s');
    const over = 'RayJob Admitted Finished PodsReady';
    expect(await admitted(cluster)).toEqual([over, 'RayJob Admitted PodsReady']);
    await cluster.advance('90s');
    expect(await admitted(cluster)).toEqual([over, over]);
    // The second one's cluster outlives it: once Kueue looks at it again, it has no pods.
    const [left] = (await get<{ readonly items: readonly Named[] }>(cluster, `${ray}/rayclusters`))
      .items;
    const path = `${ray}/rayclusters/${left?.metadata.name ?? ''}`;
    const headers = { 'content-type': 'application/merge-patch+json' };
    const body = { metadata: { annotations: { looked: 'at' } } };
    await cluster.request({ method: 'PATCH', path, headers, body });
    await cluster.advance('20s');
    expect(await get<object>(cluster, path)).toMatchObject({
      spec: { suspend: true },
      status: { state: 'suspended' },
    });
  });

  it('runs TrainJobs where their flavours are, and gives one back that is pushed out', async () => {
    await using cluster = await simulate({ seed: 1, operators: ['kueue', 'trainer'] });
    const preempting = gpuQueues.replace(
      'namespaceSelector: {}',
      'namespaceSelector: {}\n  preemption: {withinClusterQueue: LowerPriority}',
    );
    await cluster.apply(manifests(`${preempting}---${runtime}---${high}`));
    await cluster.advance('5s');
    for (const { message } of await cluster.apply(manifests(trainJob('low')))) {
      expect(message).toBeUndefined();
    }
    await cluster.advance('20s');
    expect(await admitted(cluster)).toEqual(['TrainJob Admitted PodsReady']);
    const path = '/apis/trainer.kubeflow.org/v1alpha1/namespaces/default/trainjobs/low';
    const manager = 'kueue.x-k8s.io/manager';
    const nodeSelector = { 'nvidia.com/gpu.product': 'NVIDIA-A100-SXM4-80GB' };
    const template = { spec: { nodeSelector } };
    const replicatedJobs = [{ name: 'node', template: { spec: { template } } }];
    expect(await get<object>(cluster, path)).toMatchObject({
      spec: {
        suspend: false,
        runtimePatches: [
          { manager, trainingRuntimeSpec: { template: { spec: { replicatedJobs } } } },
        ],
      },
    });
    const pods = '/api/v1/namespaces/default/pods?labelSelector=kueue.x-k8s.io%2Fpodset%3Dnode';
    const running = { spec: { nodeSelector }, status: { phase: 'Running' } };
    expect(await get<object>(cluster, pods)).toMatchObject({ items: [running, running] });

    await cluster.apply(manifests(trainJob('high', ', kueue.x-k8s.io/priority-class: high')));
    await cluster.advance('25s');
    expect(await get<object>(cluster, path)).toMatchObject({
      spec: {
        suspend: true,
        runtimePatches: [{ manager, trainingRuntimeSpec: { template: { spec: {} } } }],
      },
    });
    expect([...(await admitted(cluster))].sort()).toEqual([
      'TrainJob Admitted PodsReady',
      'TrainJob Evicted Preempted Requeued',
    ]);
    await cluster.advance('150s');
    const over = 'TrainJob Admitted Finished PodsReady';
    expect(await admitted(cluster)).toEqual([over, `${over} Requeued`]);
  });

  it('keeps RayJobs out that cannot run, and holds no quota for them', async () => {
    await using cluster = await simulate({ seed: 1, operators: ['kueue', 'kuberay'] });
    await cluster.apply(manifests(gpuQueues));
    await cluster.advance('5s');
    const stays = rayJob('stays').replace('shutdownAfterJobFinishes: true', '');
    const [refused] = await cluster.apply(manifests(stays));
    expect(refused?.message).toBe(
      'admission webhook "vrayjob.kb.io" denied the request: spec.shutdownAfterJobFinishes: Invalid value: false: a kueue managed job should delete the cluster after finishing',
    );
    await cluster.apply(manifests(rayJob('bad', 'runtimeEnvYAML: "working_dir: ["')));
    await cluster.advance('10s');
    const path = `${root}/v1beta2/workloads`;
    const { items } = await get<{ readonly items: readonly Workload[] }>(cluster, path);
    expect(items[0]?.status?.conditions).toContainEqual(
      expect.objectContaining({
        ...{ type: 'QuotaReserved', status: 'False', reason: 'OnHold', message: 'Job is on hold' },
      }),
    );
    for (const kind of ['RayCluster', 'RayService']) {
      const labels = { 'kueue.x-k8s.io/queue-name': 'q' };
      const metadata = { name: 'bare', namespace: 'default', labels };
      const [bare] = await cluster.apply([{ apiVersion: 'ray.io/v1', kind, metadata }]);
      // As Go's decoder, the webhook makes an empty spec of none.
      expect(bare?.message).toBeUndefined();
    }
    await cluster.advance('10s');
    expect(await admitted(cluster)).toContain('RayJob');
  });
});
