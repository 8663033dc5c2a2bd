/** Kueue beside the API server and the controllers: what happens to jobs and their workloads. */
import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../sim/api/object.js';
import { operators } from '../sim/operators/index.js';
import { simulationOptions } from '../src/backends/sim-options.js';
import { bootSimulatedCluster } from '../src/backends/sim.js';
import { World } from './vectors/families/operators/world.js';

const root = '/apis/kueue.x-k8s.io/v1beta2';
const apiVersion = 'kueue.x-k8s.io/v1beta2';
const jobsPath = '/apis/batch/v1/namespaces/default/jobs';
const mergePatch = 'application/merge-patch+json';

interface QueueParts {
  readonly quota?: Readonly<Record<string, number>>;
  readonly spec?: Readonly<Record<string, unknown>>;
}

class Team {
  readonly world: World;

  constructor() {
    const { kueue } = operators;
    if (kueue === undefined) throw new Error('Kueue is not there');
    this.world = new World([{ operator: kueue, manifests: kueue.manifests() }]);
    const metadata = { name: 'default' };
    this.world.send('POST', '/api/v1/namespaces', {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata,
    });
  }

  create(collection: string, object: Readonly<Record<string, unknown>>): number {
    const { status } = this.world.send('POST', `${root}/${collection}`, { apiVersion, ...object });
    return status;
  }

  flavor(name: string, spec: Readonly<Record<string, unknown>> = {}): void {
    this.create('resourceflavors', { kind: 'ResourceFlavor', metadata: { name }, spec });
  }

  /** A ClusterQueue with so many CPUs of each flavour, and a LocalQueue of its name. */
  queue(name: string, { quota = { plain: 4 }, spec = {} }: QueueParts = {}): void {
    const flavors = Object.entries(quota).map(([flavor, cpus]) => ({
      name: flavor,
      resources: [{ name: 'cpu', nominalQuota: cpus }],
    }));
    const resourceGroups = [{ coveredResources: ['cpu'], flavors }];
    const cluster = { namespaceSelector: {}, resourceGroups, ...spec };
    this.create('clusterqueues', { kind: 'ClusterQueue', metadata: { name }, spec: cluster });
    const local = { kind: 'LocalQueue', metadata: { name }, spec: { clusterQueue: name } };
    this.create('namespaces/default/localqueues', local);
    this.settle();
  }

  job(name: string, queue: string, cpus: number, labels: Readonly<Record<string, string>> = {}) {
    const container = { name: 'c', image: 'x', resources: { requests: { cpu: '1' } } };
    const template = { spec: { restartPolicy: 'Never', containers: [container] } };
    const metadata = { name, labels: { 'kueue.x-k8s.io/queue-name': queue, ...labels } };
    const spec = { parallelism: cpus, completions: cpus, template };
    const answer = this.world.send('POST', jobsPath, {
      ...{ apiVersion: 'batch/v1', kind: 'Job', metadata, spec },
    });
    this.settle();
    return answer;
  }

  settle(ms = 5_000): void {
    this.world.loop.runUntil(this.world.loop.now() + ms);
  }

  patch(path: string, body: unknown) {
    const answer = this.world.send('PATCH', path, body, mergePatch);
    this.settle();
    return answer;
  }

  /** The conditions of a job's workload: `Type=Status Reason`. */
  conditions(job: string): readonly string[] {
    const { status } = this.workload(job);
    return (status.conditions ?? []).map(one => `${one.type}=${one.status} ${one.reason}`).sort();
  }

  workload(job: string): Found {
    const all = this.world.list(`${root}/namespaces/default/workloads`);
    const found = all.find(({ metadata }) => metadata.name?.startsWith(`job-${job}-`));
    return { status: {}, ...found } as unknown as Found;
  }

  get(job: string): KubeObject {
    return this.world.send('GET', `${jobsPath}/${job}`).body as KubeObject;
  }

  runs(job: string): boolean {
    return (this.get(job)['spec'] as { readonly suspend?: boolean }).suspend !== true;
  }
}

interface Found {
  readonly metadata: { readonly name?: string };
  readonly status: {
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly reason: string;
      readonly message: string;
    }[];
    readonly requeueState?: { readonly count?: number; readonly requeueAt?: string };
    readonly admission?: { readonly podSetAssignments: readonly { readonly count: number }[] };
  };
}

function team(): Team {
  const made = new Team();
  made.flavor('plain');
  return made;
}

