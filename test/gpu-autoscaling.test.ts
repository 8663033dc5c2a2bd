/** GPU use becomes DCGM's series with its delay, and the series move an autoscaler. */
import { expect, it } from 'vitest';
import type { ContainerContext, Workload } from '../sim/workloads/workload.js';
import { bootSimulatedCluster } from '../src/backends/sim.js';
import { gpuNodes } from './bench/cluster.js';

const programs = new Set<ContainerContext>();
const inference: Workload = {
  name: 'inference',
  start: context => {
    programs.add(context);
    return {
      terminate: () => {
        programs.delete(context);
        context.exit(0);
      },
    };
  },
};

function useGpus(share: number): void {
  for (const { use, devices } of programs) {
    const ids = devices['nvidia.com/gpu'] ?? [];
    const gpuUtilization = Object.fromEntries(ids.map(id => [id, share]));
    use({ cpuMillis: 100, memoryBytes: 2 ** 28, gpuUtilization });
  }
}

const resources = { limits: { 'nvidia.com/gpu': '1' } };
const manifests = [
  {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'scorer', namespace: 'default' },
    spec: {
      replicas: 1,
      selector: { matchLabels: { app: 'scorer' } },
      template: {
        metadata: { labels: { app: 'scorer' } },
        spec: { containers: [{ name: 'c', image: 'scorer', resources }] },
      },
    },
  },
  {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'scorer', namespace: 'default' },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'scorer' },
      minReplicas: 1,
      maxReplicas: 4,
      metrics: [
        {
          type: 'Pods',
          pods: {
            metric: { name: 'DCGM_FI_DEV_GPU_UTIL' },
            target: { type: 'AverageValue', averageValue: '40' },
          },
        },
      ],
    },
  },
];

it('scales on the GPUs of the pods, no sooner than the exporter and the scrape let it', async () => {
  programs.clear();
  await using cluster = await bootSimulatedCluster({
    seed: 1,
    nodes: gpuNodes(2),
    hasGpuMetrics: true,
    workloads: [{ image: 'scorer', workload: inference }],
  });
  await cluster.apply(manifests);
  const get = async (path: string): Promise<unknown> =>
    (await cluster.request({ method: 'GET', path })).body;
  const replicas = async (): Promise<number | undefined> => {
    const body = await get('/apis/apps/v1/namespaces/default/deployments/scorer');
    return (body as { spec?: { replicas?: number } }).spec?.replicas;
  };
  await cluster.until(() => programs.size === 1, { within: '2m' });
  await cluster.advance('1m');
  const metric =
    '/apis/custom.metrics.k8s.io/v1beta1/namespaces/default/pods/*/DCGM_FI_DEV_GPU_UTIL';
  expect(await get(metric)).toMatchObject({ items: [{ value: '0' }] });

  const startMs = cluster.now();
  useGpus(0.8);
  const isScaled = await cluster.until(async () => (await replicas()) === 2, { within: '3m' });
  expect(isScaled).toBe(true);
  // The exporter reads every 30 s, Prometheus scrapes every 15 s, the autoscaler looks every 15 s.
  expect(cluster.now() - startMs).toBeLessThanOrEqual(60_000 + 1_000);
  expect(await get(metric)).toMatchObject({
    items: [{ describedObject: { kind: 'Pod' }, value: '80' }],
  });

  const [node] = [...cluster.simulation.nodes.values()].filter(({ gpus }) =>
    gpus().some(({ holder }) => holder !== undefined),
  );
  const [held] = node?.gpus().filter(({ holder }) => holder !== undefined) ?? [];
  expect(held).toMatchObject({ isHealthy: true, utilization: 0.8, holder: { container: 'c' } });
  const passedSeconds = (cluster.now() - startMs) / 1000;
  expect(held?.busySeconds).toBeCloseTo(0.8 * passedSeconds, 6);
});
