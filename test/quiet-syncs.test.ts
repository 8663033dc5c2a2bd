/** Syncs of a pod that find nothing to do are short; whatever changes is seen by the next one all the same. */
import { expect, it } from 'vitest';
import type { Pod } from '../sim/api/kinds/core.js';
import type { Workload } from '../sim/workloads/workload.js';
import { bootSimulatedCluster } from '../src/backends/sim.js';
import { gpuNodes } from './bench/cluster.js';

const probe = { httpGet: { path: '/', port: 80 }, periodSeconds: 10, failureThreshold: 1 };
const config = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'settings', namespace: 'default' },
  data: { mode: 'calm' },
};
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
        livenessProbe: probe,
        volumeMounts: [{ name: 'settings', mountPath: '/etc/settings' }],
      },
    ],
    volumes: [{ name: 'settings', configMap: { name: 'settings' } }],
  },
};

/** Lives as long as it is not told to end. */
const web: Workload = {
  name: 'web',
  start: context => {
    const mode = () => context.volume('/etc/settings')?.read('mode');
    return { probe: () => ({ isSuccess: mode() !== 'broken' }) };
  },
};

it('sees new files, and what comes of them, after an hour without news', async () => {
  await using cluster = await bootSimulatedCluster({
    seed: 1,
    nodes: gpuNodes(1),
    workloads: [{ image: 'web', workload: web }],
  });
  const settings = '/api/v1/namespaces/default/configmaps/settings';
  const change = async (mode: string) => {
    await cluster.request({ method: 'PUT', path: settings, body: { ...config, data: { mode } } });
  };
  const state = async () => {
    const path = '/api/v1/namespaces/default/pods/web';
    const { status } = (await cluster.request({ method: 'GET', path })).body as Pod;
    const isReady = status?.conditions?.find(({ type }) => type === 'Ready')?.status;
    const [container] = status?.containerStatuses ?? [];
    return { isReady, restarts: container?.restartCount };
  };
  await cluster.apply([config, pod]);
  await cluster.advance('1h');
  expect(await state()).toEqual({ isReady: 'True', restarts: 0 });
  await change('broken');
  await cluster.advance('3m');
  const broken = await state();
  expect(broken.isReady).toBe('False');
  expect(broken.restarts).toBeGreaterThan(0);
  await change('calm');
  await cluster.advance('15m');
  const mended = await state();
  expect(mended.isReady).toBe('True');
  await cluster.advance('1h');
  expect(await state()).toEqual(mended);
});