describe('Kueue', () => {
  it('pushes lower priorities out of a full queue', () => {
    const one = team();
    const kind = 'WorkloadPriorityClass';
    one.create('workloadpriorityclasses', { kind, metadata: { name: 'high' }, value: 10 });
    one.queue('a', { spec: { preemption: { withinClusterQueue: 'LowerPriority' } } });
    one.job('low', 'a', 4);
    one.job('high', 'a', 3, { 'kueue.x-k8s.io/priority-class': 'high' });
    expect([one.runs('low'), one.runs('high')]).toEqual([false, true]);
    expect(one.conditions('low')).toEqual([
      'Admitted=False NoReservation',
      'Evicted=True Preempted',
      'PodsReady=False WaitForStart',
      'Preempted=True InClusterQueue',
      'QuotaReserved=False Pending',
      'Requeued=True Preempted',
    ]);
  });

  it('reclaims from borrowers what is its own', () => {
    const one = team();
    const preemption = { reclaimWithinCohort: 'Any' };
    one.queue('a', { spec: { cohortName: 'team' } });
    one.queue('b', { spec: { cohortName: 'team', preemption } });
    one.job('borrower', 'a', 6);
    expect(one.runs('borrower')).toBe(true);
    one.job('owner', 'b', 4);
    expect([one.runs('borrower'), one.runs('owner')]).toEqual([false, true]);
    expect(one.conditions('borrower')).toContain('Preempted=True InCohortReclamation');
  });

  it('stops a workload that is deactivated, and starts it when it is active again', () => {
    const one = team();
    one.queue('a');
    one.job('j', 'a', 1);
    const { name = '' } = one.workload('j').metadata;
    const path = `${root}/namespaces/default/workloads/${name}`;
    one.patch(path, { spec: { active: false } });
    expect(one.runs('j')).toBe(false);
    expect(one.conditions('j')).toContain('Requeued=False Deactivated');
    one.patch(path, { spec: { active: true } });
    expect(one.runs('j')).toBe(true);
    expect(one.conditions('j')).toContain('Requeued=True Reactivated');
  });

  it('tries flavours in order, and gives pods their nodes', () => {
    const one = team();
    const tolerations = [{ key: 'spot', operator: 'Exists' }];
    one.flavor('spot', { nodeLabels: { tier: 'spot' }, tolerations });
    one.queue('a', { quota: { plain: 2, spot: 4 } });
    one.job('first', 'a', 2);
    one.job('second', 'a', 3);
    const { spec } = one.get('second') as unknown as {
      readonly spec: { readonly template: { readonly spec: object } };
    };
    expect(spec.template.spec).toMatchObject({ nodeSelector: { tier: 'spot' }, tolerations });
    one.patch(`${root}/clusterqueues/a`, { spec: { stopPolicy: 'HoldAndDrain' } });
    expect(one.runs('second')).toBe(false);
    expect(one.conditions('second')).toContain('Evicted=True ClusterQueueStopped');
    expect(one.get('second')['spec']).not.toHaveProperty('template.spec.nodeSelector');
    one.patch(`${root}/clusterqueues/a`, { spec: { stopPolicy: 'None' } });
    expect([one.runs('first'), one.runs('second')]).toEqual([true, true]);
    expect(one.conditions('second')).toContain('Requeued=True ClusterQueueRestarted');
  });

  it('passes by what does not fit, unless the queue is strict', () => {
    for (const queueingStrategy of ['BestEffortFIFO', 'StrictFIFO']) {
      const one = team();
      one.queue('a', { spec: { queueingStrategy } });
      one.job('first', 'a', 3);
      one.job('large', 'a', 4);
      one.job('small', 'a', 1);
      expect(one.runs('large')).toBe(false);
      expect(one.runs('small')).toBe(queueingStrategy === 'BestEffortFIFO');
    }
  });

  it('gives quota back when a job is done', () => {
    const one = team();
    one.queue('a');
    one.job('first', 'a', 4);
    one.job('second', 'a', 4);
    expect(one.runs('second')).toBe(false);
    const pods = one.world.list('/api/v1/namespaces/default/pods');
    for (const { metadata } of pods) {
      const path = `/api/v1/namespaces/default/pods/${metadata.name ?? ''}/status`;
      one.world.send('PATCH', path, { status: { phase: 'Succeeded' } }, mergePatch);
    }
    one.settle();
    expect(one.conditions('first')).toContain('Finished=True Succeeded');
    expect(one.runs('second')).toBe(true);
  });

  it('sends away for a while what does not become ready', () => {
    const one = team();
    one.queue('a');
    one.job('slow', 'a', 2);
    one.settle(30 * 60_000);
    expect(one.conditions('slow')).toContain('Evicted=True PodsReadyTimeout');
    expect(one.workload('slow').status.requeueState?.count).toBe(1);
    expect(one.runs('slow')).toBe(false);
    one.settle(61_000);
    expect(one.runs('slow')).toBe(true);
    expect(one.conditions('slow')).toContain('Requeued=True BackoffFinished');
  });

  it('starts with fewer pods where a job allows it', () => {
    const one = team();
    one.queue('a', { quota: { plain: 3 } });
    const metadata = {
      name: 'part',
      labels: { 'kueue.x-k8s.io/queue-name': 'a' },
      annotations: { 'kueue.x-k8s.io/job-min-parallelism': '2' },
    };
    const container = { name: 'c', image: 'x', resources: { requests: { cpu: '1' } } };
    const template = { spec: { restartPolicy: 'Never', containers: [container] } };
    const spec = { parallelism: 5, completions: 9, template };
    one.world.send('POST', jobsPath, { apiVersion: 'batch/v1', kind: 'Job', metadata, spec });
    one.settle();
    expect(one.get('part')['spec']).toMatchObject({ parallelism: 3, suspend: false });
    expect(one.workload('part').status.admission?.podSetAssignments[0]?.count).toBe(3);
  });

  it('refuses what it cannot follow', () => {
    const one = team();
    one.queue('a');
    one.job('j', 'a', 1);
    const labels = { 'kueue.x-k8s.io/queue-name': 'b' };
    const { status, body } = one.patch(`${jobsPath}/j`, { metadata: { labels } });
    expect(status).toBe(403);
    expect((body as { readonly message: string }).message).toContain('field is immutable');
    const resources = [{ name: 'cpu', nominalQuota: 1, lendingLimit: 1 }];
    const resourceGroups = [{ coveredResources: ['cpu'], flavors: [{ name: 'plain', resources }] }];
    const queue = { kind: 'ClusterQueue', metadata: { name: 'b' }, spec: { resourceGroups } };
    expect(one.create('clusterqueues', queue)).toBe(403);
  });
});

