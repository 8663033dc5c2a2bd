/** Argo Rollouts on whole clusters: canaries, blue-green roll-outs and the analyses that judge them. */
import { describe, expect, it } from 'vitest';
import type { ReplicaSet } from '../sim/api/kinds/apps.js';
import type { Service } from '../sim/api/kinds/core.js';
import type { KubeObject } from '../sim/api/object.js';
import type { AnalysisRun } from '../sim/operators/argo-rollouts/analysis-types.js';
import type { Rollout, RolloutSpec } from '../sim/operators/argo-rollouts/types.js';
import type { ContainerContext, Workload, WorkloadRule } from '../sim/workloads/workload.js';
import { simulationOptions } from '../src/backends/sim-options.js';
import { bootSimulatedCluster, type SimulatedCluster } from '../src/backends/sim.js';

const ofArgo = '/apis/argoproj.io/v1alpha1/namespaces/default';
const path = `${ofArgo}/rollouts/web`;
const merge = { 'content-type': 'application/merge-patch+json' };
const labels = { app: 'web' };

function rollout(spec: RolloutSpec): KubeObject {
  const container = { name: 'c', image: 'registry.k8s.io/pause:3.9' };
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Rollout',
    metadata: { name: 'web', namespace: 'default' },
    spec: {
      replicas: 5,
      revisionHistoryLimit: 2,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [container] } },
      ...spec,
    },
  };
}

function service(name: string): KubeObject {
  const spec = { selector: labels, ports: [{ port: 80 }] };
  return { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace: 'default' }, spec };
}

/** A cluster with Argo Rollouts, and the hand that acts on it. */
class Team implements AsyncDisposable {
  readonly path = path;

  private constructor(readonly cluster: SimulatedCluster) {}

  static async with(...objects: readonly KubeObject[]): Promise<Team> {
    return await Team.of({ operators: ['argo-rollouts'] }, objects);
  }

  static async of(
    {
      workloads = [],
      ...choice
    }: {
      readonly operators: readonly string[];
      readonly workloads?: readonly WorkloadRule[];
    },
    objects: readonly KubeObject[],
  ): Promise<Team> {
    const options = simulationOptions({ seed: 1, ...choice });
    const team = new Team(await bootSimulatedCluster({ ...options, workloads }));
    for (const { message } of await team.cluster.apply(objects)) expect(message).toBeUndefined();
    return team;
  }

  async get<T>(from: string): Promise<T> {
    const { body } = await this.cluster.request({ method: 'GET', path: from });
    return body as T;
  }

  async patch(body: object, subresource = ''): Promise<void> {
    const to = `${path}${subresource}`;
    const answer = await this.cluster.request({ method: 'PATCH', path: to, body, headers: merge });
    expect(answer.status).toBe(200);
  }

  /** What setting another image does. */
  async update(image: string): Promise<void> {
    const containers = [{ name: 'c', image }];
    await this.patch({ spec: { template: { spec: { containers } } } });
  }

  async status() {
    return (await this.get<Rollout>(path)).status ?? {};
  }

  async until(phase: string, message = ''): Promise<void> {
    const isSo = async (): Promise<boolean> => {
      const status = await this.status();
      return status.phase === phase && (status.message ?? '') === message;
    };
    for (let step = 0; step < 400 && !(await isSo()); step++) await this.cluster.advance(1_000);
    expect(await this.status()).toMatchObject({ phase });
    expect((await this.status()).message ?? '').toBe(message);
  }

  /** `revision: pods wanted`. */
  async sets(): Promise<Readonly<Record<string, number>>> {
    const { items } = await this.get<{ readonly items: readonly ReplicaSet[] }>(
      '/apis/apps/v1/namespaces/default/replicasets',
    );
    return Object.fromEntries(
      items.map(({ metadata, spec }) => [
        metadata.annotations?.['rollout.argoproj.io/revision'] ?? '',
        spec?.replicas ?? 0,
      ]),
    );
  }

  async hashOf(name: string): Promise<string | undefined> {
    const { spec } = await this.get<Service>(`/api/v1/namespaces/default/services/${name}`);
    return spec?.selector?.['rollouts-pod-template-hash'];
  }

