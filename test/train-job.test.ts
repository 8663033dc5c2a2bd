/** TrainJobs on a whole cluster: a runtime, a JobSet, Jobs, and pods that hold GPUs. */
import { describe, expect, it } from 'vitest';
import { manifests, simulate } from '../src/index.js';

const runtime = `
apiVersion: trainer.kubeflow.org/v1alpha1
kind: TrainingRuntime
metadata:
  name: gpus
  namespace: default
  labels: {trainer.kubeflow.org/framework: torch}
spec:
  mlPolicy: {numNodes: 2, torch: {}}
  template:
    spec:
      replicatedJobs:
      - name: node
        template:
          metadata: {labels: {trainer.kubeflow.org/trainjob-ancestor-step: trainer}}
          spec:
            backoffLimit: BACKOFF
            template:
              spec:
                restartPolicy: Never
                tolerations: [{key: nvidia.com/gpu, operator: Exists}]
                containers: [{name: node, image: busybox}]
`;

const job = (command: string) => `
apiVersion: trainer.kubeflow.org/v1alpha1
kind: TrainJob
metadata: {name: tune, namespace: default}
spec:
  runtimeRef: {name: gpus, apiGroup: trainer.kubeflow.org, kind: TrainingRuntime}
  trainer:
    numNodes: 2
    command: [sh, -c, "${command}"]
    resourcesPerNode: {limits: {nvidia.com/gpu: 3}}
`;

type Cluster = Awaited<ReturnType<typeof simulate>>;

async function started(command: string, { backoffLimit = 0 } = {}): Promise<Cluster> {
  const cluster = await simulate({ seed: 1, operators: ['trainer'] });
  const text = runtime.replace('BACKOFF', String(backoffLimit));
  for (const given of [text, job(command)]) {
    for (const { message } of await cluster.apply(manifests(given))) {
      expect(message).toBeUndefined();
    }
    await cluster.advance('2s');
  }
  await cluster.advance('20s');
  return cluster;
}

async function get<T>(cluster: Cluster, path: string): Promise<T> {
  return (await cluster.request({ method: 'GET', path })).body as T;
}

interface Conditioned {
  readonly status?: {
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  };
}

interface Pod {
  readonly metadata: { readonly name: string };
  readonly spec: { readonly nodeName?: string };
  readonly status: { readonly phase: string };
}

async function ended(cluster: Cluster): Promise<readonly string[]> {
  const path = '/apis/trainer.kubeflow.org/v1alpha1/namespaces/default/trainjobs/tune';
  const { status } = await get<Conditioned>(cluster, path);
  return (status?.conditions ?? []).filter(one => one.status === 'True').map(({ type }) => type);
}

async function pods(cluster: Cluster): Promise<readonly Pod[]> {
  const path = '/api/v1/namespaces/default/pods';
  return (await get<{ readonly items: readonly Pod[] }>(cluster, path)).items;
}

describe('TrainJob on a whole cluster', () => {
  it('becomes a JobSet, a Job, and pods on GPUs, and is complete with them', async () => {
    await using cluster = await started('sleep 60');
    const running = await pods(cluster);
    expect(running.map(({ status }) => status.phase)).toEqual(['Running', 'Running']);
    // Three GPUs are not free twice on a node of four.
    expect(new Set(running.map(({ spec }) => spec.nodeName)).size).toBe(2);
    expect(running[0]?.metadata.name).toMatch(/^tune-node-0-0-/);
    const sets = '/apis/jobset.x-k8s.io/v1alpha2/namespaces/default/jobsets/tune';
    expect(await get(cluster, sets)).toMatchObject({
      metadata: { ownerReferences: [{ kind: 'TrainJob', name: 'tune' }] },
      status: { replicatedJobsStatus: [{ name: 'node', active: 1, ready: 1 }] },
    });
    expect(await ended(cluster)).toEqual([]);
    await cluster.advance('90s');
    expect(await ended(cluster)).toEqual(['Complete']);
  });

  it('fails with a worker that fails', async () => {
    await using cluster = await started('sleep 25; exit 1');
    await cluster.advance('90s');
    expect(await ended(cluster)).toEqual(['Failed']);
  });

  it('waits for a node that has room when one is lost, and goes on when it is back', async () => {
    await using cluster = await started('sleep 900', { backoffLimit: 3 });
    const [first] = await pods(cluster);
    const node = first?.spec.nodeName ?? '';
    await cluster.inject({ kind: 'node-down', node });
    await cluster.advance('8m');
    const [waiting] = (await pods(cluster)).filter(({ status }) => status.phase === 'Pending');
    expect(await ended(cluster)).toEqual([]);
    await cluster.inject({ kind: 'node-up', node });
    await cluster.advance('3m');
    const phases = (await pods(cluster)).map(({ status }) => status.phase);
    expect([waiting?.spec.nodeName, phases.filter(phase => phase === 'Running').length]).toEqual([
      undefined,
      2,
    ]);
    await cluster.advance('20m');
    expect(await ended(cluster)).toEqual(['Complete']);
  });

  it.each([
    ['coscheduling', 'scheduler-plugins', 'scheduling.x-k8s.io/v1alpha1'],
    ['volcano', 'volcano', 'scheduling.volcano.sh/v1beta1'],
  ])('has a group by which %s starts it whole', async (policy, operator, version) => {
    const cluster = await simulate({ seed: 1, operators: ['trainer', operator] });
    const scheduler = operator === 'volcano' ? 'volcano' : 'scheduler-plugins-scheduler';
    const text = runtime
      .replace('BACKOFF', '0')
      .replace('  mlPolicy', `  podGroupPolicy: {${policy}: {}}\n  mlPolicy`)
      .replace('restartPolicy', `schedulerName: ${scheduler}\n                restartPolicy`);
    await cluster.advance('10s');
    const requests = '{requests: {nvidia.com/gpu: 3, memory: 1Gi}, limits';
    const own = job('sleep 60').replace(
      'resourcesPerNode: {limits',
      `resourcesPerNode: ${requests}`,
    );
    for (const { message } of await cluster.apply(manifests(`${text}---${own}`))) {
      expect(message).toBeUndefined();
    }
    await cluster.advance('30s');
    expect((await pods(cluster)).map(({ status }) => status.phase)).toEqual(['Running', 'Running']);
    expect(await get(cluster, `/apis/${version}/namespaces/default/podgroups/tune`)).toMatchObject({
      metadata: { ownerReferences: [{ kind: 'TrainJob', name: 'tune', controller: true }] },
      spec: { minMember: 2, minResources: { memory: '2Gi', 'nvidia.com/gpu': '6' } },
      status: { phase: 'Running', running: 2 },
    });
    await cluster.request({
      method: 'DELETE',
      path: `/apis/${version}/namespaces/default/podgroups/tune`,
    });
    await cluster.advance('5s');
    expect(await get(cluster, `/apis/${version}/namespaces/default/podgroups/tune`)).toMatchObject({
      kind: 'PodGroup',
    });
  });
});
