/** A cluster is fitted out over its socket: what our operators' webhooks make of objects is what is stored. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebhookClient } from '../../sim/http/webhook-client.js';
import { kubeconfigBackend } from '../../src/backends/kubeconfig-backend.js';
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

  it('are called on a cluster of your own that reaches this machine, and forgotten in the end', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'fit-out-')), 'kubeconfig');
    writeFileSync(file, await simulated.kubeconfig());
    const { config, ...needs } = simulationOptions({ seed: 1, operators: ['kserve'] });
    const told: string[] = [];
    {
      await using opened = await kubeconfigBackend.open({
        needs,
        config,
        flags: { kubeconfig: file, isOwnCluster: true, hostAddress: '127.0.0.1' },
        recorded: [],
        tell: line => told.push(line),
      });
      expect(opened.thin).toEqual([]);
      const sklearn = { sklearn: { storageUri: 's3://models/one' } };
      const [taken] = await opened.apply([service('own', sklearn)]);
      expect([taken?.status, taken?.message]).toEqual([201, undefined]);
    }
    expect((await get(registrations)).status).toBe(404);
    expect(told).toEqual([]);
  }, 60_000);
});
