/** Spark's operator, spark-submit and a driver in a whole cluster. */
import { describe, expect, it } from 'vitest';
import type { Pod, Service } from '../sim/api/kinds/core.js';
import type { KubeObject } from '../sim/api/object.js';
import type {
  ScheduledSparkApplication,
  SparkApplication,
} from '../sim/operators/spark-operator/types.js';
import { simulationOptions } from '../src/backends/sim-options.js';
import { bootSimulatedCluster, type SimulatedCluster } from '../src/backends/sim.js';

const image = 'docker.io/apache/spark:4.0.4';
const pi = 'local:///opt/spark/examples/jars/spark-examples.jar';
const group = 'sparkoperator.k8s.io';

const applicationPath = `/apis/${group}/v1beta2/namespaces/default/sparkapplications/spark-pi`;

const driver = {
  cores: 1,
  memory: '512m',
  serviceAccount: 'spark-operator-spark',
  annotations: { 'seatrial.dev/seconds': '60' },
};

const longer = { ...driver, annotations: { 'seatrial.dev/seconds': '300' } };

const gpu = { name: 'nvidia.com/gpu', quantity: 1 };
const onGpus = { instances: 2, cores: 1, memory: '512m', gpu };

function application(spec: Readonly<Record<string, unknown>> = {}): KubeObject {
  return {
    apiVersion: 'sparkoperator.k8s.io/v1beta2',
    kind: 'SparkApplication',
    metadata: { name: 'spark-pi', namespace: 'default' },
    spec: {
      type: 'Scala',
      mode: 'cluster',
      image,
      mainClass: 'org.apache.spark.examples.SparkPi',
      mainApplicationFile: pi,
      sparkVersion: '4.0.4',
      driver,
      executor: { instances: 2, cores: 1, memory: '512m' },
      ...spec,
    },
  };
}

class Ship implements AsyncDisposable {
  private constructor(readonly cluster: SimulatedCluster) {}

  static async launched(): Promise<Ship> {
    const options = simulationOptions({ seed: 1, operators: ['spark-operator'] });
    return new Ship(await bootSimulatedCluster(options));
  }

  async apply(object: KubeObject): Promise<string | undefined> {
    const [applied] = await this.cluster.apply([object]);
    return applied?.message;
  }

  async get<T>(path: string): Promise<T | undefined> {
    const { status, body } = await this.cluster.request({ method: 'GET', path });
    return status === 200 ? (body as T) : undefined;
  }

  async app(): Promise<SparkApplication | undefined> {
    return this.get(applicationPath);
  }

  async state(): Promise<string | undefined> {
    return (await this.app())?.status?.applicationState?.state;
  }

  async pods(): Promise<readonly Pod[]> {
    const found = await this.get<{ readonly items: readonly Pod[] }>(
      '/api/v1/namespaces/default/pods',
    );
    return found?.items ?? [];
  }

  async executors(): Promise<readonly Pod[]> {
    const all = await this.pods();
    return all.filter(({ metadata }) => metadata.labels?.['spark-role'] === 'executor');
  }

  async events(): Promise<readonly string[]> {
    const found = await this.get<{
      readonly items: readonly { readonly reason: string; readonly message: string }[];
    }>('/api/v1/namespaces/default/events');
    return (found?.items ?? []).map(({ reason, message }) => `${reason}: ${message}`);
  }

  async failures(): Promise<readonly string[]> {
    return (await this.events()).filter(text => text.startsWith('SparkExecutorFailed'));
  }

  async until(state: string): Promise<boolean> {
    return this.cluster.until(async () => (await this.state()) === state, { within: '20m' });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.cluster[Symbol.asyncDispose]();
  }
}

async function gone(ship: Ship, name: string): Promise<boolean> {
  const isGone = async () => !(await ship.pods()).some(({ metadata }) => metadata.name === name);
  return ship.cluster.until(isGone, { within: '5m' });
}

