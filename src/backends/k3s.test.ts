/** k3s without docker: what is missing is told; with a container that is played, the whole way is gone. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Node } from '../../sim/api/kinds/core.js';
import { parseKindConfig } from '../gpu/kind-config.js';
import { nodeShapes } from '../gpu/node-shapes.js';
import { UserError } from '../input/errors.js';
import { k3s, k3sBackend, type K3sModule } from './k3s.js';
import { Pacer } from './pacer.js';
import { simulationOptions } from './sim-options.js';
import { bootSimulatedCluster, type SimulatedCluster } from './sim.js';

const config = (name: string, workers: string): ReturnType<typeof parseKindConfig> =>
  parseKindConfig(
    `kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\nname: ${name}\nnodes: [{ role: control-plane }${workers}]\n`,
    'kind.yaml',
  );

/** Testcontainers whose containers come up as told. */
const played = (start: () => string, stopped: () => void = () => undefined): K3sModule => ({
  K3sContainer: class {
    async start() {
      await Promise.resolve();
      const kubeconfig = start();
      const stop = (): Promise<void> => Promise.resolve(stopped());
      return { getKubeConfig: () => kubeconfig, stop };
    }
  },
});

const failing = (message: string): (() => Promise<K3sModule>) => {
  return () =>
    Promise.resolve(
      played(() => {
        throw new Error(message);
      }),
    );
};

it('says that testcontainers is not installed', async () => {
  const error = await k3s().catch((thrown: unknown) => thrown);
  if (!(error instanceof UserError)) throw new Error('it is installed');
  expect(error.message).toContain('needs @testcontainers/k3s, which is not installed');
  expect(error.details.next).toContain('npm install --save-dev @testcontainers/k3s');
});

it.each([
  ['docker-down', 'Could not find a working container runtime strategy'],
  ['k3s-failed', 'container exited: /dev/kmsg: operation not permitted'],
])('%s: %s', async (code, message) => {
  await expect(k3s({ load: failing(message) })).rejects.toMatchObject({ details: { code } });
});

it('gives its one node no GPUs', () => {
  const request = { needs: { seed: 1, nodes: [] }, config: config('c', ''), tell: () => undefined };
  expect(() => k3sBackend.open({ ...request, flags: { gpus: 'dra' } })).toThrow(/one real node/);
});

describe('a cluster of k3s', () => {
  let sim: SimulatedCluster;
  let pacer: Pacer;
  beforeAll(async () => {
    const options = { seed: 1, config: config('c', ''), operators: [] };
    sim = await bootSimulatedCluster(simulationOptions(options));
    pacer = new Pacer(sim.simulation.loop, 1);
    pacer.start();
  });
  afterAll(async () => {
    await pacer.stop();
    await sim[Symbol.asyncDispose]();
  });

  it('has workers that our kubelets play, with their GPUs, and its container goes', async () => {
    const kubeconfig = await sim.kubeconfig();
    let isStopped = false;
    const load = (): Promise<K3sModule> =>
      Promise.resolve(
        played(
          () => kubeconfig,
          () => {
            isStopped = true;
          },
        ),
      );
    const gpus = `, { role: worker, labels: { nvidia.com/gpu.product: Tesla-T4, nvidia.com/gpu.count: '2' } }`;
    const nodes = nodeShapes(config('w', gpus), 1);
    {
      await using cluster = await k3s({ load, needs: { seed: 1, nodes, operators: [] } });
      expect(cluster.backend).toBe('k3s');
      const worker = await cluster.request({ method: 'GET', path: '/api/v1/nodes/w-worker' });
      expect((worker.body as Node).status?.allocatable).toMatchObject({ 'nvidia.com/gpu': '2' });
      // Pods stay off the one real node.
      const { body } = await cluster.request({
        method: 'GET',
        path: '/api/v1/nodes/c-control-plane',
      });
      expect((body as Node).spec?.taints).toMatchObject([{ effect: 'NoSchedule' }]);
      expect(isStopped).toBe(false);
    }
    expect(isStopped).toBe(true);
  });
});
