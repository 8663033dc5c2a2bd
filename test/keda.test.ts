/** KEDA on whole clusters: ScaledObjects, their autoscalers, and the workloads that they scale. */
import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../sim/api/object.js';
import { qualified } from '../sim/operators/keda/http.js';
import { simulationOptions } from '../src/backends/sim-options.js';
import { bootSimulatedCluster, type SimulatedCluster } from '../src/backends/sim.js';

const ofKeda = '/apis/keda.sh/v1alpha1/namespaces/default';
const ofApps = '/apis/apps/v1/namespaces/default/deployments';
const ofHpas = '/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers';
const mergePatch = 'application/merge-patch+json';

type Body = Readonly<Record<string, unknown>>;

/** A cluster with KEDA, and the hand that acts on it. */
class Team {
  constructor(readonly cluster: SimulatedCluster) {}

  async create(path: string, body: Body) {
    return await this.cluster.request({ method: 'POST', path, body });
  }

  async get(path: string): Promise<KubeObject> {
    const { body } = await this.cluster.request({ method: 'GET', path });
    return body as KubeObject;
  }

  async patch(path: string, body: Body): Promise<void> {
    const headers = { 'content-type': mergePatch };
    const { status } = await this.cluster.request({ method: 'PATCH', path, body, headers });
    expect(status).toBe(200);
  }

  async deploy(name: string, replicas: number, resources: Body = {}): Promise<void> {
    const labels = { app: name };
    const container = { name: 'c', image: 'registry.k8s.io/pause:3.10', resources };
    const { status } = await this.create(ofApps, {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name },
      spec: {
        replicas,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers: [container] } },
      },
    });
    expect(status).toBe(201);
  }

  async scale(name: string, spec: Body, metadata: Body = {}) {
    return await this.create(`${ofKeda}/scaledobjects`, {
      apiVersion: 'keda.sh/v1alpha1',
      kind: 'ScaledObject',
      metadata: { name, ...metadata },
      spec: { scaleTargetRef: { name }, ...spec },
    });
  }

  async replicas(name: string): Promise<number | undefined> {
    const { spec } = (await this.get(`${ofApps}/${name}`)) as { spec?: { replicas?: number } };
    return spec?.replicas;
  }

  /** `Type=Status Reason`. */
  async conditions(name: string): Promise<readonly string[]> {
    const { status } = (await this.get(`${ofKeda}/scaledobjects/${name}`)) as {
      status?: { conditions?: readonly { type: string; status: string; reason?: string }[] };
    };
    return (status?.conditions ?? []).map(
      one => `${one.type}=${one.status}${one.reason === undefined ? '' : ` ${one.reason}`}`,
    );
  }

  async events(name: string): Promise<readonly string[]> {
    const { items } = (await this.get('/apis/events.k8s.io/v1/namespaces/default/events')) as {
      items?: readonly { reason: string; note: string; regarding: { name: string } }[];
    };
    const own = (items ?? []).filter(({ regarding }) => regarding.name === name);
    return own.map(({ reason, note }) => `${reason} ${note}`);
  }
}

async function team(run: (one: Team) => Promise<void>): Promise<void> {
  const options = simulationOptions({ seed: 1, operators: ['keda'] });
  await using cluster = await bootSimulatedCluster(options);
  await cluster.advance('5s');
  await run(new Team(cluster));
}

const workload = (selector: string, value: string, more: Body = {}) => ({
  type: 'kubernetes-workload',
  metadata: { podSelector: selector, value, ...more },
});

