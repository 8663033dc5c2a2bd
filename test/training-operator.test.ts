/** The training operator on a whole cluster: its jobs run on nodes and end. */
import { describe, expect, it } from 'vitest';
import { manifests, simulate } from '../src/index.js';

const xgboost = `
apiVersion: kubeflow.org/v1
kind: XGBoostJob
metadata: {name: boost, namespace: default}
spec:
  xgbReplicaSpecs:
    Master:
      replicas: 1
      template:
        spec: {containers: [{name: xgboost, image: busybox, command: [sleep, "60"]}]}
    Worker:
      replicas: 2
      restartPolicy: ExitCode
      template:
        spec: {containers: [{name: xgboost, image: busybox, command: [sleep, "60"]}]}
`;

const paddle = (command: string) => `
apiVersion: kubeflow.org/v1
kind: PaddleJob
metadata: {name: paddle, namespace: default}
spec:
  runPolicy: {cleanPodPolicy: All}
  paddleReplicaSpecs:
    Worker:
      replicas: 2
      restartPolicy: Never
      template:
        spec: {containers: [{name: paddle, image: busybox, command: [sh, -c, "${command}"]}]}
`;

const elastic = `
apiVersion: kubeflow.org/v1
kind: PyTorchJob
metadata: {name: elastic, namespace: default}
spec:
  elasticPolicy:
    minReplicas: 2
    maxReplicas: 4
    maxRestarts: 7
    rdzvBackend: c10d
    metrics:
    - type: Resource
      resource: {name: cpu, target: {type: Utilization, averageUtilization: 80}}
  pytorchReplicaSpecs:
    Worker:
      replicas: 2
      template:
        spec: {containers: [{name: pytorch, image: busybox, command: [sleep, "600"]}]}
`;

interface Job {
  readonly status?: {
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly message: string;
    }[];
    readonly replicaStatuses?: unknown;
  };
}

type Cluster = Awaited<ReturnType<typeof simulate>>;

async function get<T>(cluster: Cluster, path: string): Promise<T> {
  return (await cluster.request({ method: 'GET', path })).body as T;
}

async function job(cluster: Cluster, plural: string, name: string) {
  const path = `/apis/kubeflow.org/v1/namespaces/default/${plural}/${name}`;
  const { status = {} } = await get<Job>(cluster, path);
  const is = (status.conditions ?? []).filter(one => one.status === 'True').map(one => one.type);
  return { is, last: status.conditions?.at(-1)?.message, counts: status.replicaStatuses };
}

async function pods(cluster: Cluster): Promise<readonly string[]> {
  const { items } = await get<{
    readonly items: readonly { metadata: { name: string }; status: { phase: string } }[];
  }>(cluster, '/api/v1/namespaces/default/pods');
  return items.map(({ metadata, status }) => `${metadata.name} ${status.phase}`);
}

describe('training-operator on a whole cluster', () => {
  it('runs an XGBoostJob until its master is done, and its children go with it', async () => {
    await using cluster = await simulate({ seed: 1, operators: ['training-operator'] });
    await cluster.apply(manifests(xgboost));
    await cluster.advance('30s');
    expect(await job(cluster, 'xgboostjobs', 'boost')).toMatchObject({
      is: ['Created', 'Running'],
      counts: { Master: { active: 1 }, Worker: { active: 2 } },
    });
    await cluster.advance('60s');
    expect(await job(cluster, 'xgboostjobs', 'boost')).toMatchObject({
      is: ['Created', 'Succeeded'],
      last: 'XGBoostJob boost is successfully completed.',
    });
    const path = '/apis/kubeflow.org/v1/namespaces/default/xgboostjobs/boost';
    await cluster.request({ method: 'DELETE', path });
    await cluster.advance('60s');
    expect(await pods(cluster)).toEqual([]);
  });

  it('fails a PaddleJob with a worker that fails, and cleans up after it', async () => {
    await using cluster = await simulate({ seed: 1, operators: ['training-operator'] });
    await cluster.apply(manifests(paddle('sleep 20; exit 1')));
    await cluster.advance('15s');
    expect(await job(cluster, 'paddlejobs', 'paddle')).toMatchObject({
      is: ['Created', 'Running'],
      counts: { Worker: { active: 2 } },
    });
    await cluster.advance('90s');
    const ended = await job(cluster, 'paddlejobs', 'paddle');
    expect(ended.is).toEqual(['Created', 'Failed']);
    expect(ended.last).toMatch(
      /^PaddleJob paddle is failed because [12] Worker replica\(s\) failed\.$/,
    );
    expect(await pods(cluster)).toEqual([]);
  });

  it('scales an elastic PyTorchJob by an autoscaler, which goes with it', async () => {
    await using cluster = await simulate({ seed: 1, operators: ['training-operator'] });
    await cluster.apply(manifests(elastic));
    await cluster.advance('30s');
    const scaler = '/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers/elastic';
    expect(await get(cluster, scaler)).toMatchObject({
      metadata: { ownerReferences: [{ kind: 'PyTorchJob', controller: true }] },
      spec: {
        scaleTargetRef: { kind: 'PyTorchJob', name: 'elastic' },
        minReplicas: 2,
        maxReplicas: 4,
      },
    });
    const pod = await get<{
      readonly spec: { readonly containers: readonly { readonly env: readonly unknown[] }[] };
    }>(cluster, '/api/v1/namespaces/default/pods/elastic-worker-1');
    expect(pod.spec.containers[0]?.env).toEqual(
      expect.arrayContaining([
        { name: 'PET_RDZV_ENDPOINT', value: 'elastic-worker-0:23456' },
        { name: 'PET_RDZV_BACKEND', value: 'c10d' },
        { name: 'PET_NNODES', value: '2:4' },
        { name: 'PET_MAX_RESTARTS', value: '7' },
      ]),
    );
    const path = '/apis/kubeflow.org/v1/namespaces/default/pytorchjobs/elastic';
    await cluster.request({
      method: 'PATCH',
      path: `${path}/scale`,
      headers: { 'content-type': 'application/merge-patch+json' },
      body: { spec: { replicas: 3 } },
    });
    await cluster.advance('20s');
    expect(await job(cluster, 'pytorchjobs', 'elastic')).toMatchObject({
      counts: { Worker: { active: 3 } },
    });
    await cluster.request({ method: 'DELETE', path });
    await cluster.advance('60s');
    expect(await get(cluster, scaler)).toMatchObject({ reason: 'NotFound' });
  });
});
