/** The Dask operator on a whole cluster: what becomes of clusters, jobs and autoscalers. */
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { KubeObject } from '../sim/api/object.js';
import { simulationOptions } from '../src/backends/sim-options.js';
import { bootSimulatedCluster, type SimulatedCluster } from '../src/backends/sim.js';

const apiVersion = 'kubernetes.dask.org/v1';
const root = `/apis/${apiVersion}/namespaces/default`;
const workersPath = '/apis/apps/v1/namespaces/default/deployments';
const merge = { 'content-type': 'application/merge-patch+json' };

function worker(replicas: number) {
  const args = ['dask-worker', '--name', '$(DASK_WORKER_NAME)'];
  return { replicas, spec: { containers: [{ name: 'worker', image: 'dask', args }] } };
}

const ports = [
  { name: 'tcp-comm', port: 8786, targetPort: 'tcp-comm' },
  { name: 'http-dashboard', port: 8787, targetPort: 'http-dashboard' },
];

function scheduler(cluster: string, env: readonly object[] = []) {
  const container = {
    ...{ name: 'scheduler', image: 'dask', args: ['dask-scheduler'], env },
    ports: [
      { name: 'tcp-comm', containerPort: 8786 },
      { name: 'http-dashboard', containerPort: 8787 },
    ],
    readinessProbe: { httpGet: { port: 'http-dashboard', path: '/health' }, periodSeconds: 1 },
  };
  const selector = { 'dask.org/cluster-name': cluster, 'dask.org/component': 'scheduler' };
  return { spec: { containers: [container] }, service: { type: 'ClusterIP', selector, ports } };
}

class Team {
  private constructor(private readonly cluster: SimulatedCluster) {}

  static async boot(): Promise<Team> {
    const options = simulationOptions({ seed: 1, operators: ['dask-kubernetes'] });
    return new Team(await bootSimulatedCluster(options));
  }

  async create(kind: string, name: string, spec: unknown, annotations = {}): Promise<void> {
    expect(await this.apply(kind, name, spec, annotations)).toBeUndefined();
  }

  async apply(kind: string, name: string, spec: unknown, annotations = {}) {
    const object = {
      apiVersion,
      kind,
      metadata: { name, namespace: 'default', annotations },
      spec,
    };
    const [applied] = await this.cluster.apply([object as KubeObject]);
    return applied?.message;
  }

  wait(duration: string) {
    return this.cluster.advance(duration as '1s');
  }

  async get(path: string): Promise<KubeObject> {
    return (await this.cluster.request({ method: 'GET', path })).body as KubeObject;
  }

  async names(path: string): Promise<readonly string[]> {
    const list = (await this.get(path)) as unknown as { readonly items: readonly KubeObject[] };
    return list.items.map(({ metadata }) => metadata.name ?? '');
  }

  async workers(): Promise<number> {
    return (await this.names(workersPath)).filter(name => name.includes('-worker-')).length;
  }

  async messages(name: string): Promise<readonly string[]> {
    const path = '/api/v1/namespaces/default/events';
    const { items } = (await this.get(path)) as unknown as { readonly items: readonly Told[] };
    return items.flatMap(each => (each.involvedObject.name === name ? [each.message] : []));
  }

  patch(path: string, body: unknown) {
    return this.cluster.request({ method: 'PATCH', path, headers: merge, body });
  }

  delete(path: string) {
    return this.cluster.request({ method: 'DELETE', path });
  }
}

interface Told {
  readonly involvedObject: { readonly name: string };
  readonly message: string;
}

