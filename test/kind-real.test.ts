/** Every way of giving GPUs to the nodes of a real kind cluster; run where SEATRIAL_REAL_KIND is set, as CI does. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { KubeObject } from '../sim/api/object.js';
import type { Node, Pod } from '../sim/api/kinds/core.js';
import { kind, type KindCluster } from '../src/backends/kind.js';
import { runCommand } from '../src/backends/kind/run-command.js';

const isRequested = process.env['SEATRIAL_REAL_KIND'] !== undefined;
const config = `kind: Cluster
apiVersion: kind.x-k8s.io/v1alpha4
name: gpu-ways
nodes:
  - role: control-plane
  - role: worker
    labels: { nvidia.com/gpu.product: Tesla-T4, nvidia.com/gpu.count: '2' }
`;
const worker = 'gpu-ways-worker';
const twoOfThree = 'Pending Running Running';

describe.skipIf(!isRequested)(
  'GPUs on real nodes (skipped unless SEATRIAL_REAL_KIND is set)',
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'gpu-ways-'));
    const file = join(folder, 'kind.yaml');
    writeFileSync(file, config);
    afterAll(() => rmSync(folder, { recursive: true }));

    const get = async <T>(cluster: KindCluster, path: string): Promise<T> =>
      (await cluster.request({ method: 'GET', path })).body as T;

    /** The phases of three pods that ask for a GPU each, of an image that every node has. */
    const threePods = async (
      cluster: KindCluster,
      ask: (index: number) => object,
    ): Promise<string> => {
      const { status } = await get<Node>(cluster, `/api/v1/nodes/${worker}`);
      const names = (status?.images ?? []).flatMap(image => image.names ?? []);
      const image = names.find(name => /\/pause:/.test(name));
      if (image === undefined) throw new Error('the node image has no pause');
      const pods = [0, 1, 2].map(index => {
        const { container, ...spec } = { container: {}, ...ask(index) };
        return {
          apiVersion: 'v1',
          kind: 'Pod',
          metadata: { name: `p${index}`, namespace: 'default' },
          spec: { containers: [{ name: 'c', image, ...container }], ...spec },
        };
      });
      const applied = await cluster.apply(pods as readonly KubeObject[]);
      expect(applied.flatMap(({ message }) => message ?? [])).toEqual([]);
      const phases = async (): Promise<string> => {
        const { items } = await get<{ items: Pod[] }>(cluster, '/api/v1/namespaces/default/pods');
        return items
          .map(pod => pod.status?.phase ?? '')
          .sort()
          .join(' ');
      };
      await cluster.until(async () => (await phases()) === twoOfThree, { within: '3m' });
      return phases();
    };
    const asking = (): object => ({
      container: { resources: { limits: { 'nvidia.com/gpu': '1' } } },
    });

    it('by a patched status', async () => {
      await using cluster = await kind({ config: file });
      expect(await threePods(cluster, asking)).toBe(twoOfThree);
    }, 900_000);

    it('by a device plug-in, one of whose devices falls ill', async () => {
      await using cluster = await kind({ config: file, gpus: 'device-plugin' });
      expect(await threePods(cluster, asking)).toBe(twoOfThree);
      await cluster.inject({ kind: 'gpu', node: worker, gpu: 1, xid: 79 });
      const isIll = await cluster.until(
        async () => {
          const { status } = await get<Node>(cluster, `/api/v1/nodes/${worker}`);
          return status?.allocatable?.['nvidia.com/gpu'] === '1';
        },
        { within: '1m' },
      );
      expect(isIll).toBe(true);
    }, 900_000);

    it('by a DRA driver', async () => {
      await using cluster = await kind({ config: file, gpus: 'dra' });
      const requests = [{ name: 'gpu', exactly: { deviceClassName: 'gpu.nvidia.com' } }];
      await cluster.apply([
        {
          apiVersion: 'resource.k8s.io/v1',
          kind: 'ResourceClaimTemplate',
          metadata: { name: 'one', namespace: 'default' },
          spec: { spec: { devices: { requests } } },
        } as KubeObject,
      ]);
      const claiming = (): object => ({
        container: { resources: { claims: [{ name: 'g' }] } },
        resourceClaims: [{ name: 'g', resourceClaimTemplateName: 'one' }],
      });
      expect(await threePods(cluster, claiming)).toBe(twoOfThree);
    }, 900_000);

    it('leaves no container behind', async () => {
      const filter = ['ps', '-aq', '--filter', 'label=io.x-k8s.kind.cluster=gpu-ways'];
      expect((await runCommand('docker', filter)).stdout).toBe('');
    });
  },
);
