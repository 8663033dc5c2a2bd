/** The contract of a cluster over a kubeconfig, against the simulated API server's socket in real time. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { HistoryEntry } from '../../sim/server/contract.js';
import type { Cluster } from '../cluster.js';
import { connectCluster, type RealCluster } from './kubeconfig.js';
import { Pacer } from './pacer.js';
import { bootSimulatedCluster, type SimulatedCluster } from './sim.js';

const node = {
  name: 'n1',
  labels: {},
  taints: [],
  capacity: { cpu: '8', memory: '32Gi', 'ephemeral-storage': '100Gi', pods: '110' },
  devices: [],
  isControlPlane: false,
};

let simulated: SimulatedCluster;
let pacer: Pacer;
let cluster: RealCluster;

beforeAll(async () => {
  simulated = await bootSimulatedCluster({ seed: 1, nodes: [node] });
  pacer = new Pacer(simulated.simulation.loop, 20);
  const config = await simulated.client();
  pacer.start();
  cluster = await connectCluster({ backend: 'kubeconfig', config });
});

afterAll(async () => {
  await cluster[Symbol.asyncDispose]();
  await pacer.stop();
  await simulated[Symbol.asyncDispose]();
});

async function entries({ history }: { history: () => AsyncIterable<HistoryEntry> }) {
  const all: HistoryEntry[] = [];
  for await (const entry of history()) all.push(entry);
  return all;
}

const job = {
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name: 'hello', namespace: 'default' },
  spec: {
    template: {
      spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'busybox' }] },
    },
  },
};

const isComplete = async (on: Cluster): Promise<boolean> => {
  const path = '/apis/batch/v1/namespaces/default/jobs/hello';
  const { body } = await on.request({ method: 'GET', path });
  return (body as { status?: { succeeded?: number } }).status?.succeeded === 1;
};

describe('a cluster over a kubeconfig', () => {
  it('applies, waits for a condition, and records what happened as the server tells it', async () => {
    const [applied] = await cluster.apply([job]);
    expect(applied?.status).toBe(201);
    expect(await cluster.until(() => isComplete(cluster), { within: '30s' })).toBe(true);
    const told = await entries({ history: () => cluster.history() });
    const revisions = told.map(({ revision }) => revision);
    expect(revisions).toEqual([...revisions].sort((a, b) => a - b));
    const own = (all: readonly HistoryEntry[]) =>
      all
        .filter(
          ({ resource, object }) => resource === 'pods' && object.metadata.namespace === 'default',
        )
        .map(({ revision, type, object }) => [revision, type, object.metadata.name]);
    const last = Math.max(...revisions);
    const known = await entries({ history: () => simulated.history() });
    expect(own(told)).toEqual(own(known.filter(({ revision }) => revision <= last)));
    expect(cluster.gaps).toEqual([]);
  });

  it('tells what came after a revision only', async () => {
    const all = await entries({ history: () => cluster.history() });
    const middle = all[Math.floor(all.length / 2)]?.revision ?? 0;
    const after = await entries({ history: () => cluster.history(middle) });
    expect(after.length).toBeGreaterThan(0);
    expect(after.every(({ revision }) => revision > middle)).toBe(true);
  });

  it('gives up a condition in time, and lets time go by', async () => {
    const startMs = cluster.now();
    expect(await cluster.until(() => false, { within: 300 })).toBe(false);
    await cluster.advance(100);
    const tookMs = cluster.now() - startMs;
    expect(tookMs).toBeGreaterThanOrEqual(395);
    expect(tookMs).toBeLessThan(5_000);
  });

  it('impersonates: what somebody may not do is forbidden', async () => {
    const nobody = { user: 'nobody', groups: ['system:authenticated'] };
    const { status } = await cluster.request({ method: 'GET', path: '/api/v1/secrets' }, nobody);
    expect(status).toBe(403);
  });

  it('says what it cannot let happen', async () => {
    await expect(cluster.inject({ kind: 'node-down', node: 'n1' })).rejects.toThrow(
      'kubeconfig cannot let this happen: node-down',
    );
  });

  it('records a kind that is defined while it watches', async () => {
    await cluster.apply([
      {
        apiVersion: 'apiextensions.k8s.io/v1',
        kind: 'CustomResourceDefinition',
        metadata: { name: 'boats.sea.dev' },
        spec: {
          group: 'sea.dev',
          scope: 'Namespaced',
          names: { plural: 'boats', singular: 'boat', kind: 'Boat', listKind: 'BoatList' },
          versions: [
            {
              name: 'v1',
              served: true,
              storage: true,
              schema: {
                openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
              },
            },
          ],
        },
      },
    ]);
    const boat = {
      apiVersion: 'sea.dev/v1',
      kind: 'Boat',
      metadata: { name: 'b', namespace: 'default' },
    };
    const isThere = await cluster.until(
      async () => (await cluster.apply([boat]))[0]?.status !== 404,
      {
        within: '10s',
      },
    );
    expect(isThere).toBe(true);
    const isTold = await cluster.until(
      async () =>
        (await entries({ history: () => cluster.history() })).some(
          ({ resource, object }) => resource === 'boats.sea.dev' && object.metadata.name === 'b',
        ),
      { within: '10s' },
    );
    expect(isTold).toBe(true);
  });

  it('gives a kubeconfig that reaches the same cluster', async () => {
    const text = await cluster.kubeconfig();
    expect(text).toContain((await cluster.client()).getCurrentCluster()?.server);
    expect(text).toContain('current-context: ');
  });
});
