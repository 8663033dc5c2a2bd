/** Faults of the simulated backend, as the cluster shows them, and what its answers leave out. */
import { describe, expect, it } from 'vitest';
import type { Lease } from '../../sim/api/kinds/coordination.js';
import type { Node, Pod } from '../../sim/api/kinds/core.js';
import type { KubeObject } from '../../sim/api/object.js';
import type { Reader } from '../cluster.js';
import { UserError } from '../input/errors.js';
import { bootSimulatedCluster, type SimulatedCluster } from './sim.js';

const shape = (name: string) => ({
  name,
  labels: {},
  taints: [],
  capacity: { cpu: '8', memory: '32Gi', 'ephemeral-storage': '100Gi', pods: '110' },
  devices: [],
  isControlPlane: false,
});

const boot = (interleaving = 0, seed = 1): Promise<SimulatedCluster> =>
  bootSimulatedCluster({ seed, nodes: [shape('n1'), shape('n2')], interleaving });

const deployment = (replicas: number) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { namespace: 'default', name: 'web' },
  spec: {
    replicas,
    selector: { matchLabels: { app: 'web' } },
    template: {
      metadata: { labels: { app: 'web' } },
      spec: { containers: [{ name: 'main', image: 'nginx' }] },
    },
  },
});

async function get<T>(cluster: SimulatedCluster, path: string): Promise<T> {
  return (await cluster.request({ method: 'GET', path })).body as T;
}

async function ready(cluster: SimulatedCluster, node: string): Promise<string | undefined> {
  const { status } = await get<Node>(cluster, `/api/v1/nodes/${node}`);
  return status?.conditions?.find(({ type }) => type === 'Ready')?.status;
}

async function podCount(cluster: SimulatedCluster): Promise<number> {
  const { items } = await get<{ items: readonly unknown[] }>(
    cluster,
    '/api/v1/namespaces/default/pods',
  );
  return items.length;
}

