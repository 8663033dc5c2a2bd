/** Events are gone an hour after they were last told, as with kube-apiserver's --event-ttl. */
import { expect, it } from 'vitest';
import { bootSimulatedCluster } from '../src/backends/sim.js';
import { gpuNodes } from './bench/cluster.js';

it('forgets events after an hour', async () => {
  await using cluster = await bootSimulatedCluster({ seed: 1, nodes: gpuNodes(1) });
  const count = async (): Promise<number> => {
    const { body } = await cluster.request({ method: 'GET', path: '/api/v1/events' });
    return (body as { items: readonly unknown[] }).items.length;
  };
  expect(await count()).toBeGreaterThan(0);
  await cluster.advance('59m');
  expect(await count()).toBeGreaterThan(0);
  await cluster.advance('3m');
  expect(await count()).toBe(0);
});
