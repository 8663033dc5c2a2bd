/** KubeRay on a whole cluster: what becomes of Ray clusters. */
import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../sim/api/object.js';
import { simulationOptions } from '../src/backends/sim-options.js';
import { bootSimulatedCluster, type SimulatedCluster } from '../src/backends/sim.js';

const apiVersion = 'ray.io/v1';
const root = `/apis/${apiVersion}/namespaces/default`;
const core = '/api/v1/namespaces/default';
const merge = { 'content-type': 'application/merge-patch+json' };

function node(name: string, resources: Readonly<Record<string, string>>, annotations = {}) {
  const container = {
    ...{ name, image: 'rayproject/ray:2.52.0' },
    resources: { limits: resources, requests: resources },
  };
  return { metadata: { annotations }, spec: { containers: [container] } };
}

function cluster(workers: object, more: object = {}, annotations = {}) {
  return {
    rayVersion: '2.52.0',
    headGroupSpec: { template: node('ray-head', { cpu: '1', memory: '2Gi' }, annotations) },
    workerGroupSpecs: [
      {
        ...{ groupName: 'small', replicas: 1, minReplicas: 0, maxReplicas: 5, ...workers },
        template: node('ray-worker', { cpu: '1', memory: '1Gi' }),
      },
    ],
    ...more,
  };
}

interface Told {
  readonly regarding: { readonly name: string };
  readonly reason: string;
  readonly note: string;
}

class Team {
  private constructor(private readonly cluster: SimulatedCluster) {}

  static async boot(): Promise<Team> {
    const options = simulationOptions({ seed: 1, operators: ['kuberay'] });
    return new Team(await bootSimulatedCluster(options));
  }

  async create(kind: string, name: string, spec: unknown, annotations = {}): Promise<void> {
    expect(await this.apply(kind, name, spec, annotations)).toBeUndefined();
  }

  async apply(kind: string, name: string, spec: unknown, annotations = {}) {
    const metadata = { name, namespace: 'default', annotations };
    const object = { apiVersion, kind, metadata, spec };
    const [applied] = await this.cluster.apply([object as KubeObject]);
    return applied?.message;
  }

  wait(duration: string) {
    return this.cluster.advance(duration as '1s');
  }

  async get(path: string): Promise<KubeObject> {
    return (await this.cluster.request({ method: 'GET', path })).body as KubeObject;
  }

  async list(path: string): Promise<readonly KubeObject[]> {
    return ((await this.get(path)) as unknown as { readonly items: readonly KubeObject[] }).items;
  }

  async pods(nodeType: string): Promise<readonly KubeObject[]> {
    return this.list(`${core}/pods?labelSelector=ray.io/node-type%3D${nodeType}`);
  }

  async names(nodeType: string): Promise<readonly string[]> {
    return (await this.pods(nodeType)).map(({ metadata }) => metadata.name ?? '');
  }

  async told(name: string): Promise<readonly string[]> {
    const items = (await this.list(
      '/apis/events.k8s.io/v1/namespaces/default/events',
    )) as unknown as readonly Told[];
    return items.flatMap(({ regarding, reason, note }) =>
      regarding.name === name ? [`${reason} ${note}`] : [],
    );
  }

  /** Of a job. */
  async status(name: string): Promise<Readonly<Record<string, unknown>>> {
    const { status } = (await this.get(`${root}/rayjobs/${name}`)) as { status?: object };
    return { ...status };
  }

  async state(name: string): Promise<unknown> {
    const { status } = (await this.get(`${root}/rayclusters/${name}`)) as { status?: object };
    return (status as { readonly state?: string } | undefined)?.state;
  }

  async patch(path: string, body: unknown): Promise<void> {
    const { status } = await this.cluster.request({ method: 'PATCH', path, headers: merge, body });
    expect(status).toBe(200);
  }

  delete(path: string) {
    return this.cluster.request({ method: 'DELETE', path });
  }
}

const path = `${root}/rayclusters/simple`;

