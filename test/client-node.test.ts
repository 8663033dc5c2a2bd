/** @kubernetes/client-node as it is works against a simulated cluster, over the socket and in virtual time. */
import { Writable } from 'node:stream';
import {
  AppsV1Api,
  CoreV1Api,
  Exec,
  KubernetesObjectApi,
  makeInformer,
  type KubeConfig,
  type V1Pod,
  type V1Status,
} from '@kubernetes/client-node';
import { expect, it } from 'vitest';
import { bootSimulatedCluster } from '../src/backends/sim.js';
import { sleep } from '../src/host.js';
import { gpuDeployment, gpuNodes } from './bench/cluster.js';

it('reads, writes, patches, watches with an informer', async () => {
  await using cluster = await bootSimulatedCluster({ seed: 1, nodes: gpuNodes(2) });
  const config = await cluster.client();
  const core = config.makeApiClient(CoreV1Api);
  const { items } = await core.listNode();
  expect(items.map(node => node.status?.allocatable?.['nvidia.com/gpu'])).toEqual(['8', '8']);

  const seen: string[] = [];
  const informer = makeInformer(config, '/api/v1/namespaces/default/pods', () =>
    core.listNamespacedPod({ namespace: 'default' }),
  );
  informer.on('add', (pod: V1Pod) => seen.push(`add ${pod.metadata?.labels?.['app'] ?? ''}`));
  informer.on('delete', () => seen.push('delete'));
  informer.on('error', error => seen.push(`error ${String(error)}`));
  await informer.start();

  const objects = KubernetesObjectApi.makeApiClient(config);
  await objects.create(gpuDeployment(3) as never);
  await cluster.advance('30s');
  await sleep(300);
  expect(seen).toEqual(['add train', 'add train', 'add train']);
  const pods = await core.listNamespacedPod({ namespace: 'default', labelSelector: 'app=train' });
  expect(pods.items.map(pod => pod.status?.phase)).toEqual(['Running', 'Running', 'Running']);

  const sleeper = { name: 'c', image: 'busybox', command: ['sleep', '100000'] };
  await core.createNamespacedPod({
    namespace: 'default',
    body: { metadata: { name: 'shell' }, spec: { containers: [sleeper] } },
  });
  await cluster.advance('10s');
  expect(await executed(config, 'shell', ['echo', 'from within'])).toEqual({
    stdout: 'from within\n',
    status: 'Success',
  });

  const apps = config.makeApiClient(AppsV1Api);
  const scale = await apps.readNamespacedDeploymentScale({ name: 'train', namespace: 'default' });
  expect(scale.status?.replicas).toBe(3);
  await apps.replaceNamespacedDeploymentScale({
    name: 'train',
    namespace: 'default',
    body: { ...scale, spec: { replicas: 1 } },
  });
  await cluster.advance('1m');
  await sleep(300);
  expect(seen.filter(text => text === 'delete')).toHaveLength(2);
  await expect(
    core.readNamespacedPod({ name: 'none', namespace: 'default' }),
  ).rejects.toMatchObject({
    code: 404,
  });
  await informer.stop();
}, 60_000);

/** Runs a command in a pod of the default namespace. */
function executed(config: KubeConfig, pod: string, command: readonly string[]) {
  let stdout = '';
  const out = new Writable({
    write(chunk: Buffer, _encoding, done) {
      stdout += chunk.toString();
      done();
    },
  });
  return new Promise<{ readonly stdout: string; readonly status: V1Status['status'] }>(
    (resolve, reject) => {
      new Exec(config)
        .exec('default', pod, '', [...command], out, null, null, false, ({ status }) =>
          resolve({ stdout, status }),
        )
        .catch(reject);
    },
  );
}
