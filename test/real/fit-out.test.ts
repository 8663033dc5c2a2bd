/** A cluster is fitted out over its socket: what our operators' webhooks make of objects is what is stored. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebhookClient } from '../../sim/http/webhook-client.js';
import { fitOut, type Fitted } from '../../src/backends/fit-out.js';
import { connectCluster, type RealCluster } from '../../src/backends/kubeconfig.js';
import { Pacer } from '../../src/backends/pacer.js';
import { bootSimulatedCluster, type SimulatedCluster } from '../../src/backends/sim.js';
import { simulationOptions } from '../../src/backends/sim-options.js';

let simulated: SimulatedCluster;
let pacer: Pacer;
let cluster: RealCluster;

beforeAll(async () => {
  simulated = await bootSimulatedCluster({ seed: 1, nodes: [] }, new WebhookClient());
  pacer = new Pacer(simulated.simulation.loop, 1);
  const config = await simulated.client();
  pacer.start();
  cluster = await connectCluster({ backend: 'kubeconfig', config, isRecorded: () => false });
});

afterAll(async () => {
  await cluster[Symbol.asyncDispose]();
  await pacer.stop();
  await simulated[Symbol.asyncDispose]();
});

const collection = '/apis/serving.kserve.io/v1beta1/namespaces/default/inferenceservices';
const registrations =
  '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations/inferenceservice.serving.kserve.io';

const service = (name: string, predictor: object) => ({
  apiVersion: 'serving.kserve.io/v1beta1',
  kind: 'InferenceService',
  metadata: { name, namespace: 'default' },
  spec: { predictor },
});

const get = async (path: string) => cluster.request({ method: 'GET', path });

async function fitted(hostAddress?: string): Promise<Fitted> {
  const { config: _config, ...needs } = simulationOptions({ seed: 1, operators: ['kserve'] });
  return fitOut(cluster, { needs, hasNodes: false, hostAddress, tell: () => undefined });
}

describe('webhooks of our operators on a cluster that is elsewhere', () => {
  it('are called where this machine can be reached, and leave no registration', async () => {
    const all = await fitted('127.0.0.1');
    expect(all.thin).toEqual([]);
    const sklearn = { sklearn: { storageUri: 's3://models/one' } };
    const [taken] = await cluster.apply([service('one', sklearn)]);
    expect([taken?.status, taken?.message]).toEqual([201, undefined]);
    const { body } = await get(`${collection}/one`);
    expect(body).toMatchObject({
      metadata: { annotations: { 'serving.kserve.io/deploymentMode': 'Standard' } },
      spec: { predictor: { model: { modelFormat: { name: 'sklearn' } } } },
    });
    const [refused] = await cluster.apply([
      service('two', { ...sklearn, minReplicas: 3, maxReplicas: 1 }),
    ]);
    expect(refused?.message).toContain('admission webhook');
    const { status } = await get(registrations);
    expect(status).toBe(200);
    // Whoever is down is not answered for.
    all.processes.get('kserve')?.stop();
    const [unanswered] = await cluster.apply([service('three', sklearn)]);
    expect(unanswered?.message).toContain('failed calling webhook');
    await all.webhooks?.close({ isClusterGone: false });
    all.close();
    expect((await get(registrations)).status).toBe(404);
  });
});
