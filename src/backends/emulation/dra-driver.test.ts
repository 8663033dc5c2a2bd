/** The DRA driver against a client that plays kubelet over its sockets, and the simulated API server. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { KubeObject } from '../../../sim/api/object.js';
import { Random } from '../../../sim/engine/random.js';
import { gpuDeviceClasses, gpuDriver, gpuSlices } from '../../gpu/device-slices.js';
import { gpusOf } from '../../gpu/gpu-pool.js';
import { parseKindConfig } from '../../gpu/kind-config.js';
import { callGrpc, followGrpc } from '../grpc/unix.js';
import { simulationOptions } from '../sim-options.js';
import { bootSimulatedCluster, type SimulatedCluster } from '../sim.js';
import { draHealthService, draService, pluginRegistrationService } from './dra-api.js';
import { DraDriver } from './dra-driver.js';

const config = parseKindConfig(
  'kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\nname: t\nnodes: [{ role: control-plane }]\n',
  'kind.yaml',
);
const node = 't-control-plane';
const labels = { 'nvidia.com/gpu.product': 'Tesla-T4', 'nvidia.com/gpu.count': '2' };
const slices = gpuSlices(node, gpusOf(labels, 'kind.yaml', new Random(1)).devices);
const slicesPath = '/apis/resource.k8s.io/v1/resourceslices';

describe('the DRA driver', () => {
  let folder: string;
  let cluster: SimulatedCluster;
  let driver: DraDriver;
  const inFolder = (...names: readonly string[]): string => join(folder, ...names);
  const registry = (): string => inFolder('registry', `${gpuDriver}-reg.sock`);
  const dra = (): string => inFolder('plugins', gpuDriver, 'dra.sock');
  const notify = (pluginRegistered: boolean, error = ''): Promise<unknown> =>
    callGrpc(registry(), pluginRegistrationService, 'notifyRegistrationStatus', {
      pluginRegistered,
      error,
    });
  const published = async (): Promise<readonly KubeObject[]> => {
    const { body } = await cluster.request({ method: 'GET', path: slicesPath });
    return (body as { items: readonly KubeObject[] }).items;
  };

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'st-'));
    for (const name of ['plugins', 'registry']) mkdirSync(inFolder(name));
    cluster = await bootSimulatedCluster(simulationOptions({ seed: 1, config, operators: [] }));
    driver = await DraDriver.start({
      driver: gpuDriver,
      node,
      folders: { plugins: inFolder('plugins'), registry: inFolder('registry') },
      slices,
      ask: request => cluster.request(request),
    });
  });
  afterEach(async () => {
    await driver.close();
    await cluster[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true });
  });

  it('publishes its slices once it is registered, not before, and once more for a new kubelet', async () => {
    const info = await callGrpc(registry(), pluginRegistrationService, 'getInfo', {});
    expect(info).toMatchObject({
      type: 'DRAPlugin',
      name: 'gpu.nvidia.com',
      endpoint: '/var/lib/kubelet/plugins/gpu.nvidia.com/dra.sock',
      supportedVersions: ['v1.DRAPlugin', 'v1alpha1.DRAResourceHealth'],
    });
    expect(await published()).toEqual([]);
    await notify(false, 'this kubelet takes none');
    await driver.published;
    expect(await published()).toEqual([]);
    await notify(true);
    await driver.published;
    const names = slices.map(({ metadata }) => metadata.name);
    expect((await published()).map(({ metadata }) => metadata.name)).toEqual(names);
    // A kubelet that starts deletes them, and finds the plug-in in its registry again.
    await cluster.request({ method: 'DELETE', path: `${slicesPath}/${names[0] ?? ''}` });
    await notify(true);
    await driver.published;
    expect(await published()).toHaveLength(2);
    expect(driver.registrationCount).toBe(2);
    await driver.close();
    expect(await published()).toEqual([]);
    expect([...readdirSync(inFolder('plugins')), ...readdirSync(inFolder('registry'))]).toEqual([]);
  });

  it('prepares what the scheduler has allocated, and says why it does not', async () => {
    await notify(true);
    await driver.published;
    const requests = [{ name: 'gpu', exactly: { deviceClassName: gpuDriver, count: 2 } }];
    const applied = await cluster.apply([
      ...gpuDeviceClasses,
      {
        apiVersion: 'resource.k8s.io/v1',
        kind: 'ResourceClaim',
        metadata: { name: 'both', namespace: 'default' },
        spec: { devices: { requests } },
      } as KubeObject,
    ]);
    expect(applied.flatMap(({ message }) => message ?? [])).toEqual([]);
    const claim = applied.at(-1)?.object.metadata;
    const path = '/apis/resource.k8s.io/v1/namespaces/default/resourceclaims/both';
    const { body } = await cluster.request({ method: 'GET', path });
    const { uid = '' } = (body as KubeObject).metadata;
    const ask = (more: object = {}): Promise<unknown> =>
      callGrpc(dra(), draService, 'nodePrepareResources', {
        claims: [{ namespace: 'default', name: claim?.name, uid, ...more }],
      });
    expect(await ask()).toMatchObject({
      claims: { [uid]: { error: 'no device of this driver is allocated to the claim' } },
    });
    await cluster.apply([
      {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'p', namespace: 'default' },
        spec: {
          containers: [{ name: 'c', image: 'i', resources: { claims: [{ name: 'g' }] } }],
          resourceClaims: [{ name: 'g', resourceClaimName: 'both' }],
        },
      } as KubeObject,
    ]);
    await cluster.advance('30s');
    const device = { requestNames: ['gpu'], poolName: node };
    expect(await ask()).toMatchObject({
      claims: {
        [uid]: {
          devices: [
            { ...device, deviceName: 'gpu-0' },
            { ...device, deviceName: 'gpu-1' },
          ],
          error: '',
        },
      },
    });
    expect([...driver.prepared]).toEqual([uid]);
    expect(await ask({ uid: 'another' })).toMatchObject({
      claims: { another: { error: 'the claim was replaced by another' } },
    });
    expect(await ask({ name: 'none' })).toMatchObject({
      claims: { [uid]: { error: 'claim default/none: status 404' } },
    });
    await callGrpc(dra(), draService, 'nodeUnprepareResources', { claims: [{ uid }] });
    expect([...driver.prepared]).toEqual([]);
  });

  it('tells of the health of its devices as it changes', async () => {
    const stop = new AbortController();
    const told: string[][] = [];
    type Health = { devices: { device: { deviceName: string }; health: number }[] };
    const follow = async (): Promise<void> => {
      const service = draHealthService;
      const stream = followGrpc<Health>(dra(), service, 'nodeWatchResources', {}, stop.signal);
      for await (const { devices } of stream) {
        told.push(devices.map(({ device, health }) => `${device.deviceName} ${health}`));
        if (told.length === 1) driver.setHealth('gpu-1', false);
        else return;
      }
    };
    await follow();
    expect(told).toEqual([
      ['gpu-0 1', 'gpu-1 1'],
      ['gpu-0 1', 'gpu-1 2'],
    ]);
    stop.abort();
    expect(existsSync(dra())).toBe(true);
  });
});
