/** KServe where KEDA or Knative scales: ScaledObjects and Services of InferenceServices, on whole clusters. */
import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../sim/api/object.js';
import { simulationOptions } from '../src/backends/sim-options.js';
import { bootSimulatedCluster, type SimulatedCluster } from '../src/backends/sim.js';

const ofKeda = '/apis/keda.sh/v1alpha1/namespaces/default';
const ofHpas = '/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers';
const ofEvents = '/apis/events.k8s.io/v1/namespaces/default/events';

type Known = KubeObject & Readonly<Record<string, unknown>>;

/** A cluster, and the hand that acts on it. */
class Team {
  constructor(readonly cluster: SimulatedCluster) {}

  async create(path: string, body: object) {
    return await this.cluster.request({ method: 'POST', path, body });
  }

  async get(path: string): Promise<Known> {
    return (await this.cluster.request({ method: 'GET', path })).body as Known;
  }

  async log(pod: string): Promise<string> {
    const path = `/api/v1/namespaces/default/pods/${pod}/log`;
    const { body } = await this.cluster.request({ method: 'GET', path });
    return body instanceof Uint8Array ? new TextDecoder().decode(body) : String(body);
  }

  async patch(path: string, body: object): Promise<void> {
    const headers = { 'content-type': 'application/merge-patch+json' };
    const { status } = await this.cluster.request({ method: 'PATCH', path, body, headers });
    expect(status).toBe(200);
  }
}

const isvc = {
  apiVersion: 'serving.kserve.io/v1beta1',
  kind: 'InferenceService',
  metadata: {
    name: 'fraud',
    annotations: {
      'serving.kserve.io/deploymentMode': 'Standard',
      'serving.kserve.io/autoscalerClass': 'keda',
    },
  },
  spec: {
    predictor: {
      minReplicas: 1,
      maxReplicas: 4,
      containers: [{ image: 'registry.k8s.io/pause:3.10' }],
      autoScaling: {
        metrics: [
          {
            type: 'Resource',
            resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 60 } },
          },
          {
            type: 'External',
            external: {
              metric: { backend: 'prometheus', serverAddress: 'http://p:9090', query: 'up' },
              target: { type: 'Value', value: '5' },
            },
          },
        ],
      },
    },
  },
};
const ofKserve = '/apis/serving.kserve.io/v1beta1/namespaces/default/inferenceservices';

describe('KServe with the autoscaler class keda', () => {
  it('makes a ScaledObject, of which KEDA makes the autoscaler, and takes it away on a stop', async () => {
    const options = simulationOptions({ seed: 1, operators: ['kserve', 'keda'] });
    await using cluster = await bootSimulatedCluster(options);
    await cluster.advance('5s');
    const one = new Team(cluster);
    expect((await one.create(ofKserve, isvc)).status).toBe(201);
    await cluster.advance('20s');
    const made = await one.get(`${ofKeda}/scaledobjects/fraud-predictor`);
    expect(made).toMatchObject({
      metadata: { ownerReferences: [{ kind: 'InferenceService', name: 'fraud' }] },
      spec: {
        scaleTargetRef: { name: 'fraud-predictor' },
        minReplicaCount: 1,
        maxReplicaCount: 4,
        triggers: [
          { type: 'cpu', metricType: 'Utilization', metadata: { value: '60' } },
          { type: 'prometheus', metadata: { serverAddress: 'http://p:9090', threshold: '5' } },
        ],
        advanced: {
          horizontalPodAutoscalerConfig: {
            behavior: {
              scaleDown: { stabilizationWindowSeconds: 300 },
              scaleUp: { stabilizationWindowSeconds: 0 },
            },
          },
        },
      },
    });
    expect(await one.get(`${ofHpas}/keda-hpa-fraud-predictor`)).toMatchObject({
      spec: { maxReplicas: 4, scaleTargetRef: { name: 'fraud-predictor' } },
    });
    expect((await one.get(`${ofHpas}/fraud-predictor`)).kind).toBe('Status');
    await one.patch(`${ofKserve}/fraud`, { spec: { predictor: { maxReplicas: 6 } } });
    await cluster.advance('5s');
    expect(await one.get(`${ofHpas}/keda-hpa-fraud-predictor`)).toMatchObject({
      spec: { maxReplicas: 6 },
    });
    const annotations = { 'serving.kserve.io/stop': 'true' };
    await one.patch(`${ofKserve}/fraud`, { metadata: { annotations } });
    await cluster.advance('10s');
    expect((await one.get(`${ofKeda}/scaledobjects/fraud-predictor`)).kind).toBe('Status');
  });

  it('says that the kind is missing where KEDA or Knative is not installed', async () => {
    const options = simulationOptions({ seed: 1, operators: ['kserve'] });
    await using cluster = await bootSimulatedCluster(options);
    await cluster.advance('5s');
    const one = new Team(cluster);
    await one.create(ofKserve, isvc);
    const annotations = { 'serving.kserve.io/deploymentMode': 'Knative' };
    const other = { ...isvc, metadata: { name: 'other', annotations } };
    await one.create(ofKserve, other);
    await cluster.advance('5s');
    const events = JSON.stringify(await one.get(ofEvents)).replaceAll('\\"', '"');
    expect(events).toContain(
      'It is not possible to use Knative deployment mode when Knative Services are not available',
    );
    expect(events).toContain(
      'failed to get existing KEDA autoscaler: no matches for kind "ScaledObject" in version "keda.sh/v1alpha1"',
    );
  });
});