describe('ScaledJobs', () => {
  const path = `${ofKeda}/scaledjobs`;
  const jobsPath = '/apis/batch/v1/namespaces/default/jobs';

  const scaledJob = (spec: Body) => ({
    apiVersion: 'keda.sh/v1alpha1',
    kind: 'ScaledJob',
    metadata: { name: 'work' },
    spec: {
      jobTargetRef: {
        template: {
          spec: { containers: [{ name: 'c', image: 'busybox', command: ['sleep', '20'] }] },
        },
      },
      pollingInterval: 10,
      ...spec,
    },
  });

  it('make as many Jobs as their queue is long, and keep some of those that are done', async () => {
    await team(async one => {
      await one.deploy('queue', 0);
      const triggers = [workload('app=queue', '1')];
      const spec = { triggers, maxReplicaCount: 3, successfulJobsHistoryLimit: 1 };
      expect((await one.create(path, scaledJob(spec))).status).toBe(201);
      await one.patch(`${ofApps}/queue`, { spec: { replicas: 5 } });
      await one.cluster.advance('15s');
      const jobs = async () => {
        const { items } = (await one.get(jobsPath)) as { items?: readonly KubeObject[] };
        return items ?? [];
      };
      const [first, ...rest] = await jobs();
      expect(rest).toHaveLength(2);
      expect(first).toMatchObject({
        metadata: {
          labels: { 'scaledjob.keda.sh/name': 'work', 'app.kubernetes.io/part-of': 'work' },
          annotations: { 'scaledjob.keda.sh/generation': '1' },
          ownerReferences: [{ kind: 'ScaledJob', name: 'work', controller: true }],
        },
        spec: { template: { spec: { restartPolicy: 'OnFailure' } } },
      });
      expect(await one.get(`${path}/work`)).toMatchObject({
        status: { triggersTypes: 'kubernetes-workload' },
      });
      await one.patch(`${ofApps}/queue`, { spec: { replicas: 0 } });
      await one.cluster.advance('1m');
      expect(await jobs()).toHaveLength(1);
      const told = await one.events('work');
      expect(told).toContain('KEDAJobsCreated Created 3 jobs');
      expect(told).toContain('ScaledJobActive Scaling is performed because triggers are active');
      await one.cluster.request({ method: 'DELETE', path: `${path}/work` });
      await one.cluster.advance('10s');
      expect(await jobs()).toEqual([]);
    });
  });

  it('fail by name where their scaler is not simulated', async () => {
    await team(async one => {
      const metadata = { bootstrapServers: 'kafka.infra:9092', topic: 't' };
      await one.create(path, scaledJob({ triggers: [{ type: 'kafka', metadata }] }));
      await one.cluster.advance('5s');
      const told = await one.events('work');
      expect(told).toContain(
        'KEDAScalerFailed error creating kafka client: kafka: client has run out of available brokers to talk to: dial tcp: lookup kafka.infra: no such host',
      );
      expect(told).toContain(
        'ScaledJobCheckFailed Failed to ensure ScaledJob is correctly created',
      );
    });
  });
});

