/** Volcano on whole clusters: what happens to jobs, groups and queues. */
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import type { KubeObject } from '../sim/api/object.js';
import { shippedText } from '../sim/operators/volcano/scheduler/configuration.js';
import { simulationOptions } from '../src/backends/sim-options.js';
import { bootSimulatedCluster, type SimulatedCluster } from '../src/backends/sim.js';

const jobsPath = '/apis/batch.volcano.sh/v1alpha1/namespaces/default/jobs';
const scheduling = '/apis/scheduling.volcano.sh/v1beta1';
const groupsPath = `${scheduling}/namespaces/default/podgroups`;

/** A cluster with nodes of so many CPUs, and Volcano. */
async function clusterOf(...cpus: readonly string[]): Promise<SimulatedCluster> {
  const nodes = cpus.map((cpu, index) => ({
    ...{ name: `n${index}`, labels: {}, taints: [], devices: [], isControlPlane: false },
    capacity: { cpu, memory: '8Gi', pods: '110' },
  }));
  const options = simulationOptions({ seed: 1, operators: ['volcano'] });
  const cluster = await bootSimulatedCluster({ ...options, nodes });
  await cluster.advance('5s');
  return cluster;
}

interface Shape {
  readonly name?: string;
  readonly replicas?: number;
  readonly command?: string;
  readonly spec?: object;
  readonly task?: object;
}

function jobOf({ name = 'j', replicas = 2, command = 'sleep 30', spec, task }: Shape = {}) {
  const container = {
    ...{ name: 'c', image: 'busybox', command: ['sh', '-c', command] },
    resources: { requests: { cpu: '1' } },
  };
  const template = { spec: { restartPolicy: 'Never', containers: [container] } };
  return {
    ...{
      apiVersion: 'batch.volcano.sh/v1alpha1',
      kind: 'Job',
      metadata: { name, namespace: 'default' },
    },
    spec: { tasks: [{ name: 'w', replicas, template, ...task }], ...spec },
  };
}

async function itemsOf(cluster: SimulatedCluster, path: string): Promise<readonly KubeObject[]> {
  const { body } = await cluster.request({ method: 'GET', path });
  return (body as { readonly items: readonly KubeObject[] }).items;
}

interface Found {
  readonly metadata: { readonly name: string };
  readonly spec: { readonly nodeName?: string };
  readonly status: {
    readonly phase?: string;
    readonly state?: { readonly phase?: string };
    readonly retryCount?: number;
    readonly conditions?: readonly { readonly type: string; readonly message?: string }[];
  };
}

async function found(cluster: SimulatedCluster, path: string): Promise<readonly Found[]> {
  return (await itemsOf(cluster, path)) as unknown as readonly Found[];
}

async function phaseOf(cluster: SimulatedCluster, name: string): Promise<string | undefined> {
  const all = await found(cluster, jobsPath);
  return all.find(({ metadata }) => metadata.name === name)?.status.state?.phase;
}

async function podsOf(cluster: SimulatedCluster): Promise<readonly Found[]> {
  return await found(cluster, '/api/v1/namespaces/default/pods');
}

async function messagesOf(cluster: SimulatedCluster): Promise<readonly string[]> {
  const all = await itemsOf(cluster, '/api/v1/namespaces/default/events');
  return all.map(({ reason, message }) => `${String(reason)}: ${String(message)}`);
}