describe('a SparkApplication', () => {
  it('runs, tells of its executors, and leaves its driver', async () => {
    await using ship = await Ship.launched();
    expect(await ship.apply(application())).toBeUndefined();
    expect(await ship.until('RUNNING')).toBe(true);
    await ship.cluster.advance('30s');
    const names = (await ship.executors()).map(({ metadata }) => metadata.name ?? '');
    expect(names.map(name => name.replace(/-[0-9a-f]{16}-/, '-ID-'))).toEqual([
      'spark-pi-ID-exec-1',
      'spark-pi-ID-exec-2',
    ]);
    const [executor] = await ship.executors();
    expect(executor?.metadata.ownerReferences).toMatchObject([
      { kind: 'SparkApplication', name: 'spark-pi' },
      { kind: 'Pod', name: 'spark-pi-driver', controller: true },
    ]);
    expect(executor?.spec?.serviceAccountName).toBe('spark-operator-spark');
    const resources = executor?.spec?.containers[0]?.resources;
    expect(resources).toEqual({
      requests: { cpu: '1', memory: '896Mi' },
      limits: { memory: '896Mi' },
    });
    expect((await ship.app())?.status).toMatchObject({
      executorState: Object.fromEntries(names.map(name => [name, 'RUNNING'])),
      driverInfo: { podName: 'spark-pi-driver', webUIServiceName: 'spark-pi-ui-svc' },
    });
    expect(await ship.until('COMPLETED')).toBe(true);
    await ship.cluster.advance('5s');
    expect((await ship.pods()).map(({ metadata }) => metadata.name)).toEqual(['spark-pi-driver']);
    expect((await ship.app())?.status?.executorState).toEqual(
      Object.fromEntries(names.map(name => [name, 'COMPLETED'])),
    );
    expect(await ship.events()).toEqual(
      expect.arrayContaining([
        'SparkApplicationSubmitted: SparkApplication spark-pi was submitted successfully',
        'SparkDriverRunning: Driver spark-pi-driver is running',
        'SparkDriverCompleted: Driver spark-pi-driver completed',
      ]),
    );
  });

  it('goes with all that was made for it', async () => {
    await using ship = await Ship.launched();
    await ship.apply(application());
    expect(await ship.until('RUNNING')).toBe(true);
    await ship.cluster.advance('20s');
    await ship.cluster.request({ method: 'DELETE', path: applicationPath });
    await ship.cluster.advance('90s');
    expect(await ship.pods()).toEqual([]);
    const services = await ship.get<{ readonly items: readonly Service[] }>(
      '/api/v1/namespaces/default/services',
    );
    expect(services?.items.map(({ metadata }) => metadata.name)).toEqual(['kubernetes']);
  });

  it('fails when its account may not create executors, once for each attempt', async () => {
    await using ship = await Ship.launched();
    const { serviceAccount: _, ...without } = driver;
    const restartPolicy = { type: 'OnFailure', onFailureRetries: 1, onFailureRetryInterval: 10 };
    await ship.apply(application({ driver: without, restartPolicy }));
    expect(await ship.until('FAILED')).toBe(true);
    const { status } = (await ship.app()) ?? {};
    expect(status?.applicationState).toEqual({
      state: 'FAILED',
      errorMessage: 'driver container failed with ExitCode: 1, Reason: Error',
    });
    expect(status?.executionAttempts).toBe(2);
    const log = await ship.get<string>('/api/v1/namespaces/default/pods/spark-pi-driver/log');
    expect(log).toContain('External scheduler cannot be instantiated');
    expect(log).toContain(
      'User "system:serviceaccount:default:default" cannot get resource "pods"',
    );
  });

  it('is not submitted when its account is missing or its memory is no size', async () => {
    await using ship = await Ship.launched();
    await ship.apply(application({ driver: { ...driver, serviceAccount: 'spark' } }));
    expect(await ship.until('FAILED')).toBe(true);
    const missing = (await ship.app())?.status?.applicationState?.errorMessage;
    expect(missing).toContain('failed to submit spark application: failed to run spark-submit: ');
    expect(missing).toContain('serviceaccount "spark" not found');
    await ship.apply(application({ driver: { ...driver, memory: '1Gi' } }));
    const told = async () =>
      (await ship.app())?.status?.applicationState?.errorMessage?.includes(
        'Invalid suffix: "gi"',
      ) === true;
    expect(await ship.cluster.until(told, { within: '2m' })).toBe(true);
  });

  it('waits for its executors while a quota refuses them', async () => {
    await using ship = await Ship.launched();
    await ship.apply({
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'q', namespace: 'default' },
      spec: { hard: { pods: '2' } },
    });
    await ship.apply(application());
    expect(await ship.until('RUNNING')).toBe(true);
    await ship.cluster.advance('30s');
    expect(await ship.executors()).toHaveLength(1);
    const log = await ship.get<string>('/api/v1/namespaces/default/pods/spark-pi-driver/log');
    expect(log).toContain('Exception when notifying snapshot subscriber');
    expect(log).toContain('exceeded quota: q');
    expect(await ship.until('COMPLETED')).toBe(true);
  });

  it('replaces an executor whose GPU fails, and one whose pod is deleted', async () => {
    await using ship = await Ship.launched();
    const executor = {
      ...onGpus,
      nodeSelector: { 'seatrial.dev/pool': 'training' },
      tolerations: [{ key: 'nvidia.com/gpu', operator: 'Exists' }],
    };
    await ship.apply(application({ driver: longer, executor }));
    expect(await ship.until('RUNNING')).toBe(true);
    await ship.cluster.advance('60s');
    const [first, second] = await ship.executors();
    expect(first?.spec?.containers[0]?.resources?.limits).toMatchObject({ 'nvidia.com/gpu': '1' });
    const node = first?.spec?.nodeName ?? '';
    for (let index = 0; index < 4 && (await ship.failures()).length === 0; index++) {
      await ship.cluster.inject({ kind: 'gpu', node, gpu: index, xid: 79 });
      await ship.cluster.advance('5s');
    }
    expect((await ship.failures())[0]).toContain('failed with ExitCode: 20, Reason: Error');
    await ship.cluster.advance('20s');
    expect(await ship.executors()).toHaveLength(2);
    await ship.cluster.request({
      method: 'DELETE',
      path: `/api/v1/namespaces/default/pods/${second?.metadata.name ?? ''}`,
    });
    expect(await gone(ship, second?.metadata.name ?? '')).toBe(true);
    await ship.cluster.advance('20s');
    expect(await ship.executors()).toHaveLength(2);
    expect(await ship.until('COMPLETED')).toBe(true);
  });

  it('gives up where the node of a lost GPU rejects one executor after the other', async () => {
    await using ship = await Ship.launched();
    await ship.apply(application({ driver: longer, executor: onGpus }));
    expect(await ship.until('RUNNING')).toBe(true);
    await ship.cluster.advance('60s');
    const node = (await ship.executors())[0]?.spec?.nodeName ?? '';
    await ship.cluster.inject({ kind: 'gpu', node, gpu: 0, xid: 79 });
    expect(await ship.until('FAILED')).toBe(true);
    const { status } = (await ship.app()) ?? {};
    expect(status?.applicationState?.errorMessage).toBe(
      'driver container failed with ExitCode: 11, Reason: Error',
    );
    expect((await ship.failures()).at(-1)).toContain('Allocate failed due to requested number');
  });

  it('begins anew when it changes, stands still when it is suspended, and goes on', async () => {
    await using ship = await Ship.launched();
    await ship.apply(application());
    expect(await ship.until('RUNNING')).toBe(true);
    const first = (await ship.app())?.status?.submissionID;
    await ship.apply(application({ arguments: ['7'] }));
    expect(await ship.until('PENDING_RERUN')).toBe(true);
    expect(await ship.until('RUNNING')).toBe(true);
    const { status } = (await ship.app()) ?? {};
    expect(status?.submissionID).not.toBe(first);
    expect(status?.executionAttempts).toBe(1);
    await ship.apply(application({ arguments: ['7'], suspend: true }));
    expect(await ship.until('SUSPENDED')).toBe(true);
    await ship.cluster.advance('60s');
    expect(await ship.pods()).toEqual([]);
    await ship.apply(application({ arguments: ['7'], suspend: false }));
    expect(await ship.until('COMPLETED')).toBe(true);
    expect((await ship.app())?.status?.executionAttempts).toBe(2);
  });

  it('goes after its time to live', async () => {
    await using ship = await Ship.launched();
    await ship.apply(application({ timeToLiveSeconds: 30 }));
    expect(await ship.until('COMPLETED')).toBe(true);
    await ship.cluster.advance('20s');
    expect(await ship.app()).toBeDefined();
    await ship.cluster.advance('15s');
    expect(await ship.app()).toBeUndefined();
  });
});