const image = 'registry.k8s.io/e2e-test-images/agnhost:2.53';
const ofKnative = '/apis/serving.knative.dev/v1/namespaces/default';
const inKnativeMode = {
  ...isvc,
  metadata: { name: 'fraud', annotations: { 'serving.kserve.io/deploymentMode': 'Knative' } },
  spec: {
    predictor: {
      minReplicas: 0,
      maxReplicas: 3,
      scaleTarget: 2,
      timeout: 60,
      containers: [{ image, args: ['netexec'] }],
    },
  },
};

describe('KServe in Knative mode', () => {
  it('makes a Service of Knative, which scales with requests, and splits them with a canary', async () => {
    const options = simulationOptions({ seed: 1, operators: ['kserve', 'knative-serving'] });
    await using cluster = await bootSimulatedCluster(options);
    await cluster.advance('20s');
    const one = new Team(cluster);
    expect((await one.create(ofKserve, inKnativeMode)).status).toBe(201);
    await cluster.advance('20s');
    expect(await one.get(`${ofKnative}/services/fraud-predictor`)).toMatchObject({
      metadata: { ownerReferences: [{ kind: 'InferenceService', name: 'fraud' }] },
      spec: {
        template: {
          metadata: {
            labels: { 'serving.kserve.io/inferenceservice': 'fraud', component: 'predictor' },
            annotations: {
              'autoscaling.knative.dev/class': 'kpa.autoscaling.knative.dev',
              'autoscaling.knative.dev/min-scale': '0',
              'autoscaling.knative.dev/max-scale': '3',
              'autoscaling.knative.dev/target': '2',
            },
          },
          spec: { timeoutSeconds: 60, responseStartTimeoutSeconds: 60 },
        },
        traffic: [{ latestRevision: true, percent: 100 }],
      },
    });
    const url = 'http://fraud-predictor.default.svc.cluster.local';
    const ready = await one.get(`${ofKserve}/fraud`);
    expect(ready).toMatchObject({
      status: {
        url,
        address: { url },
        deploymentMode: 'Knative',
        components: { predictor: { latestRolledoutRevision: 'fraud-predictor-00001', url } },
        modelStatus: { transitionStatus: 'UpToDate', copies: { totalCopies: 1 } },
      },
    });
    const { conditions } = ready['status'] as { conditions: { type: string; status: string }[] };
    expect(conditions.map(({ type, status }) => `${type}=${status}`)).toEqual([
      'IngressReady=True',
      'LatestDeploymentReady=True',
      'PredictorConfigurationReady=True',
      'PredictorReady=True',
      'PredictorRouteReady=True',
      'Ready=True',
      'RoutesReady=True',
      'Stopped=False',
    ]);
    await cluster.advance('100s');
    const deployment = '/apis/apps/v1/namespaces/default/deployments';
    const idle = await one.get(`${deployment}/fraud-predictor-00001-deployment`);
    expect(idle).toMatchObject({ spec: { replicas: 0 } });
    const containers = [{ image, args: ['netexec'], env: [{ name: 'V', value: '2' }] }];
    const canary = { canaryTrafficPercent: 25, containers };
    await one.patch(`${ofKserve}/fraud`, { spec: { predictor: canary } });
    await cluster.advance('20s');
    const both = { latestRolledoutRevision: 'fraud-predictor-00001' };
    expect(await one.get(`${ofKserve}/fraud`)).toMatchObject({
      status: {
        components: {
          predictor: {
            ...both,
            latestReadyRevision: 'fraud-predictor-00002',
            traffic: [
              { latestRevision: true, percent: 25, revisionName: 'fraud-predictor-00002' },
              { percent: 75, revisionName: 'fraud-predictor-00001', tag: 'prev' },
            ],
          },
        },
      },
    });
    const script = `i=0; while [ $i -lt 60 ]; do curl -s ${url}/hostname; echo; i=$((i+1)); done`;
    await one.create('/api/v1/namespaces/default/pods', {
      ...{ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'client' } },
      spec: {
        restartPolicy: 'Never',
        containers: [{ name: 'c', image, command: ['sh', '-c', script] }],
      },
    });
    await cluster.advance('20s');
    const log = await one.log('client');
    const answers = log.trim().split('\n');
    expect(answers).toHaveLength(60);
    const share = answers.filter(line => line.startsWith('fraud-predictor-00002')).length;
    expect(share).toBeGreaterThan(6);
    expect(share).toBeLessThan(26);
    expect(answers.filter(line => line.startsWith('fraud-predictor-00001'))).toHaveLength(
      60 - share,
    );
    const annotations = { 'serving.kserve.io/stop': 'true' };
    await one.patch(`${ofKserve}/fraud`, { metadata: { annotations } });
    await cluster.advance('10s');
    expect((await one.get(`${ofKnative}/services/fraud-predictor`)).kind).toBe('Status');
    expect(JSON.stringify((await one.get(`${ofKserve}/fraud`))['status'])).toContain(
      '"type":"Stopped","status":"True"',
    );
  });
});
