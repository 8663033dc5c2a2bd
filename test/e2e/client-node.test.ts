/** @kubernetes/client-node as it is works against a simulated cluster, over the socket and in virtual time. */
import { createServer, type AddressInfo } from 'node:net';
import { Writable } from 'node:stream';
import {
  AppsV1Api,
  CoreV1Api,
  Exec,
  KubernetesObjectApi,
  makeInformer,
  PatchStrategy,
  PortForward,
  type KubeConfig,
  type KubernetesObject,
  type V1ConfigMap,
  type V1Pod,
  type V1Status,
} from '@kubernetes/client-node';
import { expect, it } from 'vitest';
import { simulationOptions } from '../../src/backends/sim-options.js';
import { bootSimulatedCluster } from '../../src/backends/sim.js';
import { sleep } from '../../src/host.js';
import { gpuDeployment, gpuNodes } from '../bench/cluster.js';
import { openFaultProxy } from '../real/fault-proxy.js';

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

it('informs through lost connections and a compacted revision', async () => {
  await using cluster = await bootSimulatedCluster({ seed: 1, nodes: [] });
  const direct = await cluster.client();
  const proxy = await openFaultProxy(
    Number(new URL(direct.getCurrentCluster()?.server ?? '').port),
  );
  const config = await cluster.client();
  const [only] = config.clusters;
  if (only === undefined) throw new Error('a kubeconfig names its cluster');
  config.clusters = [{ ...only, server: `https://127.0.0.1:${proxy.port}` }];
  const path = '/api/v1/namespaces/default/configmaps';
  const core = config.makeApiClient(CoreV1Api);
  const informer = makeInformer(config, path, () =>
    core.listNamespacedConfigMap({ namespace: 'default' }),
  );
  const seen: string[] = [];
  for (const verb of ['add', 'update', 'delete'] as const) {
    informer.on(verb, ({ metadata }) => {
      if (metadata?.name !== 'kube-root-ca.crt') seen.push(`${verb} ${metadata?.name ?? ''}`);
    });
  }
  // As its own documentation has it: an informer that met an error is started again.
  informer.on('error', () => setTimeout(() => void informer.start().catch(() => undefined), 100));
  await informer.start();
  const maps = direct.makeApiClient(CoreV1Api);
  const create = (name: string) =>
    maps.createNamespacedConfigMap({ namespace: 'default', body: { metadata: { name } } });
  await create('before');
  await expect.poll(() => seen).toEqual(['add before']);

  proxy.cut();
  await create('meanwhile');
  await maps.deleteNamespacedConfigMap({ namespace: 'default', name: 'before' });
  cluster.simulation.server.compact();
  proxy.mend();
  await expect
    .poll(() => [...seen].sort(), { timeout: 15_000 })
    .toEqual(['add before', 'add meanwhile', 'delete before']);
  await create('after');
  await expect.poll(() => seen.at(-1), { timeout: 15_000 }).toBe('add after');
  await informer.stop();
  await proxy.close();
}, 60_000);

it('applies on the server, and is told of conflicts with another manager', async () => {
  await using cluster = await bootSimulatedCluster({ seed: 1, nodes: [] });
  const objects = KubernetesObjectApi.makeApiClient(await cluster.client());
  const map = (value: string): V1ConfigMap & KubernetesObject => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'settings', namespace: 'default' },
    data: { level: value },
  });
  const apply = (value: string, manager: string, force = false) =>
    objects.patch(map(value), undefined, undefined, manager, force, PatchStrategy.ServerSideApply);
  await apply('1', 'one');
  await expect(apply('2', 'other')).rejects.toMatchObject({ code: 409 });
  const taken = await apply('2', 'other', true);
  expect(taken.metadata?.managedFields?.map(({ manager }) => manager)).toEqual(['other']);
}, 30_000);

it('forwards ports over the channels of a WebSocket, each connection by itself', async () => {
  const nodes = simulationOptions({ seed: 1, operators: [], startMs: Date.UTC(2026, 0, 1) });
  await using cluster = await bootSimulatedCluster(nodes);
  const config = await cluster.client();
  const image = 'registry.k8s.io/e2e-test-images/agnhost:2.63.0';
  const containers = [{ name: 'c', image, args: ['netexec', '--http-port=8080'] }];
  const body = { metadata: { name: 'web' }, spec: { containers } };
  await config.makeApiClient(CoreV1Api).createNamespacedPod({ namespace: 'default', body });
  await cluster.advance('30s');
  const forward = new PortForward(config, false);
  const server = createServer(socket => {
    void forward.portForward('default', 'web', [8080], socket, null, socket);
  });
  await new Promise<void>(done => void server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  const answers: string[] = [];
  for (const word of ['one', 'two']) {
    let isAnswered = false;
    const asked = fetch(`http://127.0.0.1:${port}/echo?msg=${word}`, {
      headers: { connection: 'close' },
    }).then(answer => answer.text());
    void asked.finally(() => (isAnswered = true));
    for (let turn = 0; !isAnswered && turn < 500; turn++) {
      await cluster.advance('10ms');
      await sleep(10);
    }
    answers.push(await asked);
  }
  server.close();
  expect(answers).toEqual(['one', 'two']);
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
