/** Load makes usage, usage makes metrics, metrics move the autoscaler, in the times that the real parts take. */
import { expect, it } from 'vitest';
import type { ContainerContext, Workload } from '../sim/workloads/workload.js';
import { bootSimulatedCluster } from '../src/backends/sim.js';
import { gpuNodes } from './bench/cluster.js';

/** Replicas that share a load, in thousandths of a CPU. */
class SharedLoad {
  private readonly programs = new Set<ContainerContext>();
  private millis = 0;

  readonly workload: Workload = {
    name: 'shared-load',
    start: context => {
      this.programs.add(context);
      this.spread();
      return {
        terminate: () => {
          this.programs.delete(context);
          this.spread();
          context.exit(0);
        },
      };
    },
  };

  set(millis: number): void {
    this.millis = millis;
    this.spread();
  }

  private spread(): void {
    const cpuMillis = Math.round(this.millis / Math.max(1, this.programs.size));
    for (const program of this.programs) program.use({ cpuMillis, memoryBytes: 64 * 2 ** 20 });
  }
}

const manifests = [
  {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'default' },
    spec: {
      replicas: 1,
      selector: { matchLabels: { app: 'web' } },
      template: {
        metadata: { labels: { app: 'web' } },
        spec: {
          containers: [{ name: 'c', image: 'web', resources: { requests: { cpu: '200m' } } }],
        },
      },
    },
  },
  {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'web', namespace: 'default' },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
      minReplicas: 1,
      maxReplicas: 10,
      metrics: [
        {
          type: 'Resource',
          resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } },
        },
      ],
    },
  },
];

it('scales up with the load, and down five minutes after it has gone', async () => {
  const load = new SharedLoad();
  await using cluster = await bootSimulatedCluster({
    seed: 1,
    nodes: gpuNodes(2),
    workloads: [{ image: 'web', workload: load.workload }],
  });
  const replicas = async (): Promise<number> => {
    const path = '/apis/apps/v1/namespaces/default/deployments/web';
    const { body } = await cluster.request({ method: 'GET', path });
    return (body as { status?: { readyReplicas?: number } }).status?.readyReplicas ?? 0;
  };
  const applied = await cluster.apply(manifests);
  expect(applied.map(({ message }) => message)).toEqual([undefined, undefined]);
  load.set(400);
  expect(await cluster.until(async () => (await replicas()) >= 4, { within: '5m' })).toBe(true);
  // Usage is read at other moments for each container, so that a step of the load may overshoot,
  // as it does in a real cluster; the stabilisation window holds that for five minutes.
  await cluster.advance('12m');
  expect(await replicas()).toBe(4);

  load.set(50);
  await cluster.advance('4m');
  expect(await replicas()).toBe(4);
  expect(await cluster.until(async () => (await replicas()) === 1, { within: '3m' })).toBe(true);
});