describe('a RayCluster', () => {
  it('gets a head, its service and workers, which are counted, suspended and made anew', async () => {
    const team = await Team.boot();
    await team.create('RayCluster', 'simple', cluster({ replicas: 2 }));
    await team.wait('90s');
    const [head] = await team.pods('head');
    const name = head?.metadata.name ?? '';
    expect(name).toMatch(/^simple-head-\w{5}$/);
    expect((await team.names('worker'))[0]).toMatch(/^simple-small-worker-\w{5}$/);
    const { status } = (await team.get(path)) as KubeObject & { readonly status: Status };
    const { conditions, lastUpdateTime: _, head: info, ...rest } = status;
    expect(conditions.map(({ type, status: said, reason }) => `${type} ${said} ${reason}`)).toEqual(
      [
        'HeadPodReady True HeadPodRunningAndReady',
        'RayClusterProvisioned True AllPodRunningAndReadyFirstTime',
        'RayClusterSuspended False RayClusterSuspended',
        'RayClusterSuspending False RayClusterSuspending',
      ],
    );
    expect(info).toMatchObject({ podName: name, serviceName: 'simple-head-svc' });
    expect(info['serviceIP']).toBe(info['podIP']);
    expect(rest).toEqual({
      ...{ state: 'ready', observedGeneration: 1, stateTransitionTimes: expect.anything() },
      ...{ desiredCPU: '3', desiredMemory: '4Gi', desiredGPU: '0', desiredTPU: '0' },
      ...{ desiredWorkerReplicas: 2, readyWorkerReplicas: 2, availableWorkerReplicas: 2 },
      maxWorkerReplicas: 5,
      endpoints: {
        ...{ client: '10001', dashboard: '8265', 'gcs-server': '6379' },
        ...{ metrics: '8080', serve: '8000' },
      },
    });
    expect((await team.get(`${core}/services/simple-head-svc`))['spec']).toMatchObject({
      clusterIP: 'None',
      publishNotReadyAddresses: true,
      selector: { 'ray.io/cluster': 'simple', 'ray.io/node-type': 'head' },
    });
    expect(await team.told('simple')).toEqual([
      'CreatedService Created service default/simple-head-svc',
      `CreatedHeadPod Created head Pod default/${name}`,
      // Events of one reason about one object are one series: the second pod is not named.
      expect.stringMatching(/^CreatedWorkerPod Created worker Pod default\/simple-small-worker-/),
    ]);
    await team.patch(path, { spec: { suspend: true } });
    await team.wait('60s');
    expect([...(await team.names('head')), ...(await team.names('worker'))]).toEqual([]);
    expect(await team.state('simple')).toBe('suspended');
    await team.patch(path, { spec: { suspend: false } });
    await team.wait('60s');
    expect(await team.state('simple')).toBe('ready');
    expect(await team.told('simple')).toContain(
      'DeletedPod Deleted Pods for RayCluster default/simple due to suspension',
    );
    await team.delete(path);
    await team.wait('40s');
    expect(await team.list(`${core}/pods`)).toEqual([]);
  });

  it('replaces pods that are lost: workers come back to a new head', async () => {
    const team = await Team.boot();
    await team.create('RayCluster', 'simple', cluster({}));
    await team.wait('60s');
    const [worker = ''] = await team.names('worker');
    await team.patch(`${core}/pods/${worker}`, { spec: { activeDeadlineSeconds: 1 } });
    await team.wait('60s');
    expect(await team.names('worker')).not.toContain(worker);
    expect(await team.state('simple')).toBe('ready');
    expect((await team.told('simple')).join('\n')).toContain(
      `DeletedWorkerPod Deleted worker Pod default/${worker}; Pod status: Failed; Pod restart policy: Always; Ray container terminated status: `,
    );
    const [head = ''] = await team.names('head');
    await team.delete(`${core}/pods/${head}`);
    await team.wait('120s');
    expect(await team.names('head')).not.toContain(head);
    // The raylet, which the new head does not know, ended; its container was started again.
    const [same] = await team.pods('worker');
    expect(same?.['status']).toMatchObject({
      containerStatuses: [{ restartCount: 1, ready: true }],
    });
  });

  it('is scaled by the work that waits, and by idleness', async () => {
    const team = await Team.boot();
    const load = { 'seatrial.dev/ray-load': '30s=4x120s' };
    const more = { enableInTreeAutoscaling: true, autoscalerOptions: { version: 'v2' } };
    await team.create('RayCluster', 'simple', cluster({ replicas: 0 }, more, load));
    await team.wait('100s');
    // One of four tasks runs on the head.
    expect(await team.names('worker')).toHaveLength(3);
    await team.wait('300s');
    expect(await team.names('worker')).toEqual([]);
    expect((await team.get(path))['spec']).toMatchObject({
      workerGroupSpecs: [{ replicas: 0, scaleStrategy: { workersToDelete: [] } }],
    });
    expect(await team.told('simple')).toEqual(
      expect.arrayContaining([
        'CreatedServiceAccount Created service account default/simple',
        'CreatedRole Created role default/simple',
        'CreatedRoleBinding Created role binding default/simple',
      ]),
    );
  });

  it('has its state in Redis emptied before it goes', async () => {
    const team = await Team.boot();
    const more = { gcsFaultToleranceOptions: { redisAddress: 'redis:6379' } };
    await team.create('RayCluster', 'simple', cluster({}, more));
    await team.wait('60s');
    expect((await team.get(path)).metadata.finalizers).toEqual([
      'ray.io/gcs-ft-redis-cleanup-finalizer',
    ]);
    await team.delete(path);
    await team.wait('120s');
    expect((await team.get(path))['reason']).toBe('NotFound');
    expect(await team.told('simple')).toContain(
      'CreatedRedisCleanupJob Created Redis cleanup Job default/simple-redis-cleanup',
    );
  });

  it('tells in an event what it refuses', async () => {
    const team = await Team.boot();
    await team.create('RayCluster', 'simple', cluster({ minReplicas: 6 }));
    await team.wait('5s');
    expect(await team.told('simple')).toEqual([
      'InvalidRayClusterSpec The RayCluster spec is invalid default/simple: worker group small has minReplicas 6 greater than maxReplicas 5',
    ]);
    expect(await team.apply('RayCluster', 'other', { ...cluster({}), managedBy: 'me' })).toMatch(
      "the managedBy field value must be either 'ray.io/kuberay-operator' or 'kueue.x-k8s.io/multikueue'",
    );
  });
});