describe('a DaskCluster', () => {
  it('gets a scheduler, its service and workers, and is retired from', async () => {
    const team = await Team.boot();
    await team.create('DaskCluster', 'simple', {
      worker: worker(3),
      scheduler: scheduler('simple'),
    });
    await team.wait('40s');
    const cluster = await team.get(`${root}/daskclusters/simple`);
    expect(cluster['status']).toEqual({ phase: 'Running' });
    expect(cluster.metadata.finalizers).toEqual(['kopf.zalando.org/KopfFinalizerMarker']);
    expect(Object.keys(cluster.metadata.annotations ?? {})).toEqual([
      'kopf.zalando.org/last-handled-configuration',
    ]);
    const deployment = (await team.names(workersPath)).filter(name => name.includes('-worker-'));
    expect(deployment).toHaveLength(3);
    expect(deployment[0]).toMatch(/^simple-default-worker-[0-9a-f]{10}$/);
    expect((await team.get(`${workersPath}/simple-scheduler`)).metadata).toMatchObject({
      labels: {
        'dask.org/cluster-name': 'simple',
        'dask.org/component': 'scheduler',
        'sidecar.istio.io/inject': 'false',
      },
      ownerReferences: [{ kind: 'DaskCluster', name: 'simple', controller: true }],
    });
    const told = await team.messages('simple');
    expect(told).toEqual(
      expect.arrayContaining([
        'DaskCluster simple created in default.',
        "Handler 'daskcluster_create' succeeded.",
        "Handler 'daskcluster_create_components/status.phase' succeeded.",
        'Creation is processed: 3 succeeded; 0 failed.',
        "Timer 'daskcluster_autoshutdown' succeeded.",
      ]),
    );
    await team.patch(`${root}/daskclusters/simple`, { spec: { worker: { replicas: 1 } } });
    await team.wait('5s');
    expect(await team.workers()).toBe(1);
    const ofGroup = await team.messages('simple-default');
    expect(ofGroup.some(text => text.startsWith('Workers to close: ['))).toBe(true);
    expect(ofGroup.some(text => text.includes('LIFO'))).toBe(false);
    await team.delete(`${root}/daskclusters/simple`);
    await team.wait('60s');
    expect(await team.names(`${root}/daskclusters`)).toEqual([]);
    expect(await team.names(`${root}/daskworkergroups`)).toEqual([]);
    expect(await team.names(workersPath)).toEqual([]);
  });

  it('is not taken up under a name that leaves no room for the scheduler', async () => {
    const team = await Team.boot();
    const name = `a${'b'.repeat(53)}`;
    await team.create('DaskCluster', name, { worker: worker(1), scheduler: scheduler(name) });
    await team.wait('5s');
    expect((await team.get(`${root}/daskclusters/${name}`))['status']).toEqual({ phase: 'Error' });
    expect(await team.names(workersPath)).toEqual([]);
  });

  it('may not have a number where the schema of upstream has a text', async () => {
    const team = await Team.boot();
    const { spec, service } = scheduler('n');
    const numbered = { ...service, ports: [{ name: 'tcp-comm', port: 8786, targetPort: 8786 }] };
    const parts = { worker: worker(1), scheduler: { spec, service: numbered } };
    expect(await team.apply('DaskCluster', 'n', parts)).toContain(
      'spec.scheduler.service.ports[0].targetPort: Invalid value: "integer"',
    );
  });

  it('shuts itself down when it has been idle', async () => {
    const team = await Team.boot();
    const spec = { idleTimeout: 20, worker: worker(1), scheduler: scheduler('idle') };
    await team.create('DaskCluster', 'idle', spec);
    await team.wait('20s');
    expect(await team.names(`${root}/daskclusters`)).toEqual(['idle']);
    await team.wait('60s');
    expect(await team.names(`${root}/daskclusters`)).toEqual([]);
    expect(await team.names(workersPath)).toEqual([]);
  });

  it('is scaled by what its scheduler wants', async () => {
    const team = await Team.boot();
    const load = { 'seatrial.dev/dask-load': '20s=200x5s' };
    await team.create(
      'DaskCluster',
      'auto',
      { worker: worker(1), scheduler: scheduler('auto') },
      load,
    );
    await team.create('DaskAutoscaler', 'auto', { cluster: 'auto', minimum: 1, maximum: 8 });
    await team.wait('15s');
    expect(await team.workers()).toBe(1);
    await team.wait('30s');
    expect(await team.workers()).toBe(8);
    await team.wait('300s');
    expect(await team.workers()).toBe(1);
    const counts = (await team.messages('auto')).flatMap(
      text => /worker count from (\d+ to \d+)/.exec(text)?.[1] ?? [],
    );
    const steps = ['1 to 8', '2 to 1', '3 to 2', '4 to 3', '5 to 4', '6 to 5', '8 to 6'];
    expect([...counts].sort()).toEqual(steps);
  });

  it('waits for a worker group whose cluster is not there', async () => {
    const team = await Team.boot();
    await team.create('DaskWorkerGroup', 'early', { cluster: 'late', worker: worker(2) });
    await team.wait('10s');
    expect((await team.messages('early'))[0]).toBe(
      "Handler 'daskworkergroup_create' failed with an exception and will try again in 60 seconds: Could not find DaskCluster late in namespace default.",
    );
    await team.create('DaskCluster', 'late', { worker: worker(0), scheduler: scheduler('late') });
    await team.wait('70s');
    expect(await team.workers()).toBe(2);
  });
});

