/** The contract on real etcd and Kubernetes programs; skipped by name where there are none. */
import { readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { HistoryEntry } from '../../sim/server/contract.js';
import { controlPlaneBackend } from '../../src/backends/control-plane-cluster.js';
import type { OpenedCluster } from '../../src/backends/real-backend.js';
import { simulationOptions } from '../../src/backends/sim-options.js';
import { hasRealPrograms, whyNone } from './real-programs.js';

const pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'talker', namespace: 'default' },
  spec: {
    terminationGracePeriodSeconds: 1,
    containers: [
      { name: 'main', image: 'busybox', resources: { limits: { 'nvidia.com/gpu': '1' } } },
    ],
  },
};

interface SeenPod {
  readonly status?: { readonly phase?: string };
  readonly spec?: { readonly nodeName?: string };
}

describe.skipIf(!hasRealPrograms())(`a real control plane (skipped: ${whyNone})`, () => {
  let cluster: OpenedCluster;

  beforeAll(async () => {
    const { config, ...needs } = simulationOptions({ seed: 1, operators: [] });
    cluster = await controlPlaneBackend.open({
      needs,
      config,
      flags: {},
      interleaving: 0,
      tell: () => undefined,
    });
  }, 120_000);

  afterAll(async () => {
    await cluster?.[Symbol.asyncDispose]();
    const folders = readdirSync(tmpdir()).filter(name =>
      name.startsWith('seatrial-control-plane-'),
    );
    const owners = folders.map(name => readFileSync(join(tmpdir(), name, 'owner.pid'), 'utf8'));
    expect(owners.filter(owner => owner === String(process.pid))).toEqual([]);
  }, 60_000);

  const seen = async (): Promise<SeenPod> => {
    const path = '/api/v1/namespaces/default/pods/talker';
    return (await cluster.request({ method: 'GET', path })).body as SeenPod;
  };

  it('schedules onto our nodes, whose kubelets run what is bound, with its GPU', async () => {
    const [applied] = await cluster.apply([pod]);
    expect([applied?.status, applied?.message]).toEqual([201, undefined]);
    const runs = async (): Promise<boolean> => (await seen()).status?.phase === 'Running';
    expect(await cluster.until(runs, { within: '30s' })).toBe(true);
    expect((await seen()).spec?.nodeName).toMatch(/^seatrial-worker/);
    const path = '/api/v1/namespaces/default/pods/talker/log';
    expect((await cluster.request({ method: 'GET', path })).status).toBe(200);
  }, 60_000);

  it('tells the history in the order of revisions', async () => {
    const told: HistoryEntry[] = [];
    for await (const entry of cluster.history()) told.push(entry);
    const revisions = told.map(({ revision }) => revision);
    expect(revisions).toEqual([...revisions].sort((a, b) => a - b));
    const own = told.filter(({ object }) => object.metadata.name === 'talker');
    expect(own[0]?.type).toBe('ADDED');
    expect(cluster.gaps).toEqual([]);
    expect(cluster.unrecorded).toEqual([]);
  });

  it('keeps events from a real scheduler for a while', async () => {
    await cluster.inject({
      kind: 'watch',
      process: 'kube-scheduler',
      forMs: 3_000,
      mode: 'stale',
      resource: 'pods',
    });
    const late = { ...pod, metadata: { ...pod.metadata, name: 'late' } };
    await cluster.apply([late]);
    const path = '/api/v1/namespaces/default/pods/late';
    const isBound = async (): Promise<boolean> => {
      const { body } = await cluster.request({ method: 'GET', path });
      return (body as SeenPod).spec?.nodeName !== undefined;
    };
    expect(await cluster.until(isBound, { within: 2_000 })).toBe(false);
    expect(await cluster.until(isBound, { within: '20s' })).toBe(true);
  }, 60_000);

  it('ends a pod that is deleted', async () => {
    const path = '/api/v1/namespaces/default/pods/talker';
    await cluster.request({ method: 'DELETE', path });
    const isGone = async (): Promise<boolean> =>
      (await cluster.request({ method: 'GET', path })).status === 404;
    expect(await cluster.until(isGone, { within: '30s' })).toBe(true);
  }, 60_000);

  it('lets its real programs crash and come back', async () => {
    await cluster.inject({ kind: 'crash', process: 'kube-scheduler', forMs: 500 });
    await cluster.advance('1s');
    const again = { ...pod, metadata: { ...pod.metadata, name: 'again' } };
    await cluster.apply([again]);
    const path = '/api/v1/namespaces/default/pods/again';
    const isBound = async (): Promise<boolean> => {
      const { body } = await cluster.request({ method: 'GET', path });
      return (body as SeenPod).spec?.nodeName !== undefined;
    };
    expect(await cluster.until(isBound, { within: '40s' })).toBe(true);
  }, 60_000);
});