  async events(): Promise<readonly string[]> {
    const { items } = await this.get<{
      readonly items: readonly {
        reason: string;
        message: string;
        involvedObject: { name: string };
      }[];
    }>('/api/v1/namespaces/default/events');
    const own = items.filter(({ involvedObject }) => involvedObject.name === 'web');
    return own.map(({ reason, message }) => `${reason}: ${message}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.cluster[Symbol.asyncDispose]();
  }
}

const next = 'registry.k8s.io/pause:3.10';

describe('a canary', () => {
  it('goes step by step, waits until somebody goes on, and goes back when it is aborted', async () => {
    const steps = [
      { setWeight: 20 },
      { pause: {} },
      { setWeight: 60 },
      { pause: { duration: 10 } },
    ];
    await using team = await Team.with(rollout({ strategy: { canary: { steps } } }));
    await team.until('Healthy');
    expect(await team.status()).toMatchObject({ currentStepIndex: 4, HPAReplicas: 5 });
    await team.update(next);
    await team.until('Paused', 'CanaryPauseStep');
    expect(await team.sets()).toEqual({ 1: 4, 2: 1 });
    await team.patch({ status: { abort: true } }, '/status');
    await team.until('Degraded', 'RolloutAborted: Rollout aborted update to revision 2');
    await team.cluster.advance(20_000);
    expect(await team.sets()).toEqual({ 1: 5, 2: 0 });
    await team.patch({ status: { abort: false } }, '/status');
    await team.until('Paused', 'CanaryPauseStep');
    await team.patch({ status: { pauseConditions: null } }, '/status');
    await team.until('Healthy');
    expect(await team.sets()).toEqual({ 1: 0, 2: 5 });
    const events = await team.events();
    expect(events.slice(0, 5).map(event => event.split(':')[0])).toEqual([
      ...['RolloutUpdated', 'NewReplicaSetCreated', 'RolloutNotCompleted', 'ScalingReplicaSet'],
      'RolloutCompleted',
    ]);
    expect(events).toContain('RolloutPaused: Rollout is paused (CanaryPauseStep)');
    expect(events).toContain('RolloutStepCompleted: Rollout step 4/4 completed (pause: 10)');
  });

  it('is told what is wrong with it, and takes the template of a Deployment whose place it takes', async () => {
    const spec = { strategy: { canary: { canaryService: 'none' } } };
    await using team = await Team.with(rollout(spec));
    const path = 'spec.strategy.canary.canaryService: Invalid value: "none"';
    const why = `InvalidSpec: The Rollout "web" is invalid: ${path}: service "none" not found`;
    await team.until('Degraded', why);
    const { template, selector, ...rest } = rollout({ replicas: 2 })['spec'] as RolloutSpec;
    const [deployment, metadata] = [
      { apiVersion: 'apps/v1', kind: 'Deployment' },
      { name: 'old', namespace: 'default' },
    ];
    const workloadRef = { ...deployment, name: 'old', scaleDown: 'onsuccess' };
    await team.cluster.request({ method: 'DELETE', path: `${ofArgo}/rollouts/web` });
    await team.cluster.apply([
      { ...deployment, metadata, spec: { replicas: 2, template, selector } },
      { ...rollout({}), spec: { ...rest, workloadRef, strategy: { canary: {} } } },
    ]);
    await team.until('Healthy');
    await team.cluster.advance(10_000);
    const old = await team.get<Rollout>('/apis/apps/v1/namespaces/default/deployments/old');
    expect(old.spec.replicas).toBe(0);
    expect((await team.get<Rollout>(team.path)).spec.template).toBeUndefined();
  });
});

it('sends as much to the canary as its weight says, whatever the number of its pods', async () => {
  const clients: ContainerContext[] = [];
  const server = (body: string) => ({
    image: body,
    workload: {
      name: body,
      start: ({ network }: ContainerContext) => {
        network.listen(80, ({ reply }) => reply({ status: 200, contentType: 'text/plain', body }));
        return {};
      },
    },
  });
  const client: Workload = {
    name: 'client',
    start: context => {
      clients.push(context);
      return {};
    },
  };
  const trafficRouting = { istio: { virtualService: { name: 'web' } } };
  const services = { stableService: 'web', canaryService: 'canary' };
  const steps = [{ setWeight: 10 }, { pause: {} }];
  const sidecar = { 'sidecar.istio.io/inject': 'true' };
  const destinations = [
    { destination: { host: 'web' }, weight: 100 },
    { destination: { host: 'canary' }, weight: 0 },
  ];
  await using team = await Team.of(
    {
      operators: ['argo-rollouts', 'istiod'],
      workloads: [server('old'), server('new'), { image: 'client', workload: client }],
    },
    [
      ...[service('web'), service('canary')],
      {
        apiVersion: 'networking.istio.io/v1',
        kind: 'VirtualService',
        metadata: { name: 'web', namespace: 'default' },
        spec: { hosts: ['web'], http: [{ route: destinations }] },
      },
      {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'client', namespace: 'default', labels: sidecar },
        spec: { containers: [{ name: 'c', image: 'client' }] },
      },
      rollout({
        replicas: 2,
        strategy: { canary: { ...services, trafficRouting, steps } },
        template: {
          metadata: { labels: { ...labels, ...sidecar } },
          spec: { containers: [{ name: 'c', image: 'old' }] },
        },
      }),
    ],
  );
  const shareOfNew = async () => {
    await team.cluster.advance(5_000);
    const got: unknown[] = [];
    const request = { protocol: 'http', method: 'GET', path: '/', body: '' };
    for (let sent = 0; sent < 400; sent++) {
      clients[0]?.network.send({ host: 'web', port: 80 }, request, reply => {
        got.push(reply.isOk ? (reply.payload as { readonly body: string }).body : reply.error);
      });
    }
    await team.cluster.advance(5_000);
    expect(got.filter(body => body !== 'old' && body !== 'new')).toEqual([]);
    expect(got).toHaveLength(400);
    return got.filter(body => body === 'new').length / 400;
  };
  await team.until('Healthy');
  expect(await shareOfNew()).toBe(0);
  await team.update('new');
  await team.until('Paused', 'CanaryPauseStep');
  expect(await team.sets()).toEqual({ 1: 2, 2: 1 });
  expect(Math.abs((await shareOfNew()) - 0.1)).toBeLessThan(0.05);
  await team.patch({ status: { pauseConditions: null } }, '/status');
  await team.until('Healthy');
  expect(await shareOfNew()).toBe(1);
});

it('goes from one Service to the other, and keeps the old pods for a time', async () => {
  const blueGreen = { activeService: 'web', previewService: 'soon', autoPromotionEnabled: false };
  const services = [service('web'), service('soon')];
  await using team = await Team.with(
    ...services,
    rollout({ replicas: 2, strategy: { blueGreen } }),
  );
  await team.until('Healthy');
  const first = await team.hashOf('web');
  expect(await team.hashOf('soon')).toBe(first);
  await team.update(next);
  await team.until('Paused', 'BlueGreenPause');
  const second = await team.hashOf('soon');
  expect([await team.hashOf('web'), second === first]).toEqual([first, false]);
  await team.patch({ status: { pauseConditions: null } }, '/status');
  await team.until('Healthy');
  expect(await team.hashOf('web')).toBe(second);
  expect(await team.sets()).toEqual({ 1: 2, 2: 2 });
  await team.cluster.advance(31_000);
  expect(await team.sets()).toEqual({ 1: 0, 2: 2 });
  const headers = { 'content-type': 'application/merge-patch+json' };
  const scale = { method: 'PATCH' as const, path: `${team.path}/scale`, headers };
  await team.cluster.request({ ...scale, body: { spec: { replicas: 3 } } });
  await team.cluster.advance(5_000);
  expect(await team.get(`${team.path}/scale`)).toMatchObject({
    status: { replicas: 3, selector: `app=web,rollouts-pod-template-hash=${second ?? ''}` },
  });
  await team.cluster.request({ method: 'DELETE', path: team.path });
  await team.cluster.advance(5_000);
  expect([await team.sets(), await team.hashOf('web')]).toEqual([{}, undefined]);
});

describe('an analysis', () => {
  it('fails with its Job, and the roll-out with it', async () => {
    const command = ['sh', '-c', 'exit {{args.code}}'];
    const containers = [{ name: 'c', image: 'busybox', command }];
    const template = { spec: { restartPolicy: 'Never', containers } };
    const smoke = argo('AnalysisTemplate', 'smoke', {
      args: [{ name: 'code' }],
      metrics: [{ name: 'test', provider: { job: { spec: { backoffLimit: 0, template } } } }],
    });
    const args = [{ name: 'code', value: '1' }];
    const analysis = { templates: [{ templateName: 'smoke' }], args };
    const steps = [{ setWeight: 20 }, { analysis }];
    await using team = await Team.with(smoke, rollout({ strategy: { canary: { steps } } }));
    await team.until('Healthy');
    await team.update(next);
    const why = 'Metric "test" assessed Failed due to failed (1) > failureLimit (0)';
    const update = 'RolloutAborted: Rollout aborted update to revision 2';
    await team.until('Degraded', `${update}: Step-based analysis phase error/failed: ${why}`);
    const { currentPodHash = '' } = await team.status();
    const run = await team.get<AnalysisRun>(`${ofArgo}/analysisruns/web-${currentPodHash}-2-1`);
    expect(run.metadata.labels).toMatchObject({ 'rollout-type': 'Step', 'step-index': '1' });
    expect(run.status).toMatchObject({ phase: 'Failed', runSummary: { count: 1, failed: 1 } });
  });

  it('asks Prometheus', async () => {
    await using team = await Team.with(...prometheus());
    await team.cluster.advance(20_000);
    const address = 'http://prometheus.default.svc:9090';
    const metric = (name: string, query: string, to = address) => ({
      ...{ name, successCondition: 'result[0] >= 0.95', interval: '5s', count: 2 },
      provider: { prometheus: { address: to, query } },
    });
    const run = (name: string, ...metrics: readonly object[]) =>
      argo('AnalysisRun', name, { metrics });
    await team.cluster.apply([
      run('good', metric('rate', 'vector(0.99)')),
      run('bad', metric('rate', 'vector(0.5)')),
      run('none', metric('rate', 'vector(1)', 'http://nobody.default.svc:9090')),
      run('empty', { ...metric('rate', 'nothing'), consecutiveErrorLimit: 0 }),
    ]);
    await team.cluster.advance(90_000);
    const statusOf = async (name: string) =>
      (await team.get<AnalysisRun>(`${ofArgo}/analysisruns/${name}`)).status;
    const [good] = (await statusOf('good'))?.metricResults ?? [];
    expect(good).toMatchObject({ phase: 'Successful', count: 2, successful: 2 });
    expect(good?.measurements?.[0]).toMatchObject({ phase: 'Successful', value: '[0.99]' });
    expect(await statusOf('bad')).toMatchObject({ phase: 'Failed' });
    expect((await statusOf('none'))?.message).toMatch(
      /assessed Error due to consecutiveErrors \(5\) > consecutiveErrorLimit \(4\): "Error Message: Post .*no such host/,
    );
    expect((await statusOf('empty'))?.message).toMatch(/no data returned from the metric provider/);
  });
});

function argo(kind: string, name: string, spec: object): KubeObject {
  const metadata = { name, namespace: 'default' };
  return { apiVersion: 'argoproj.io/v1alpha1', kind, metadata, spec };
}

function prometheus(): readonly KubeObject[] {
  const metadata = { name: 'prometheus', namespace: 'default', labels: { app: 'prometheus' } };
  const volumeMounts = [{ name: 'config', mountPath: '/etc/prometheus' }];
  const image = 'quay.io/prometheus/prometheus:v3.5.3';
  const args = ['--config.file=/etc/prometheus/prometheus.yml'];
  const containers = [{ name: 'c', image, args, volumeMounts }];
  const volumes = [{ name: 'config', configMap: { name: 'prometheus' } }];
  const spec = { selector: { app: 'prometheus' }, ports: [{ port: 9090 }] };
  return [
    { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { 'prometheus.yml': '{}' } },
    { apiVersion: 'v1', kind: 'Pod', metadata, spec: { containers, volumes } },
    { apiVersion: 'v1', kind: 'Service', metadata, spec },
  ];
}
