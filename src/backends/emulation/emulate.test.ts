/** GPUs on nodes of a cluster that was there before: given, asserted, refused, taken away. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { KubeObject } from '../../../sim/api/object.js';
import { parseKindConfig } from '../../gpu/kind-config.js';
import { pooledNodes } from '../../gpu/node-shapes.js';
import { createdByLabel } from '../kind/configuration.js';
import { simulationOptions } from '../sim-options.js';
import { bootSimulatedCluster, type SimulatedCluster } from '../sim.js';
import { emulateGpus, type EmulatedNode, type EmulateOptions } from './emulate.js';
import { seenNode } from './node-patch.js';
import { emulationAnnotation, refuseSlices } from './refusals.js';
import { chooseWay, needsOf, type EmulationNeeds } from './way.js';

const plain = `kind: Cluster
apiVersion: kind.x-k8s.io/v1alpha4
name: t
nodes:
  - role: control-plane
  - { role: worker, labels: { ${createdByLabel}: seatrial } }
  - { role: worker, labels: { owner: somebody } }
`;
const pools = `kind: Cluster
apiVersion: kind.x-k8s.io/v1alpha4
name: t
nodes:
  - role: control-plane
  - role: worker
    labels:
      nvidia.com/gpu.product: NVIDIA-A100-SXM4-80GB
      nvidia.com/gpu.count: '2'
      nvidia.com/mig.strategy: mixed
      nvidia.com/mig.config: all-3g.40gb
`;

describe('GPUs on real nodes', () => {
  let cluster: SimulatedCluster;
  const nodes: readonly EmulatedNode[] = pooledNodes(parseKindConfig(pools, 'pools.yaml'), 1);
  const elsewhere = nodes.map(node =>
    node.name === 't-worker' ? { ...node, name: 't-worker2' } : node,
  );
  const emulate = (more: Partial<EmulateOptions> = {}) =>
    emulateGpus({ cluster, way: 'status', nodes, isOwnCluster: false, ...more });
  const seen = (name = 't-worker') => seenNode(name, request => cluster.request(request));

  beforeEach(async () => {
    const config = parseKindConfig(plain, 'plain.yaml');
    cluster = await bootSimulatedCluster(simulationOptions({ seed: 1, config, operators: [] }));
  });
  afterEach(() => cluster[Symbol.asyncDispose]());

  it('are counted in the status, told by labels, and gone afterwards', async () => {
    const before = await seen();
    {
      await using emulation = await emulate();
      const { metadata, status } = await seen();
      expect(status?.capacity).toMatchObject({ 'nvidia.com/mig-3g.40gb': '4' });
      expect(status?.allocatable).toMatchObject({ 'nvidia.com/mig-3g.40gb': '4' });
      expect(metadata.labels).toMatchObject({
        'nvidia.com/gpu.family': 'ampere',
        'nvidia.com/mig-3g.40gb.count': '4',
      });
      // The count has no identity: a GPU cannot fall ill.
      expect(emulation.inject({ kind: 'gpu', node: 't-worker', gpu: 0, xid: 79 })).toBe(false);
      await using _again = await emulate();
    }
    const after = await seen();
    expect(after.metadata.labels).toEqual(before.metadata.labels);
    expect(after.metadata.annotations).toEqual(before.metadata.annotations);
    expect(after.status?.capacity).toEqual(before.status?.capacity);
  });

  it("are not given to strangers' nodes unless the user owns them", async () => {
    await expect(emulate({ nodes: elsewhere })).rejects.toThrow(
      'node t-worker2 is of a cluster that seatrial has not created',
    );
    const { annotations } = (await seen('t-worker2')).metadata;
    expect(annotations).not.toHaveProperty([emulationAnnotation]);
    await using _mine = await emulate({ nodes: elsewhere, isOwnCluster: true });
    expect((await seen('t-worker2')).status?.capacity).toMatchObject({
      'nvidia.com/mig-3g.40gb': '4',
    });
  });

  it('are offered in one way alone', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'st-'));
    const folders = {
      devicePlugins: join(folder, 'd'),
      plugins: join(folder, 'p'),
      registry: join(folder, 'r'),
    };
    await using _first = await emulate();
    const withFolders = nodes.map(node => ({ ...node, folders }));
    await expect(emulate({ way: 'device-plugin', nodes: withFolders })).rejects.toThrow(
      'the way status offers nvidia.com/mig-3g.40gb on node t-worker already',
    );
    await expect(emulate({ way: 'dra', nodes: withFolders })).rejects.toThrow(
      'a GPU would be given out twice',
    );
    expect(readdirSync(folder)).toEqual([]);
    rmSync(folder, { recursive: true });
  });

  it('need the sockets of their nodes where they are more than a number', async () => {
    await expect(emulate({ way: 'device-plugin' })).rejects.toThrow(/sockets are out of reach/);
  });

  it('as slices without a driver are refused on real nodes', () => {
    const slice = (nodeName: string): KubeObject =>
      ({ kind: 'ResourceSlice', metadata: { name: 's' }, spec: { nodeName } }) as KubeObject;
    expect(() => refuseSlices([slice('t-worker')], ['t-worker'])).toThrow(/within 30 seconds/);
    expect(() => refuseSlices([slice('played')], ['t-worker'])).not.toThrow();
  });
});

describe('the way', () => {
  const none: EmulationNeeds = {
    hasClaims: false,
    hasDeviceFaults: false,
    hasDeviceIdentity: false,
    playsContainers: false,
    nodeCount: 4,
  };

  it.each<[Partial<EmulationNeeds>, string]>([
    [{}, 'status'],
    [{ hasDeviceFaults: true }, 'device-plugin'],
    [{ hasDeviceIdentity: true }, 'device-plugin'],
    [{ hasClaims: true, hasDeviceFaults: true }, 'dra'],
    [{ playsContainers: true, hasClaims: true }, 'kubelets'],
    [{ nodeCount: 9 }, 'kubelets'],
  ])('for %j is %s', (needs, way) => {
    expect(chooseWay({ ...none, ...needs }, { hasSockets: true }).way).toBe(way);
  });

  it('is refused where sockets are out of reach, with what to do', () => {
    const place = { hasSockets: false };
    expect(() => chooseWay({ ...none, hasClaims: true }, place)).toThrow(/needs the way dra/);
    expect(chooseWay(none, place).way).toBe('status');
  });

  it('follows from objects and faults', () => {
    const pod = { kind: 'Pod', metadata: {}, spec: { resourceClaims: [{ name: 'g' }] } };
    expect(needsOf([pod as KubeObject], [{ kind: 'gpu' }])).toEqual({
      hasClaims: true,
      hasDeviceFaults: true,
      hasDeviceIdentity: false,
    });
    expect(needsOf([], [])).toEqual({
      hasClaims: false,
      hasDeviceFaults: false,
      hasDeviceIdentity: false,
    });
  });
});