describe('Volcano', () => {
  it('runs a job to its end, and takes with it what was made for it', async () => {
    await using cluster = await clusterOf('4');
    await cluster.apply([jobOf({ spec: { plugins: { svc: [], ssh: [] } } })] as never);
    await cluster.advance('10s');
    expect(await phaseOf(cluster, 'j')).toBe('Running');
    expect((await found(cluster, groupsPath))[0]?.status.phase).toBe('Running');
    expect(await messagesOf(cluster)).toContain(
      'Scheduled: Successfully assigned default/j-w-0 to n0',
    );
    const services = '/api/v1/namespaces/default/services';
    const names = (await itemsOf(cluster, services)).map(({ metadata }) => metadata.name);
    expect(names).toContain('j');
    await cluster.advance('60s');
    expect(await phaseOf(cluster, 'j')).toBe('Completed');
    expect(await found(cluster, groupsPath)).toEqual([]);
    expect((await itemsOf(cluster, services)).map(({ metadata }) => metadata.name)).not.toContain(
      'j',
    );
    await cluster.request({ method: 'DELETE', path: `${jobsPath}/j` });
    await cluster.advance('60s');
    expect(await podsOf(cluster)).toEqual([]);
  });

  it('starts a group whole or not at all', async () => {
    await using cluster = await clusterOf('2', '2');
    const waits = jobOf({ name: 'large', replicas: 4 });
    await cluster.apply([jobOf({ name: 'small', replicas: 1 })] as never);
    await cluster.advance('10s');
    await cluster.apply([waits] as never);
    await cluster.advance('10s');
    expect([await phaseOf(cluster, 'small'), await phaseOf(cluster, 'large')]).toEqual([
      ...['Running', 'Pending'],
    ]);
    const placed = (await podsOf(cluster)).filter(({ spec }) => spec.nodeName !== undefined);
    expect(placed.map(({ metadata }) => metadata.name)).toEqual(['small-w-0']);
    await cluster.advance('40s');
    expect(await phaseOf(cluster, 'large')).toBe('Running');
  });

  it('says why a group waits', async () => {
    await using cluster = await clusterOf('2', '1');
    const nodeSelector = { pool: 'none' };
    const job = jobOf();
    const [task] = job.spec.tasks;
    const pinned = { ...task, template: { spec: { ...task?.template.spec, nodeSelector } } };
    await cluster.apply([{ ...job, spec: { tasks: [pinned] } }] as never);
    await cluster.advance('10s');
    const reason =
      "0/2 nodes are unavailable: 2 node(s) didn't match Pod's node affinity/selector.";
    const [group] = await found(cluster, groupsPath);
    expect(group?.status.conditions).toMatchObject([
      {
        type: 'Unschedulable',
        reason: 'NotEnoughResources',
        message: `2/2 tasks in gang unschedulable: pod group is not ready, 2 Pending, 2 minAvailable; Pending: 2 Unschedulable. Origin reason is j-w-0: ${reason}`,
      },
    ]);
    expect(await messagesOf(cluster)).toContain(`FailedScheduling: ${reason}`);
  });

  it('restarts a job that fails, as often as it may', async () => {
    await using cluster = await clusterOf('4');
    const policies = [{ event: 'PodFailed', action: 'RestartJob' }];
    await cluster.apply([
      jobOf({ command: 'sleep 5; exit 1', spec: { policies, maxRetry: 2 } }),
    ] as never);
    await cluster.advance('10m');
    const [job] = await found(cluster, jobsPath);
    expect(job?.status).toMatchObject({ state: { phase: 'Failed' }, retryCount: 2 });
    expect(await messagesOf(cluster)).toContain(
      'ExecuteAction: Start to execute action RestartJob ',
    );
  });

  it('gives plain pods a group, and deletes jobs after their time', async () => {
    await using cluster = await clusterOf('4');
    const container = { name: 'c', image: 'busybox', command: ['sleep', '1000'] };
    const pod = {
      ...{ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', namespace: 'default' } },
      spec: { schedulerName: 'volcano', containers: [container] },
    };
    const brief = jobOf({ command: 'sleep 1', spec: { ttlSecondsAfterFinished: 20 } });
    await cluster.apply([pod, brief] as never);
    await cluster.advance('12s');
    expect(await phaseOf(cluster, 'j')).toBe('Completed');
    const [group] = await found(cluster, groupsPath);
    expect(group?.metadata.name).toMatch(/^podgroup-/);
    expect(group?.status.phase).toBe('Running');
    await cluster.advance('60s');
    expect(await found(cluster, jobsPath)).toEqual([]);
  });
});

describe('a scheduler that is told to push pods out', () => {
  const conf = (actions: string) => ({
    ...{ apiVersion: 'v1', kind: 'ConfigMap' },
    metadata: { name: 'volcano-scheduler-configmap', namespace: 'volcano-system' },
    data: { 'volcano-scheduler.conf': shippedText.replace(/".*"/, `"${actions}"`) },
  });
  const evictions = async (cluster: SimulatedCluster) =>
    (await messagesOf(cluster)).filter(message => message.startsWith('Evict: Pod'));
  const running = async (cluster: SimulatedCluster, job: string) =>
    (await podsOf(cluster)).filter(
      ({ metadata, status }) => metadata.name.startsWith(job) && status.phase === 'Running',
    ).length;

  it('makes room for a group of more priority, and for a queue that has less than its share', async () => {
    await using cluster = await clusterOf('6');
    const priority = {
      ...{ apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', value: 1000 },
      metadata: { name: 'urgent' },
    };
    const team = {
      ...{ apiVersion: 'scheduling.volcano.sh/v1beta1', kind: 'Queue', spec: { weight: 1 } },
      metadata: { name: 'team' },
    };
    const command = 'sleep 1000';
    const low = jobOf({ name: 'low', replicas: 6, command, task: { minAvailable: 1 } });
    const one = (name: string, spec: object) => jobOf({ name, replicas: 1, command, spec });
    const urgent = one('urgent', { priorityClassName: 'urgent' });
    await cluster.apply([
      priority,
      team,
      conf('enqueue, allocate, reclaim, preempt'),
      low,
    ] as never);
    await cluster.advance('10s');
    await cluster.apply([urgent] as never);
    await cluster.advance('130s');
    expect(await evictions(cluster)).toEqual(['Evict: Pod is evicted, because of preempt']);
    expect([await running(cluster, 'low'), await running(cluster, 'urgent')]).toEqual([5, 1]);

    await cluster.request({ method: 'DELETE', path: `${jobsPath}/urgent` });
    await cluster.advance('60s');
    expect(await running(cluster, 'low')).toBe(6);
    await cluster.apply([one('theirs', { queue: 'team' })] as never);
    await cluster.advance('60s');
    expect(await evictions(cluster)).toContain('Evict: Pod is evicted, because of reclaim');
    expect([await running(cluster, 'low'), await running(cluster, 'theirs')]).toEqual([5, 1]);
  });
});

const samples = '../shared/samples/volcano/example';

describe.skipIf(!existsSync(samples))('samples of the project', () => {
  const verdicts = [
    ['job.yaml', true],
    ['job-plugin.yaml', true],
    ['task-start-dependency/mpi.yaml', true],
    ['integrations/tensorflow/benchmark/tf-example.yaml', true],
    ['invalid_jobs/duplicatedPolicyEvent-webhook-deny.yaml', false],
    ['invalid_jobs/duplicatedTaskName-webhook-deny.yaml', false],
    ['invalid_jobs/minAvailable-webhook-deny.yaml', false],
  ] as const;

  it('are taken or refused as upstream does', async () => {
    await using cluster = await clusterOf('8');
    for (const [file, isTaken] of verdicts) {
      const text = readFileSync(`${samples}/${file}`, 'utf8');
      const objects = parseAllDocuments(text).map(one => one.toJS() as KubeObject);
      const answers = await cluster.apply(objects.filter(one => one !== null));
      expect([file, answers.every(({ message }) => message === undefined)]).toEqual([
        file,
        isTaken,
      ]);
    }
  });
});