describe('a DaskJob', () => {
  const spec = (name: string) => ({
    job: { spec: { restartPolicy: 'Never', containers: [{ name: 'job', image: 'dask' }] } },
    cluster: { spec: { worker: worker(2), scheduler: scheduler(name) } },
  });

  it('runs its program on a cluster that goes with its end', async () => {
    const team = await Team.boot();
    const tasks = { 'seatrial.dev/dask-tasks': '4x5s' };
    await team.create('DaskJob', 'one', spec('one'), tasks);
    await team.wait('12s');
    expect((await team.get(`${root}/daskjobs/one`))['status']).toMatchObject({
      clusterName: 'one',
      jobRunnerPodName: 'one-runner',
      jobStatus: 'Running',
    });
    expect(await team.workers()).toBe(2);
    await team.wait('60s');
    const { status } = (await team.get(`${root}/daskjobs/one`)) as unknown as {
      readonly status: Readonly<Record<string, string>>;
    };
    expect(status).toMatchObject({ jobStatus: 'Successful' });
    expect(status['endTime']).toBeDefined();
    expect(await team.names(`${root}/daskclusters`)).toEqual([]);
    expect(await team.names('/api/v1/namespaces/default/pods')).toEqual(['one-runner']);
  });

  it('fails with its program', async () => {
    const team = await Team.boot();
    await team.create('DaskJob', 'bad', spec('bad'), { 'seatrial.dev/exit-code': '1' });
    await team.wait('60s');
    const { status } = (await team.get(`${root}/daskjobs/bad`)) as unknown as KubeObject;
    expect(status).toMatchObject({ jobStatus: 'Failed' });
    expect(await team.names(`${root}/daskclusters`)).toEqual([]);
  });
});

const samples = resolve(
  '../shared/samples/dask-kubernetes/dask_kubernetes/operator/controller/tests/resources',
);

describe.skipIf(!existsSync(samples))("the project's samples", () => {
  it('are taken as they are', async () => {
    const team = await Team.boot();
    for (const file of ['simplejob.yaml', 'simpleworkergroup.yaml']) {
      const { kind, metadata, spec } = parse(readFileSync(`${samples}/${file}`, 'utf8')) as {
        readonly kind: string;
        readonly metadata: { readonly name: string; readonly annotations?: object };
        readonly spec: unknown;
      };
      await team.create(kind, metadata.name, spec, metadata.annotations);
    }
    await team.wait('120s');
    expect((await team.get(`${root}/daskjobs/simple-job`))['status']).toMatchObject({
      jobStatus: 'Successful',
    });
  });
});
