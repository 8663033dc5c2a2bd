/** metrics.k8s.io served from this machine: what our kubelets' containers use, over HTTPS, as an aggregator asks. */
import { request } from 'node:https';
import { expect, it } from 'vitest';
import { attach } from '../src/backends/attach.js';
import { serveMetrics } from '../src/backends/metrics-api.js';
import { Pacer } from '../src/backends/pacer.js';
import { bootSimulatedCluster } from '../src/backends/sim.js';
import { sleep } from '../src/host.js';
import { gpuNodes } from './bench/cluster.js';

interface Told {
  readonly status: number;
  readonly body: unknown;
}

function ask(port: number, path: string): Promise<Told> {
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port, path, rejectUnauthorized: false, agent: false };
    request(options, response => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => (text += part));
      response.on('end', () => {
        const isJson = response.headers['content-type'] === 'application/json';
        const body: unknown = isJson ? JSON.parse(text) : text;
        resolve({ status: response.statusCode ?? 0, body });
      });
    })
      .on('error', reject)
      .end();
  });
}

it('tells what attached nodes use, and is gone when it is closed', async () => {
  await using cluster = await bootSimulatedCluster({ seed: 1, nodes: [], hasMetricsServer: false });
  const pacer = new Pacer(cluster.simulation.loop, 1);
  pacer.start();
  const errors: unknown[] = [];
  const attached = attach({
    config: await cluster.client(),
    seed: 2,
    nodes: gpuNodes(1, 1),
    onError: error => errors.push(error),
  });
  const metrics = await serveMetrics(cluster, attached, {
    address: '127.0.0.1',
    resolutionMs: 300,
  });
  const path = '/apis/apiregistration.k8s.io/v1/apiservices/v1beta1.metrics.k8s.io';
  const { body } = await cluster.request({ method: 'GET', path });
  const { spec } = body as { spec: { service: { port: number } } };
  expect(spec).toMatchObject({
    insecureSkipTLSVerify: true,
    service: { namespace: 'kube-system', name: 'seatrial-metrics' },
  });
  const { port } = spec.service;
  expect(await ask(port, '/apis/metrics.k8s.io/v1beta1')).toMatchObject({
    status: 200,
    body: { kind: 'APIResourceList', resources: [{ name: 'nodes' }, { name: 'pods' }] },
  });
  expect((await ask(port, '/metrics')).status).toBe(404);
  // Containers are read by their kubelet every ten seconds only; the node itself at once.
  const nodes = '/apis/metrics.k8s.io/v1beta1/nodes';
  let told = await ask(port, nodes);
  for (let tries = 0; tries < 200 && JSON.stringify(told.body).length < 150; tries++) {
    await sleep(50);
    told = await ask(port, nodes);
  }
  expect(told).toMatchObject({
    status: 200,
    body: {
      kind: 'NodeMetricsList',
      items: [{ metadata: { name: 'node-0000' }, usage: { memory: expect.any(String) as string } }],
    },
  });
  // There is one now: nobody is pushed aside.
  expect(await serveMetrics(cluster, attached, { address: '127.0.0.1' })).toBeUndefined();
  await metrics?.close({ isClusterGone: false });
  expect((await cluster.request({ method: 'GET', path })).status).toBe(404);
  await expect(ask(port, nodes)).rejects.toThrow('ECONNREFUSED');
  attached.close();
  await pacer.stop();
  expect(errors).toEqual([]);
});
