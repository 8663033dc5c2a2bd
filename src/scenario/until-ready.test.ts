/** What a script waits for: all replicas, or the words of what keeps them. */
import { expect, it } from 'vitest';
import { bootSimulatedCluster } from '../backends/sim.js';
import { simulationOptions } from '../backends/sim-options.js';
import { replicated } from '../arbitraries/manifests.js';
import { untilReady } from './until-ready.js';

const web = (cpu: string) =>
  replicated('Deployment', { namespace: 'default', name: 'web' }, 3, { app: 'web', cpu, gpus: 0 });
const pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'slow' },
  spec: {
    initContainers: [{ name: 'first', image: 'busybox', command: ['sleep', '60'] }],
    containers: [{ name: 'c', image: 'nginx' }],
  },
};
const boot = () => bootSimulatedCluster(simulationOptions({ seed: 1, operators: [] }));
const limits = { withinMs: 300_000, text: '5m' };

it('is over when all replicas and pods are ready', async () => {
  await using cluster = await boot();
  const before = cluster.now();
  const objects = [web('100m'), pod];
  await cluster.apply(objects);
  await untilReady(cluster, { ...limits, objects });
  const path = '/apis/apps/v1/namespaces/default/deployments/web';
  const { body } = await cluster.request({ method: 'GET', path });
  expect(body).toMatchObject({ status: { readyReplicas: 3 } });
  expect(cluster.now() - before).toBeGreaterThan(60_000);
  expect(cluster.now() - before).toBeLessThan(120_000);
});

it('names what is not ready, and why', async () => {
  await using cluster = await boot();
  const objects = [web('999')];
  await cluster.apply(objects);
  await expect(untilReady(cluster, { ...limits, objects })).rejects.toThrow(
    /^not ready within 5m: Deployment default\/web: pod web-\S+: no node: .*Insufficient cpu.*; the cluster was not kept$/,
  );
});
