/** A probe of a program that has ended finds nobody, until the kubelet has seen that it ended. */
import { expect, it } from 'vitest';
import type { Workload } from '../sim/workloads/workload.js';
import { bootSimulatedCluster } from '../src/backends/sim.js';
import { gpuNodes } from './bench/cluster.js';

const endsAfter = (delayMs: number): Workload => ({
  name: 'web',
  start: context => {
    context.clock.after(delayMs, 'ends', () => context.exit(1));
    return { probe: () => ({ isSuccess: true }) };
  },
});

it('is refused', async () => {
  const delays = Array.from({ length: 20 }, (_, index) => 3_000 + index * 50);
  await using cluster = await bootSimulatedCluster({
    seed: 1,
    nodes: gpuNodes(1),
    workloads: delays.map(delayMs => ({ image: `web-${delayMs}`, workload: endsAfter(delayMs) })),
  });
  await cluster.apply(
    delays.map(delayMs => ({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: `web-${delayMs}`, namespace: 'default' },
      spec: {
        restartPolicy: 'Never',
        containers: [
          {
            name: 'c',
            image: `web-${delayMs}`,
            readinessProbe: { httpGet: { path: '/', port: 80 }, periodSeconds: 1 },
          },
        ],
      },
    })),
  );
  await cluster.advance('2m');
  const path = '/api/v1/namespaces/default/events';
  const { items } = (await cluster.request({ method: 'GET', path })).body as {
    readonly items: readonly { readonly reason: string; readonly message: string }[];
  };
  const told = items.filter(({ reason }) => reason === 'Unhealthy').map(({ message }) => message);
  expect(told).not.toEqual([]);
  for (const message of told) {
    expect(message).toMatch(
      /^Readiness probe failed: Get "http:\/\/([\d.]+):80\/": dial tcp \1:80: connect: connection refused$/,
    );
  }
});
