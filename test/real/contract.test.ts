/**
 * The contract of a cluster over a kubeconfig when the way is bad: lost connections, expired watches, slow
 * answers, expired certificates. The server is the simulated one, behind its socket, in real time.
 */
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { KubeConfig } from '@kubernetes/client-node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createAuthority } from '../../sim/http/certificates.js';
import type { HistoryEntry } from '../../sim/server/contract.js';
import { connectCluster, type RealCluster } from '../../src/backends/kubeconfig.js';
import { Pacer } from '../../src/backends/pacer.js';
import { bootSimulatedCluster, type SimulatedCluster } from '../../src/backends/sim.js';
import { sleep } from '../../src/host.js';
import { openFaultProxy, type FaultProxy } from './fault-proxy.js';

let simulated: SimulatedCluster;
let pacer: Pacer;
let proxy: FaultProxy;
let config: KubeConfig;
let cluster: RealCluster | undefined;

beforeEach(async () => {
  simulated = await bootSimulatedCluster({ seed: 1, nodes: [], hasMetricsServer: false });
  const direct = await simulated.client();
  proxy = await openFaultProxy(Number(new URL(direct.getCurrentCluster()?.server ?? '').port));
  config = await simulated.client();
  const [only] = config.clusters;
  config.clusters = only ? [{ ...only, server: `https://127.0.0.1:${proxy.port}` }] : [];
  pacer = new Pacer(simulated.simulation.loop, 1);
  pacer.start();
});

afterEach(async () => {
  await cluster?.[Symbol.asyncDispose]();
  cluster = undefined;
  await proxy.close();
  await pacer.stop();
  await simulated[Symbol.asyncDispose]();
});

const open = async (patienceMs?: number): Promise<RealCluster> =>
  (cluster = await connectCluster({
    backend: 'kubeconfig',
    config,
    isRecorded: ({ name }) => name === 'configmaps' || name === 'events',
    ...(patienceMs !== undefined && { patienceMs }),
  }));

const map = (name: string) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'default' },
});

const created = async (name: string): Promise<void> => {
  const [applied] = await simulated.apply([map(name)]);
  expect(applied?.status).toBe(201);
};

const happened = async (name: string): Promise<void> => {
  const involvedObject = { apiVersion: 'v1', kind: 'Pod', namespace: 'default', name: 'p' };
  const [applied] = await simulated.apply([
    { ...map(name), kind: 'Event', involvedObject, reason: 'Tested', type: 'Normal' },
  ]);
  expect(applied?.status).toBe(201);
};

async function names(on: RealCluster): Promise<string[]> {
  const told: HistoryEntry[] = [];
  for await (const entry of on.history()) told.push(entry);
  return told
    .filter(({ object }) => object.metadata.namespace === 'default')
    .map(({ type, object }) => `${type} ${object.metadata.name ?? ''}`)
    .filter(text => !text.includes('kube-root-ca'));
}

const until = async (on: RealCluster, wanted: string): Promise<boolean> =>
  on.until(async () => (await names(on)).includes(wanted), { within: '10s' });

describe('a cluster behind a bad way', () => {
  it('goes on after lost connections and misses nothing', async () => {
    const on = await open();
    await created('one');
    expect(await until(on, 'ADDED one')).toBe(true);
    proxy.cut();
    await created('two');
    await sleep(300);
    proxy.mend();
    await created('three');
    expect(await until(on, 'ADDED three')).toBe(true);
    expect(await names(on)).toEqual(['ADDED one', 'ADDED two', 'ADDED three']);
    expect(on.gaps).toEqual([]);
  });

  it('waits for a server that is away, and then asks it', async () => {
    const on = await open();
    proxy.cut();
    const asked = on.request({ method: 'GET', path: '/version' });
    await sleep(500);
    proxy.mend();
    expect((await asked).status).toBe(200);
  });

  it('gives up one that stays away, and says so', async () => {
    const on = await open(400);
    proxy.cut();
    await expect(on.request({ method: 'GET', path: '/version' })).rejects.toThrow(
      `no way to https://127.0.0.1:${proxy.port}`,
    );
  });

  it('lists again when its watch has expired, and states the gap', async () => {
    const on = await open();
    await happened('one');
    await happened('two');
    expect(await until(on, 'ADDED two')).toBe(true);
    proxy.cut();
    await simulated.request({ method: 'DELETE', path: '/api/v1/namespaces/default/events/one' });
    await happened('three');
    // Events have no watch cache: what etcd forgets is gone.
    simulated.simulation.server.compact();
    proxy.mend();
    expect(await until(on, 'ADDED three')).toBe(true);
    // When it went, nobody heard: it is told with the revision of the list that no longer had it.
    expect([...(await names(on))].sort()).toEqual([
      'ADDED one',
      'ADDED three',
      'ADDED two',
      'DELETED one',
    ]);
    expect(on.gaps).toEqual([
      expect.objectContaining({ resource: 'events', why: 'the watch expired' }),
    ]);
    const [gap] = on.gaps;
    expect(gap?.toRevision).toBeGreaterThan(gap?.fromRevision ?? Infinity);
  });

  it('bears slow answers', async () => {
    proxy.delayMs = 150;
    const on = await open();
    await on.apply([map('slow')]);
    expect(await until(on, 'ADDED slow')).toBe(true);
    expect(on.gaps).toEqual([]);
  });

  it('says that its own credentials are not taken', async () => {
    const [user] = config.users;
    config.users = user ? [{ name: user.name, token: 'expired' }] : [];
    await expect(open()).rejects.toMatchObject({ details: { code: 'unauthenticated' } });
  });

  it('ends with nothing open', async () => {
    const on = await open();
    await on[Symbol.asyncDispose]();
    cluster = undefined;
    await expect(on.request({ method: 'GET', path: '/version' })).rejects.toThrow(
      'the connection was closed',
    );
  });
});

describe('certificates that have expired', () => {
  const wasMs = 3_600_000;

  it("names the server's, and what to do", async () => {
    const authority = await createAuthority();
    const keys = await authority.server(['127.0.0.1'], { expiredMs: wasMs });
    const server = createServer({ cert: keys.certificate, key: keys.key });
    await new Promise<void>(resolve => void server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const [only] = config.clusters;
    const caData = Buffer.from(authority.certificate).toString('base64');
    config.clusters = only ? [{ ...only, server: `https://127.0.0.1:${port}`, caData }] : [];
    await expect(open()).rejects.toMatchObject({
      message: expect.stringContaining('certificate has expired') as string,
      details: { code: 'unreachable', next: expect.stringContaining('renew it') as string },
    });
    server.close();
  });

  it("names the client's", async () => {
    const authority = await createAuthority();
    const keys = await authority.server(['127.0.0.1']);
    const own = await authority.client('admin', ['system:masters'], { expiredMs: wasMs });
    const base64 = (text: string): string => Buffer.from(text).toString('base64');
    const server = createServer({
      cert: keys.certificate,
      key: keys.key,
      ca: authority.certificate,
      requestCert: true,
    });
    await new Promise<void>(resolve => void server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const [only] = config.clusters;
    const [user] = config.users;
    const caData = base64(authority.certificate);
    config.clusters = only ? [{ ...only, server: `https://127.0.0.1:${port}`, caData }] : [];
    config.users = user
      ? [{ name: user.name, certData: base64(own.certificate), keyData: base64(own.key) }]
      : [];
    await expect(open(500)).rejects.toMatchObject({
      details: { next: expect.stringContaining('expired') as string },
    });
    server.close();
  });
});
