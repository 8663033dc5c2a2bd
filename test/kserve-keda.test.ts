/** KServe where KEDA scales: ScaledObjects of InferenceServices, on whole clusters. */
import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../sim/api/object.js';
import { simulationOptions } from '../src/backends/sim-options.js';
import { bootSimulatedCluster, type SimulatedCluster } from '../src/backends/sim.js';

const ofKeda = '/apis/keda.sh/v1alpha1/namespaces/default';
const ofHpas = '/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers';
const ofEvents = '/apis/events.k8s.io/v1/namespaces/default/events';

/** A cluster, and the hand that acts on it. */
class Team {
  constructor(readonly cluster: SimulatedCluster) {}

  async create(path: string, body: object) {
    return await this.cluster.request({ method: 'POST', path, body });
  }

  async get(path: string): Promise<KubeObject> {
    return (await this.cluster.request({ method: 'GET', path })).body as KubeObject;
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

  it('says that the kind is missing where KEDA is not installed', async () => {
    const options = simulationOptions({ seed: 1, operators: ['kserve'] });
    await using cluster = await bootSimulatedCluster(options);
    await cluster.advance('5s');
    const one = new Team(cluster);
    await one.create(ofKserve, isvc);
    await cluster.advance('5s');
    expect(JSON.stringify(await one.get(ofEvents)).replaceAll('\\"', '"')).toContain(
      'failed to get existing KEDA autoscaler: no matches for kind "ScaledObject" in version "keda.sh/v1alpha1"',
    );
  });
});
