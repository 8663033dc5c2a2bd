/** A program that answers a probe for good is asked once; what becomes of its container is seen all the same. */
import { expect, it } from 'vitest';
import type { Pod } from '../sim/api/kinds/core.js';
import type { Workload } from '../sim/workloads/workload.js';
import { bootSimulatedCluster } from '../src/backends/sim.js';
import { gpuNodes } from './bench/cluster.js';

const probe = { httpGet: { path: '/', port: 80 }, periodSeconds: 10 };
const pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web', namespace: 'default' },
  spec: {
    containers: [
      {
        name: 'c',
        image: 'web',
        readinessProbe: probe,
        livenessProbe: { ...probe, initialDelaySeconds: 60 },
      },
    ],
  },
};

/** Ready after half a minute; it ends by itself in ten minutes, and is started again. */
async function lived(isForGood: boolean) {
  let asked = 0;
  const web: Workload = {
    name: 'web',
    start: context => {
      let isReady = false;
      context.clock.after(30_000, 'ready', () => void (isReady = true));
      context.clock.after(600_000, 'ends', () => context.exit(1));
      return {
        probe: () => {
          asked++;
          return isReady ? { isSuccess: true, isForGood } : { isSuccess: false };
        },
      };
    },
  };
  await using cluster = await bootSimulatedCluster({
    seed: 1,
    nodes: gpuNodes(1),
    workloads: [{ image: 'web', workload: web }],
  });
  await cluster.apply([pod]);
  await cluster.advance('15m');
  const path = '/api/v1/namespaces/default/pods/web';
  await cluster.request({ method: 'DELETE', path });
  await cluster.advance('2m');
  const told: string[] = [];
  const readiness = new Set<string>();
  for await (const { timeMs, type, resource, object } of cluster.history()) {
    told.push(`${timeMs} ${type} ${resource} ${JSON.stringify(object)}`);
    if (resource !== 'pods') continue;
    const { status } = object as Pod;
    const ready = status?.conditions?.find(({ type: what }) => what === 'Ready')?.status;
    readiness.add(`${ready} after ${status?.containerStatuses?.[0]?.restartCount}`);
  }
  return { told, readiness, asked };
}

it('is asked once', async () => {
  const forGood = await lived(true);
  const always = await lived(false);
  expect(forGood.told).toEqual(always.told);
  expect([...always.readiness]).toEqual(
    expect.arrayContaining(['False after 0', 'True after 0', 'False after 1', 'True after 1']),
  );
  expect(forGood.asked).toBeLessThan(20);
  expect(always.asked).toBeGreaterThan(100);
});