describe('ScaledObjects', () => {
  it('scale by pods of another workload, to zero and from zero', async () => {
    await team(async one => {
      await one.deploy('queue', 0);
      await one.deploy('web', 1);
      const triggers = [workload('app=queue', '2')];
      const spec = { pollingInterval: 10, cooldownPeriod: 60, maxReplicaCount: 5, triggers };
      expect((await one.scale('web', spec)).status).toBe(201);
      await one.cluster.advance('15s');
      // Nothing was active yet: it need not cool down.
      expect(await one.replicas('web')).toBe(0);
      expect(await one.get(`${ofHpas}/keda-hpa-web`)).toMatchObject({
        metadata: {
          labels: {
            'app.kubernetes.io/managed-by': 'keda-operator',
            'app.kubernetes.io/version': '2.20.2',
            'scaledobject.keda.sh/name': 'web',
          },
          ownerReferences: [{ kind: 'ScaledObject', name: 'web', controller: true }],
        },
        spec: {
          minReplicas: 1,
          maxReplicas: 5,
          metrics: [
            {
              type: 'External',
              external: {
                metric: {
                  name: 's0-workload-default',
                  selector: { matchLabels: { 'scaledobject.keda.sh/name': 'web' } },
                },
                target: { type: 'AverageValue', averageValue: '2' },
              },
            },
          ],
        },
      });
      await one.patch(`${ofApps}/queue`, { spec: { replicas: 7 } });
      await one.cluster.advance('60s');
      expect(await one.replicas('web')).toBe(4);
      expect(await one.conditions('web')).toEqual([
        'Ready=True ScaledObjectReady',
        'Active=True ScalerActive',
        'Fallback=False NoFallbackFound',
        'Paused=False',
        'HPAActive=True HPAActive',
      ]);
      await one.patch(`${ofApps}/queue`, { spec: { replicas: 0 } });
      await one.cluster.advance('30s');
      expect(await one.conditions('web')).toContain('Active=False ScalerCooldown');
      await one.cluster.advance('60s');
      expect(await one.replicas('web')).toBe(0);
      expect(await one.conditions('web')).toContain('Active=False ScalerNotActive');
      const target = 'apps/v1.Deployment default/web';
      const told = (await one.events('web')).filter(text => !text.startsWith('Scaling'));
      expect(told).toEqual([
        'KEDAScalersStarted Scaler kubernetes-workload is built',
        'KEDAScalersStarted Started scalers watch',
        'ScaledObjectReady ScaledObject is ready for scaling',
        `KEDAScaleTargetDeactivated Deactivated ${target} from 1 to 0`,
        `KEDAScaleTargetActivated Scaled ${target} from 0 to 1, triggered by s0-workload-default`,
        `KEDAScaleTargetDeactivated Deactivated ${target} from 4 to 0`,
      ]);
    });
  });

  it('follow schedules, pause, and give back what they took', async () => {
    await team(async one => {
      await one.deploy('web', 2);
      const metadata = {
        timezone: 'UTC',
        start: '0 0 * * *',
        end: '0 1 * * *',
        desiredReplicas: '3',
      };
      const advanced = { restoreToOriginalReplicaCount: true };
      await one.scale('web', { advanced, triggers: [{ type: 'cron', metadata }] });
      // The simulation begins at midnight.
      await one.cluster.advance('1m');
      expect(await one.replicas('web')).toBe(3);
      const path = `${ofKeda}/scaledobjects/web`;
      const annotations = { 'autoscaling.keda.sh/paused-replicas': '1' };
      await one.patch(path, { metadata: { annotations } });
      await one.cluster.advance('5s');
      expect(await one.replicas('web')).toBe(1);
      expect(await one.get(`${ofHpas}/keda-hpa-web`)).toMatchObject({ code: 404 });
      expect(await one.conditions('web')).toContain('Paused=True ScaledObjectPaused');
      expect(await one.get(path)).toMatchObject({ status: { pausedReplicaCount: 1 } });
      const none = { 'autoscaling.keda.sh/paused-replicas': null };
      await one.patch(path, { metadata: { annotations: none } });
      await one.cluster.advance('1m');
      expect(await one.replicas('web')).toBe(3);
      expect(await one.conditions('web')).toContain('Paused=False ScaledObjectUnpaused');
      expect((await one.get(path))['status']).not.toHaveProperty('pausedReplicaCount');
      await one.cluster.request({ method: 'DELETE', path });
      await one.cluster.advance('10s');
      expect(await one.replicas('web')).toBe(2);
      expect(await one.get(path)).toMatchObject({ code: 404 });
      expect(await one.get(`${ofHpas}/keda-hpa-web`)).toMatchObject({ code: 404 });
    });
  });

  it('fall back where their server cannot be reached', async () => {
    await team(async one => {
      await one.deploy('web', 1);
      const metadata = { serverAddress: 'http://prometheus.monitoring:9090', query: 'q' };
      const triggers = [{ type: 'prometheus', metadata: { ...metadata, threshold: '10' } }];
      const spec = { pollingInterval: 10, triggers };
      await one.scale('web', { ...spec, fallback: { failureThreshold: 3, replicas: 4 } });
      await one.deploy('other', 1);
      await one.scale('other', spec);
      await one.cluster.advance('15s');
      expect(await one.conditions('other')).toContain('Ready=False TriggerError');
      const url = `${metadata.serverAddress}/api/v1/query?query=q&time=`;
      const [event = ''] = (await one.events('other')).filter(told => told.includes('Failed'));
      expect(event).toContain(`KEDAScalerFailed Get "${url}`);
      expect(event).toContain('lookup prometheus.monitoring on 10.96.0.10:53: no such host');
      await one.cluster.advance('2m');
      expect(await one.replicas('web')).toBe(4);
      expect(await one.conditions('web')).toContain('Fallback=True FallbackExists');
      const { status } = (await one.get(`${ofHpas}/keda-hpa-other`)) as {
        status?: { conditions?: readonly { message: string }[] };
      };
      const told = (status?.conditions ?? []).map(({ message }) => message).join('\n');
      expect(told).toContain(
        'unable to fetch metrics from external metrics API: rpc error: code = Unknown desc = error when getting metric values metric:s0-prometheus encountered error',
      );
    });
  });

  it('are refused where another scales the target, or nothing could be measured', async () => {
    await team(async one => {
      const message = async (name: string, spec: Body, metadata: Body = {}) => {
        const { body, status } = await one.scale(name, spec, metadata);
        return status === 201 ? 'created' : (body as { message: string }).message;
      };
      const denied = 'admission webhook "vscaledobject.kb.io" denied the request:';
      await one.deploy('web', 1);
      await one.deploy('sized', 1, { requests: { cpu: '100m' } });
      const cpu = [{ type: 'cpu', metricType: 'Utilization', metadata: { value: '50' } }];
      expect(await message('web', { triggers: cpu, minReplicaCount: 1 })).toBe(
        `${denied} the scaledobject has a cpu trigger but the container c doesn't have the cpu request defined`,
      );
      expect(await message('sized', { triggers: cpu })).toBe(
        `${denied} scaledobject has only cpu/memory triggers AND minReplica is 0 (scale to zero doesn't work in this case)`,
      );
      expect(await message('sized', { triggers: cpu, minReplicaCount: 1 })).toBe('created');
      const triggers = [workload('app=queue', '2')];
      const scaleTargetRef = { name: 'sized' };
      expect(await message('again', { scaleTargetRef, triggers })).toBe(
        `${denied} the workload 'sized' of type 'apps/v1.Deployment' is already managed by the ScaledObject 'sized'`,
      );
      await one.create(ofHpas, {
        apiVersion: 'autoscaling/v2',
        kind: 'HorizontalPodAutoscaler',
        metadata: { name: 'mine' },
        spec: {
          scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
          maxReplicas: 3,
        },
      });
      expect(await message('web', { triggers })).toBe(
        `${denied} the workload 'web' of type 'apps/v1.Deployment' is already managed by the hpa 'mine'`,
      );
      expect(await message('web', { triggers, minReplicaCount: 5, maxReplicaCount: 3 })).toContain(
        'minReplicaCount must be less than or equal to maxReplicaCount',
      );
      expect(await message('gone', { triggers })).toBe('created');
      await one.cluster.advance('5s');
      expect(await one.conditions('gone')).toContain('Ready=False ScaledObjectCheckFailed');
      const failed = (await one.events('gone')).find(told => told.includes('scaleTargetRef'));
      expect(failed).toContain(
        `ScaledObjectCheckFailed ScaledObject doesn't have correct scaleTargetRef specification: deployments.apps "gone" not found`,
      );
    });
  });
});

it.each([
  ['prometheus', 'prometheus.keda.svc.cluster.local'],
  ['prometheus.monitoring', 'prometheus.monitoring.svc.cluster.local'],
  ['prometheus.monitoring.svc', 'prometheus.monitoring.svc.cluster.local'],
  ['redis-0.redis.default', 'redis-0.redis.default.svc.cluster.local'],
  ['redis-0.redis.default.svc', 'redis-0.redis.default.svc.cluster.local'],
  ['a.b.svc.cluster.local', 'a.b.svc.cluster.local'],
  ['a.b.svc.cluster.local.', 'a.b.svc.cluster.local'],
  ['10.96.0.20', '10.96.0.20'],
  ['[fd00::1]', '[fd00::1]'],
])('the operator finds %s as %s', (host, name) => {
  expect(qualified(host)).toBe(name);
});