it('runs jobs of several operators one after the other on a whole cluster', async () => {
  const options = simulationOptions({ seed: 1, operators: ['kueue', 'training-operator'] });
  await using cluster = await bootSimulatedCluster(options);
  const send = async (path: string, body: unknown): Promise<void> => {
    const { status } = await cluster.request({ method: 'POST', path, body });
    expect(status).toBe(201);
  };
  const own = (kind: string, spec?: unknown) => ({
    ...{ apiVersion, kind, metadata: { name: 'q' } },
    ...(spec !== undefined && { spec }),
  });
  const resources = [{ name: 'cpu', nominalQuota: 2 }];
  const resourceGroups = [{ coveredResources: ['cpu'], flavors: [{ name: 'q', resources }] }];
  await send(`${root}/resourceflavors`, own('ResourceFlavor'));
  await send(
    `${root}/clusterqueues`,
    own('ClusterQueue', { namespaceSelector: {}, resourceGroups }),
  );
  await send(`${root}/namespaces/default/localqueues`, own('LocalQueue', { clusterQueue: 'q' }));
  const labels = { 'kueue.x-k8s.io/queue-name': 'q' };
  const template = (name: string) => {
    const command = ['sleep', '30'];
    const container = { name, image: 'busybox', command, resources: { requests: { cpu: '1' } } };
    return { spec: { containers: [container], restartPolicy: 'Never' } };
  };
  await send(jobsPath, {
    ...{ apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'j', labels } },
    spec: { parallelism: 2, completions: 2, template: template('c') },
  });
  // What is created in one second may be started in any order.
  await cluster.advance('2s');
  const replicas = { replicas: 1, template: template('pytorch') };
  await send('/apis/kubeflow.org/v1/namespaces/default/pytorchjobs', {
    ...{ apiVersion: 'kubeflow.org/v1', kind: 'PyTorchJob', metadata: { name: 'p', labels } },
    spec: { pytorchReplicaSpecs: { Master: replicas, Worker: replicas } },
  });
  const told = async (): Promise<readonly string[]> => {
    const { body } = await cluster.request({ method: 'GET', path: `${root}/workloads` });
    const { items } = body as { readonly items: readonly Found[] };
    return items.map(({ status }) => {
      const types = (status.conditions ?? []).filter(one => one.status === 'True');
      return types
        .map(({ type }) => type)
        .sort()
        .join(' ');
    });
  };
  await cluster.advance('20s');
  expect(await told()).toEqual(['Admitted PodsReady QuotaReserved', '']);
  await cluster.advance('40s');
  const done = 'Admitted Finished PodsReady QuotaReserved';
  expect(await told()).toEqual([done, 'Admitted PodsReady QuotaReserved']);
  await cluster.advance('40s');
  expect(await told()).toEqual([done, done]);
});
