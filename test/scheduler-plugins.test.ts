/** scheduler-plugins on whole clusters: gangs start whole, and namespaces take back what they lent. */
import { expect, it } from 'vitest';
import type { KubeObject } from '../sim/api/object.js';
import { simulationOptions } from '../src/backends/sim-options.js';
import { bootSimulatedCluster, type SimulatedCluster } from '../src/backends/sim.js';

const group = 'scheduling.x-k8s.io/v1alpha1';

/** A cluster with nodes of so many CPUs, and scheduler-plugins as these have it installed. */
async function clusterOf(
  cpus: readonly string[],
  manifests: readonly KubeObject[] = [],
): Promise<SimulatedCluster> {
  const nodes = cpus.map((cpu, index) => ({
    ...{ name: `n${index}`, labels: {}, taints: [], devices: [], isControlPlane: false },
    capacity: { cpu, memory: '8Gi', pods: '110' },
  }));
  const options = simulationOptions({ seed: 1, operators: ['scheduler-plugins'], manifests });
  const cluster = await bootSimulatedCluster({ ...options, nodes });
  await cluster.advance('5s');
  return cluster;
}

interface Shape {
  readonly namespace?: string;
  readonly schedulerName?: string;
  readonly isGang?: boolean;
}

/** A Job of pods with one CPU that run for half a minute, or for ever where they are no gang. */
function jobOf(
  name: string,
  count: number,
  {
    namespace = 'default',
    isGang = true,
    schedulerName = 'scheduler-plugins-scheduler',
  }: Shape = {},
): KubeObject {
  const resources = { requests: { cpu: '1', memory: '1Gi' } };
  const command = ['sh', '-c', isGang ? 'sleep 30' : 'sleep 100000'];
  const container = { name: 'c', image: 'busybox', command, resources };
  const template = {
    ...(isGang && { metadata: { labels: { 'scheduling.x-k8s.io/pod-group': name } } }),
    spec: { schedulerName, restartPolicy: 'Never', containers: [container] },
  };
  const spec = { completions: count, parallelism: count, template };
  return { apiVersion: 'batch/v1', kind: 'Job', metadata: { name, namespace }, spec };
}

function groupOf(name: string, minMember: number): KubeObject {
  const metadata = { name, namespace: 'default' };
  return { apiVersion: group, kind: 'PodGroup', metadata, spec: { minMember } };
}

interface Found {
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec: { readonly nodeName?: string; readonly schedulerName?: string };
  readonly status: {
    readonly phase?: string;
    readonly conditions?: readonly { readonly type: string; readonly message?: string }[];
  };
}

async function found(cluster: SimulatedCluster, path: string): Promise<readonly Found[]> {
  const { body } = await cluster.request({ method: 'GET', path });
  return (body as { readonly items: readonly Found[] }).items;
}

async function running(cluster: SimulatedCluster): Promise<Readonly<Record<string, number>>> {
  const counts: Record<string, number> = {};
  for (const { metadata, status } of await found(cluster, '/api/v1/pods')) {
    if (status.phase !== 'Running' || metadata.namespace === 'kube-system') continue;
    const job = metadata.name.replace(/-[^-]+$/, '');
    counts[job] = (counts[job] ?? 0) + 1;
  }
  return counts;
}

async function statuses(cluster: SimulatedCluster): Promise<Readonly<Record<string, unknown>>> {
  const groups = await found(cluster, `/apis/${group}/podgroups`);
  return Object.fromEntries(groups.map(({ metadata, status }) => [metadata.name, status]));
}

/** The pods of two gangs, in turn. */
function inTurn(schedulerName: string): readonly KubeObject[] {
  return [0, 1, 2].flatMap(index =>
    ['a', 'b'].map(name => {
      const { spec } = jobOf(name, 1, { schedulerName }) as unknown as {
        readonly spec: { readonly template: { readonly metadata: object; readonly spec: object } };
      };
      const { metadata, ...rest } = spec.template;
      const named = { ...metadata, name: `${name}-${index}`, namespace: 'default' };
      return { apiVersion: 'v1', kind: 'Pod', metadata: named, ...rest };
    }),
  );
}

it('starts two gangs one after the other that would block each other otherwise', async () => {
  await using blocked = await clusterOf(['2', '2']);
  await blocked.apply(inTurn('default-scheduler') as never);
  await blocked.advance('10s');
  expect(await running(blocked)).toEqual({ a: 2, b: 2 });
  await using cluster = await clusterOf(['2', '2']);
  const groups = [groupOf('a', 3), groupOf('b', 3)];
  await cluster.apply([...groups, ...inTurn('scheduler-plugins-scheduler')] as never);
  await cluster.advance('10s');
  expect(await running(cluster)).toEqual({ a: 3 });
  expect(await statuses(cluster)).toEqual({
    a: { phase: 'Running', running: 3 },
    b: { phase: 'Scheduling' },
  });
  const waiting = (await found(cluster, '/api/v1/namespaces/default/pods')).flatMap(
    ({ spec, status }) =>
      spec.nodeName === undefined ? (status.conditions?.map(({ message }) => message) ?? []) : [],
  );
  expect(waiting).toContain('0/1 nodes are available: 1 optimistic rejection in PostFilter.');
  await cluster.advance('80s');
  expect(await statuses(cluster)).toEqual({
    a: { phase: 'Finished', succeeded: 3 },
    b: { phase: 'Finished', succeeded: 3 },
  });
});