describe('a ScheduledSparkApplication', () => {
  it('runs at its times, not beside itself, and keeps the last run', async () => {
    await using ship = await Ship.launched();
    const { spec: template } = application();
    await ship.apply({
      apiVersion: `${group}/v1beta2`,
      kind: 'ScheduledSparkApplication',
      metadata: { name: 'often', namespace: 'default' },
      spec: { schedule: '*/1 * * * *', concurrencyPolicy: 'Forbid', template },
    });
    await ship.cluster.advance('6m30s');
    const root = `/apis/${group}/v1beta2/namespaces/default`;
    const scheduled = await ship.get<ScheduledSparkApplication>(
      `${root}/scheduledsparkapplications/often`,
    );
    const { status } = scheduled ?? {};
    expect(status?.scheduleState).toBe('Scheduled');
    expect(status?.pastSuccessfulRunNames).toHaveLength(1);
    const { items } = (await ship.get<{ readonly items: readonly SparkApplication[] }>(
      `${root}/sparkapplications`,
    )) ?? { items: [] };
    expect(items.length).toBeLessThanOrEqual(3);
    for (const { metadata } of items) {
      expect(metadata.name).toMatch(/^often-\d{19}$/);
      expect(metadata.ownerReferences?.[0]?.name).toBe('often');
    }
    expect(items.map(({ metadata }) => metadata.name)).toContain(status?.lastRunName);
  });
});
