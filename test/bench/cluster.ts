/** Benchmarks of whole clusters. */
import { bootSimulatedCluster } from '../../src/backends/sim.js';
import type { NodeShape } from '../../sim/simulation.js';
import type { KubeObject } from '../../sim/api/object.js';
import type { Benchmark } from './benchmark.js';

/** A cluster of GPU workers. */
export function gpuNodes(count: number, gpus = 8): NodeShape[] {
  return Array.from({ length: count }, (_, index) => {
    const name = `node-${String(index).padStart(4, '0')}`;
    return {
      name,
      labels: { 'nvidia.com/gpu.product': 'NVIDIA-A100-SXM4-80GB' },
      taints: [],
      capacity: { cpu: '64', memory: '512Gi', 'ephemeral-storage': '1Ti', pods: '110' },
      devices: Array.from({ length: gpus }, (_unused, gpu) => ({
        resourceName: 'nvidia.com/gpu',
        id: `GPU-${name}-${gpu}`,
        model: 'NVIDIA-A100-SXM4-80GB',
        memoryMiB: 81_920,
      })),
      isControlPlane: false,
    };
  });
}

/** A deployment whose pods ask for one GPU each. */
export function gpuDeployment(replicas: number): KubeObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'train', namespace: 'default' },
    spec: {
      replicas,
      selector: { matchLabels: { app: 'train' } },
      template: {
        metadata: { labels: { app: 'train' } },
        spec: {
          containers: [
            {
              name: 'main',
              image: 'registry.test/train:1',
              resources: { limits: { 'nvidia.com/gpu': '1', cpu: '2', memory: '8Gi' } },
            },
          ],
        },
      },
    },
  };
}

async function runningPods(nodes: number, pods: number, begin: () => void): Promise<number> {
  await using cluster = await bootSimulatedCluster({ seed: 1, nodes: gpuNodes(nodes) });
  begin();
  const [applied] = await cluster.apply([gpuDeployment(pods)]);
  if (applied?.status !== 201) throw new Error(applied?.message ?? 'not applied');
  const isDone = await cluster.until(
    async () => {
      const answer = await cluster.request({
        method: 'GET',
        path: '/apis/apps/v1/namespaces/default/deployments/train',
      });
      const { status } = answer.body as { status?: { readyReplicas?: number } };
      return status?.readyReplicas === pods;
    },
    { within: '1h' },
  );
  if (!isDone) throw new Error(`${pods} pods do not get ready`);
  return pods;
}

/** Whole clusters, as the targets of the project name them. */
export const clusterBenchmarks: readonly Benchmark[] = [
  {
    name: 'cluster of 100 nodes ready',
    unit: 'nodes',
    runs: 10,
    warmUpMs: 4000,
    async run() {
      await using cluster = await bootSimulatedCluster({ seed: 1, nodes: gpuNodes(100) });
      return cluster.simulation.nodes.size;
    },
  },
  {
    name: '800 GPU pods from apply to Running',
    unit: 'pods',
    runs: 5,
    warmUpMs: 8000,
    run: begin => runningPods(100, 800, begin),
  },
  {
    name: '10 nodes and 50 pods over 10 virtual minutes',
    unit: 'runs',
    runs: 30,
    warmUpMs: 8000,
    async run() {
      await using cluster = await bootSimulatedCluster({ seed: 1, nodes: gpuNodes(10) });
      await cluster.apply([gpuDeployment(50)]);
      await cluster.advance('10m');
      return 1;
    },
  },
];