describe('A fault', () => {
  it('partition: heartbeats end, the node is unknown after its grace, and is ready once it is back', async () => {
    await using cluster = await boot();
    const path = '/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/n1';
    await cluster.inject({ kind: 'partition', node: 'n1', forMs: 90_000 });
    const before = (await get<Lease>(cluster, path)).spec?.renewTime;
    await cluster.advance('60s');
    expect((await get<Lease>(cluster, path)).spec?.renewTime).toBe(before);
    expect(await ready(cluster, 'n1')).toBe('Unknown');
    expect(await ready(cluster, 'n2')).toBe('True');
    await cluster.advance('60s');
    expect(await ready(cluster, 'n1')).toBe('True');
    expect((await get<Lease>(cluster, path)).spec?.renewTime).not.toBe(before);
  });

  it('requests: writes that are refused are tried again, and all is well in the end', async () => {
    await using cluster = await boot();
    await cluster.inject({
      kind: 'requests',
      process: 'kube-controller-manager',
      forMs: 20_000,
      code: 503,
      onlyWrites: true,
    });
    await cluster.apply([deployment(3)]);
    await cluster.advance('15s');
    expect(await podCount(cluster)).toBe(0);
    await cluster.advance('60s');
    expect(await podCount(cluster)).toBe(3);
  });

  // With these seeds the deletion alone is refused: all that there was to tell is written.
  it.each([23, 37])(
    'requests: a last deletion that is refused is tried again, seed %d',
    async seed => {
      await using cluster = await boot(0, seed);
      const metadata = { namespace: 'default', name: 'a' };
      const spec = { nodeName: 'n1', containers: [{ name: 'main', image: 'nginx' }] };
      await cluster.apply([{ apiVersion: 'v1', kind: 'Pod', metadata, spec }]);
      await cluster.advance('10s');
      const path = '/api/v1/namespaces/default/pods/a';
      await cluster.request({ method: 'DELETE', path });
      // Its last status is written, and the pod is still there.
      const hasEnded = async () => (await get<Pod>(cluster, path)).status?.phase === 'Succeeded';
      for (let ms = 0; ms < 5_000 && !(await hasEnded()); ms++) await cluster.advance('1ms');
      expect(await hasEnded()).toBe(true);
      const refused = { code: 409, onlyWrites: true } as const;
      await cluster.inject({ kind: 'requests', process: 'kubelet/n1', forMs: 1_000, ...refused });
      await cluster.advance('900ms');
      expect(await podCount(cluster)).toBe(1);
      await cluster.advance('11s');
      expect(await podCount(cluster)).toBe(0);
    },
  );

  it('requests whose answers are lost: what was created is not created twice', async () => {
    await using cluster = await boot();
    await cluster.inject({
      kind: 'requests',
      process: 'kube-controller-manager',
      forMs: 3_000,
      code: 504,
      isServed: true,
      onlyWrites: true,
    });
    await cluster.apply([deployment(1)]);
    await cluster.advance('2m');
    expect(await podCount(cluster)).toBe(1);
  });

  it.each(['stale', 'lost'] as const)('watch %s: nothing is heard, then all', async mode => {
    await using cluster = await boot();
    await cluster.inject({ kind: 'watch', process: 'kube-scheduler', mode, forMs: 30_000 });
    await cluster.apply([deployment(1)]);
    await cluster.advance('25s');
    const bound = async (): Promise<number> =>
      (
        await get<{ items: readonly { spec: { nodeName?: string } }[] }>(
          cluster,
          '/api/v1/namespaces/default/pods',
        )
      ).items.filter(({ spec }) => spec.nodeName !== undefined).length;
    expect(await bound()).toBe(0);
    await cluster.advance('30s');
    expect(await bound()).toBe(1);
  });

  it('crash at a request: what was sent is done, and the rest after the restart', async () => {
    await using cluster = await boot();
    await cluster.inject({
      kind: 'crash',
      process: 'kube-controller-manager',
      forMs: 30_000,
      atRequest: 3,
    });
    await cluster.apply([deployment(4)]);
    await cluster.advance('20s');
    expect(await podCount(cluster)).toBeLessThan(4);
    await cluster.advance('60s');
    expect(await podCount(cluster)).toBe(4);
  });

  it('credentials: 401 until they are renewed', async () => {
    await using cluster = await boot();
    await cluster.inject({ kind: 'credentials', process: 'kube-scheduler', forMs: 30_000 });
    await cluster.apply([deployment(1)]);
    await cluster.advance('2m');
    expect(await podCount(cluster)).toBe(1);
  });

  it('disk pressure: the node says so until there is room again', async () => {
    await using cluster = await boot();
    await cluster.inject({ kind: 'disk-pressure', node: 'n1', forMs: 60_000 });
    await cluster.advance('30s');
    const pressure = async (): Promise<string | undefined> =>
      (await get<Node>(cluster, '/api/v1/nodes/n1')).status?.conditions?.find(
        ({ type }) => type === 'DiskPressure',
      )?.status;
    expect(await pressure()).toBe('True');
    await cluster.advance('60s');
    expect(await pressure()).toBe('False');
  });

  it('clock-step: what a kubelet writes has other times, and the node stays ready', async () => {
    await using cluster = await boot();
    const path = '/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/n1';
    for (const stepMs of [3_600_000, -7_200_000]) {
      await cluster.inject({ kind: 'clock-step', process: 'kubelet/n1', stepMs });
      await cluster.inject({ kind: 'clock-step', process: 'kube-controller-manager', stepMs });
      await cluster.advance('1m');
      const renewed = Date.parse((await get<Lease>(cluster, path)).spec?.renewTime ?? '');
      const aheadMs = renewed - cluster.now();
      expect(Math.abs(aheadMs - (stepMs > 0 ? stepMs : -3_600_000))).toBeLessThan(20_000);
      expect(await ready(cluster, 'n1')).toBe('True');
    }
    await cluster.apply([deployment(2)]);
    await cluster.advance('2m');
    expect(await podCount(cluster)).toBe(2);
  });

  it('names the process that was meant', async () => {
    await using cluster = await boot();
    const wrong = { kind: 'crash', process: 'kube-schedular', forMs: 1 } as const;
    expect(() => cluster.inject(wrong)).toThrow(UserError);
    expect(() => cluster.inject(wrong)).toThrow('there is no process kube-schedular');
  });
});

describe('An interleaving', () => {
  const digestOf = async (interleaving: number): Promise<string> => {
    await using cluster = await boot(interleaving);
    await cluster.apply([deployment(3)]);
    await cluster.advance('1m');
    expect(await podCount(cluster)).toBe(3);
    return cluster.digest();
  };

  it('is another history, and the same one each time', async () => {
    const [calm, one, two] = [await digestOf(0), await digestOf(1), await digestOf(2)];
    expect(new Set([calm, one, two]).size).toBe(3);
    expect(await digestOf(1)).toBe(one);
  });
});

it('leaves out who owns fields only where nobody reads it', async () => {
  await using cluster = await bootSimulatedCluster({ seed: 1, nodes: [] });
  const request = { method: 'GET', path: '/api/v1/namespaces' } as const;
  const owned = async (reader?: Reader) => {
    const { body } = await cluster.request(request, undefined, reader);
    const { items } = body as { readonly items: readonly KubeObject[] };
    return new Set(items.map(({ metadata }) => metadata.managedFields !== undefined));
  };
  expect(await owned()).toEqual(new Set([true]));
  expect(await owned({ omitsManagedFields: true })).toEqual(new Set([false]));
});