function rayJob(more: object, workers: object = {}) {
  return { entrypoint: 'python train.py', rayClusterSpec: cluster(workers), ...more };
}

const jobPath = `${root}/rayjobs/train`;

describe('a RayJob', () => {
  it('makes a cluster, submits to it by a Job, and leaves the Job when it is over', async () => {
    const team = await Team.boot();
    const metadata = { 'seatrial.dev/ray-tasks': '2x60s' };
    const runtimeEnvYAML = 'pip: [requests]\n';
    const more = { metadata, runtimeEnvYAML, shutdownAfterJobFinishes: true };
    await team.create('RayJob', 'train', rayJob({ ...more, ttlSecondsAfterFinished: 30 }));
    await team.wait('60s');
    const running = await team.status('train');
    expect(running).toMatchObject({ jobStatus: 'RUNNING', jobDeploymentStatus: 'Running' });
    const [pod] = await team.list(`${core}/pods?labelSelector=job-name%3Dtrain`);
    const spec = pod?.['spec'] as { readonly containers: readonly [object] } | undefined;
    expect(spec?.containers[0]).toMatchObject({
      name: 'ray-job-submitter',
      command: ['/bin/bash', '-ce', '--'],
      args: [
        expect.stringContaining(
          'ray job submit --address http://' +
            `${String(running['rayClusterName'])}-head-svc.default.svc.cluster.local:8265 --no-wait ` +
            String.raw`--runtime-env-json "{\"pip\":[\"requests\"]}" --metadata-json "{\"seatrial.dev/ray-tasks\":\"2x60s\"}" ` +
            `--submission-id ${String(running['jobId'])} -- python train.py ; fi`,
        ),
      ],
    });
    await team.wait('70s');
    expect(await team.status('train')).toMatchObject({
      ...{ jobStatus: 'SUCCEEDED', jobDeploymentStatus: 'Complete', succeeded: 1, failed: 0 },
      message: 'Job finished successfully.',
      rayClusterStatus: { state: 'ready' },
    });
    await team.wait('60s');
    expect(await team.list(`${root}/rayclusters`)).toEqual([]);
    expect((await team.list('/apis/batch/v1/namespaces/default/jobs'))[0]?.metadata.name).toBe(
      'train',
    );
    expect(await team.told('train')).toEqual([
      expect.stringMatching(/^CreatedRayCluster Created RayCluster default\/train-\w{5}$/),
      'CreatedRayJobSubmitter Created Kubernetes Job default/train',
      expect.stringMatching(/^SuccessfulCreate Created pod: train-/),
      'CreatedService Created the service default/train-head-svc',
      'Completed Job completed',
      expect.stringMatching(/^DeletedRayCluster Deleted cluster default\/train-\w{5}$/),
    ]);
    await team.delete(jobPath);
    await team.wait('20s');
    expect((await team.get(jobPath))['reason']).toBe('NotFound');
  });

  it('is tried again on a new cluster, as often as its author allows', async () => {
    const team = await Team.boot();
    const metadata = { 'seatrial.dev/exit-code': '3' };
    const more = { metadata, submissionMode: 'HTTPMode', backoffLimit: 1 };
    await team.create('RayJob', 'train', rayJob(more));
    await team.wait('32s');
    expect(await team.status('train')).toMatchObject({ failed: 1 });
    await team.wait('60s');
    expect(await team.status('train')).toMatchObject({
      ...{ jobStatus: 'FAILED', jobDeploymentStatus: 'Failed', failed: 2, reason: 'AppFailed' },
      message: expect.stringMatching(/^Job entrypoint command failed with exit code 3/),
    });
  });

  it('is submitted beside the head, and fails with it', async () => {
    const team = await Team.boot();
    const metadata = { 'seatrial.dev/seconds': '300' };
    await team.create('RayJob', 'train', rayJob({ metadata, submissionMode: 'SidecarMode' }));
    await team.wait('50s');
    expect(await team.status('train')).toMatchObject({ jobStatus: 'RUNNING' });
    const [head = ''] = await team.names('head');
    await team.delete(`${core}/pods/${head}`);
    await team.wait('60s');
    expect(await team.status('train')).toMatchObject({
      ...{ jobDeploymentStatus: 'Failed', reason: 'SubmissionFailed' },
      message: 'Ray head pod container ray-job-submitter terminated with exit code 143: Error',
    });
  });

  it('sleeps when it is told to, and says what is wrong with it', async () => {
    const team = await Team.boot();
    const more = { metadata: { 'seatrial.dev/seconds': '300' }, shutdownAfterJobFinishes: true };
    await team.create('RayJob', 'train', rayJob(more));
    await team.wait('50s');
    await team.patch(jobPath, { spec: { suspend: true } });
    await team.wait('60s');
    expect(await team.status('train')).toMatchObject({ jobDeploymentStatus: 'Suspended' });
    expect(await team.list(`${core}/pods`)).toEqual([]);
    await team.patch(jobPath, { spec: { suspend: false, activeDeadlineSeconds: 60 } });
    await team.wait('70s');
    expect(await team.status('train')).toMatchObject({ reason: 'DeadlineExceeded' });
    await team.create('RayJob', 'other', rayJob({ suspend: true }));
    await team.wait('5s');
    expect(await team.status('other')).toMatchObject({
      jobDeploymentStatus: 'ValidationFailed',
      message:
        'The RayJob spec is invalid: a RayJob with shutdownAfterJobFinishes set to false is not allowed to be suspended',
    });
  });
});

interface Status {
  readonly conditions: readonly {
    readonly type: string;
    readonly status: string;
    readonly reason: string;
  }[];
  readonly head: Readonly<Record<string, string>>;
  readonly lastUpdateTime: string;
}