it('sends a gang back that cannot be whole, and tells why in words of upstream', async () => {
  await using cluster = await clusterOf(['2']);
  const large = {
    ...groupOf('large', 2),
    spec: { minMember: 2, minResources: { cpu: '4', memory: '1Gi' } },
  };
  await cluster.apply([large, jobOf('large', 2), jobOf('lonely', 1)] as never);
  await cluster.advance('10s');
  const told = (await found(cluster, '/api/v1/namespaces/default/pods')).flatMap(({ status }) =>
    (status.conditions ?? []).map(({ message = '' }) => message.split('. ')[0]),
  );
  expect(told).toEqual([
    '0/1 nodes are available: resource gap: map[cpu:{{2000 -3} {<nil>}  DecimalSI}]',
    '0/1 nodes are available: resource gap: map[cpu:{{2000 -3} {<nil>}  DecimalSI}]',
    '0/1 nodes are available: 1 PodGroup not found.',
  ]);
});

it('lends what a namespace does not use, and takes it back by preemption', async () => {
  const quota = (namespace: string): KubeObject => {
    const amounts = (cpu: string) => ({ cpu, memory: '8Gi' });
    const spec = { min: amounts('2'), max: amounts('4') };
    return { apiVersion: group, kind: 'ElasticQuota', metadata: { name: 'q', namespace }, spec };
  };
  const namespaces = ['red', 'blue'].map(name => ({
    ...{ apiVersion: 'v1', kind: 'Namespace', metadata: { name } },
  }));
  await using cluster = await clusterOf(['4']);
  await cluster.apply([...namespaces, quota('red'), quota('blue')] as never);
  await cluster.advance('2s');
  const isGang = false;
  await cluster.apply([jobOf('borrower', 5, { namespace: 'red', isGang })] as never);
  await cluster.advance('20s');
  expect(await running(cluster)).toEqual({ borrower: 4 });
  const [{ status } = { status: {} }] = await found(
    cluster,
    `/apis/${group}/namespaces/red/elasticquotas`,
  );
  expect(status).toEqual({ used: { cpu: '4', memory: '4Gi' } });
  const [refused] = (await found(cluster, '/api/v1/namespaces/red/pods')).filter(
    ({ spec }) => spec.nodeName === undefined,
  );
  expect(refused?.status.conditions?.[0]?.message).toContain(
    `Pod red/${refused?.metadata.name ?? ''} is rejected in PreFilter because ElasticQuota red is more than Max.`,
  );
  await cluster.apply([jobOf('owner', 2, { namespace: 'blue', isGang })] as never);
  await cluster.advance('90s');
  expect(await running(cluster)).toEqual({ borrower: 2, owner: 2 });
});

/** The Deployment of an operator of trainings, with a flag. */
function operatorOf(name: string, flag: string): KubeObject {
  const containers = [{ name, image: `example.com/${name}`, args: [flag] }];
  const metadata = { name, namespace: 'kubeflow' };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata,
    spec: { template: { spec: { containers } } },
  };
}

const template = {
  spec: {
    containers: [
      {
        ...{ name: 'pytorch', image: 'busybox', command: ['sh', '-c', 'sleep 20'] },
        resources: { requests: { cpu: '1', memory: '1Gi' } },
      },
    ],
  },
};

function trainingOf(name: string, workers: number): KubeObject {
  const Master = { replicas: 1, restartPolicy: 'Never', template };
  const spec = { pytorchReplicaSpecs: { Master, Worker: { ...Master, replicas: workers } } };
  const metadata = { name, namespace: 'default' };
  return { apiVersion: 'kubeflow.org/v1', kind: 'PyTorchJob', metadata, spec };
}

async function trainingCluster(
  deployment: string,
  flag: string,
  [operator = deployment, scheduler = 'scheduler-plugins']: readonly string[] = [],
): Promise<SimulatedCluster> {
  const nodes = ['n0', 'n1'].map(name => ({
    ...{ name, labels: {}, taints: [], devices: [], isControlPlane: false },
    capacity: { cpu: '2', memory: '8Gi', pods: '110' },
  }));
  const manifests = [operatorOf(deployment, flag)];
  const options = simulationOptions({ seed: 1, operators: [operator, scheduler], manifests });
  const cluster = await bootSimulatedCluster({ ...options, nodes });
  await cluster.advance('5s');
  return cluster;
}

it.each([
  ['scheduler-plugins-scheduler', 'scheduler-plugins', group],
  ['volcano', 'volcano', 'scheduling.volcano.sh/v1beta1'],
])('has the training-operator start its jobs whole by %s', async (name, operator, version) => {
  const flag = `--gang-scheduler-name=${name}`;
  await using cluster = await trainingCluster('training-operator', flag, [
    ...['training-operator', operator],
  ]);
  await cluster.apply([trainingOf('a', 2), trainingOf('b', 2)] as never);
  await cluster.advance('15s');
  const path = `/apis/${version}/namespaces/default/podgroups`;
  const [a, b] = await found(cluster, path);
  expect([a?.metadata, a?.spec]).toMatchObject([
    { name: 'a', ownerReferences: [{ kind: 'PyTorchJob', name: 'a', controller: true }] },
    { minMember: 3, minResources: { cpu: '3', memory: '3Gi' } },
  ]);
  const waiting = name === 'volcano' ? 'Pending' : 'Scheduling';
  expect(new Set([a?.status.phase, b?.status.phase])).toEqual(new Set(['Running', waiting]));
  expect(Object.values(await running(cluster)).reduce((sum, one) => sum + one, 0)).toBe(3);
  // Whom minResources refused Coscheduling tries again after five minutes, or when a pod or a group comes.
  await cluster.advance(name === 'volcano' ? '90s' : '6m');
  // The groups go with what they were made for.
  expect(await found(cluster, path)).toEqual([]);
  const jobs = '/apis/kubeflow.org/v1/namespaces/default/pytorchjobs';
  const ends = (await found(cluster, jobs)).map(({ status }) => status.conditions?.at(-1)?.type);
  expect(ends).toEqual(['Succeeded', 'Succeeded']);
});

it('has the mpi-operator start its jobs whole', async () => {
  const flag = '--gang-scheduling=scheduler-plugins-scheduler';
  await using cluster = await trainingCluster('mpi-operator', flag);
  const Launcher = { template };
  const spec = {
    mpiReplicaSpecs: { Launcher, Worker: { replicas: 2, template } },
    runPolicy: { cleanPodPolicy: 'Running' },
  };
  const job = (name: string) => ({
    ...{ apiVersion: 'kubeflow.org/v2beta1', kind: 'MPIJob' },
    ...{ metadata: { name, namespace: 'default' }, spec },
  });
  await cluster.apply([job('a'), job('b')] as never);
  await cluster.advance('15s');
  const path = `/apis/${group}/namespaces/default/podgroups`;
  const [a, b] = await found(cluster, path);
  expect(a?.spec).toEqual({
    minMember: 3,
    minResources: { cpu: '3', memory: '3Gi' },
    scheduleTimeoutSeconds: 0,
  });
  expect([a?.status.phase, b?.status.phase]).toEqual(['Running', 'Scheduling']);
  await cluster.advance('90s');
  expect(await found(cluster, path)).toEqual([]);
});

function rayClusterOf(name: string, labels: Readonly<Record<string, string>>): KubeObject {
  const [{ resources } = {}] = template.spec.containers;
  const node = { spec: { containers: [{ name: 'ray', image: 'rayproject/ray', resources }] } };
  const counts = { replicas: 2, minReplicas: 2, maxReplicas: 2 };
  const workers = { groupName: 'w', ...counts, rayStartParams: {}, template: node };
  return {
    ...{ apiVersion: 'ray.io/v1', kind: 'RayCluster' },
    metadata: { name, namespace: 'default', labels },
    spec: {
      headGroupSpec: { rayStartParams: {}, template: node },
      workerGroupSpecs: [workers],
    },
  };
}

it('has KubeRay start a cluster whole that is labelled for it', async () => {
  const flag = '--batch-scheduler=scheduler-plugins';
  await using cluster = await trainingCluster('kuberay-operator', flag, ['kuberay']);
  const whole = rayClusterOf('whole', { 'ray.io/gang-scheduling-enabled': 'true' });
  await cluster.apply([whole] as never);
  await cluster.advance('10s');
  await cluster.apply([rayClusterOf('plain', {})] as never);
  await cluster.advance('10s');
  const groups = await found(cluster, `/apis/${group}/namespaces/default/podgroups`);
  expect(groups).toMatchObject([
    {
      metadata: { name: 'whole', ownerReferences: [{ kind: 'RayCluster', name: 'whole' }] },
      spec: { minMember: 3, minResources: { cpu: '3', memory: '3Gi' } },
      status: { phase: 'Running' },
    },
  ]);
  const all = await found(cluster, '/api/v1/namespaces/default/pods');
  const scheduled = all.map(({ spec }) => spec.schedulerName);
  expect(new Set(scheduled)).toEqual(new Set(['scheduler-plugins-scheduler']));
  expect(scheduled.length).toBe(6);
});
