/** Every way to offer a GPU at once: whole, cut by MIG, time-sliced, by MPS, by DRA; and the laws over all of it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { HistoryEntry } from '../sim/server/contract.js';
import { simulate, type KubeObject } from '../src/index.js';
import { deviceHealthyWhenGiven } from '../src/laws/device-healthy-when-given.js';
import { gpuHeldOnce } from '../src/laws/gpu-held-once.js';
import { judge } from '../src/laws/judge.js';
import { requestsWithinAllocatable } from '../src/laws/requests-within-allocatable.js';

const a100 = 'NVIDIA-A100-SXM4-80GB';

/** Labels of a worker, and what a pod asks of it; so many fit at once. */
const ways = {
  whole: { labels: { product: a100, count: 2 }, resource: 'nvidia.com/gpu', fit: 2 },
  single: {
    labels: { product: a100, count: 1, 'mig.strategy': 'single', 'mig.config': 'all-1g.10gb' },
    resource: 'nvidia.com/gpu',
    fit: 7,
  },
  mixed: {
    labels: { product: a100, count: 1, 'mig.strategy': 'mixed', 'mig.config': 'all-balanced' },
    resource: 'nvidia.com/mig-1g.10gb',
    fit: 2,
  },
  sliced: {
    labels: { product: 'Tesla-T4', count: 1, replicas: 4 },
    resource: 'nvidia.com/gpu',
    fit: 4,
  },
  mps: {
    labels: { product: 'Tesla-T4', count: 1, replicas: 3, 'sharing-strategy': 'mps' },
    resource: 'nvidia.com/gpu',
    fit: 3,
  },
  dra: {
    labels: { product: a100, count: 2, driver: 'dra' },
    resource: 'nvidia.com/gpu',
    fit: 2,
  },
} as const;
type Way = keyof typeof ways;
const names = Object.keys(ways) as Way[];

const labelName = (name: string): string =>
  name === 'driver'
    ? 'seatrial.dev/gpu-driver'
    : name.startsWith('mig.')
      ? `nvidia.com/${name}`
      : `nvidia.com/gpu.${name}`;

const config = JSON.stringify({
  kind: 'Cluster',
  apiVersion: 'kind.x-k8s.io/v1alpha4',
  nodes: [
    { role: 'control-plane' },
    ...names.map(way => ({
      role: 'worker',
      labels: {
        way: way,
        'seatrial.dev/cpu': '64',
        'seatrial.dev/memory': '256Gi',
        ...Object.fromEntries(
          Object.entries(ways[way].labels).map(([name, value]) => [labelName(name), String(value)]),
        ),
      },
    })),
  ],
});

/** A job of twice as many pods as fit, each of which runs for a while and ends. */
const job = (way: Way): KubeObject => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name: way, namespace: 'default' },
  spec: {
    parallelism: 2 * ways[way].fit,
    completions: 2 * ways[way].fit,
    template: {
      spec: {
        restartPolicy: 'Never',
        nodeSelector: { way },
        containers: [
          {
            name: 'main',
            image: 'busybox',
            command: ['sleep', '60'],
            resources: { limits: { [ways[way].resource]: '1', cpu: '1' } },
          },
        ],
      },
    },
  },
});

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'seatrial-sharing-'));
  writeFileSync(join(folder, 'kind.yaml'), config);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('no device is in two hands, whichever way it is offered', async () => {
  await using cluster = await simulate({ seed: 1, config: join(folder, 'kind.yaml') });
  for (const { status, message } of await cluster.apply(names.map(job))) {
    expect([status, message]).toEqual([201, undefined]);
  }
  await cluster.advance('30s');
  const runningAtOnce = async (way: Way): Promise<number> => {
    const { body } = await cluster.request({
      method: 'GET',
      path: `/api/v1/namespaces/default/pods?labelSelector=job-name%3D${way}`,
    });
    const { items } = body as { items: readonly { status: { phase: string } }[] };
    return items.filter(({ status }) => status.phase === 'Running').length;
  };
  for (const way of names) expect([way, await runningAtOnce(way)]).toEqual([way, ways[way].fit]);
  await cluster.advance('5m');
  const history: HistoryEntry[] = [];
  for await (const entry of cluster.history()) history.push(entry);
  const verdicts = judge([gpuHeldOnce, deviceHealthyWhenGiven, requestsWithinAllocatable], {
    history,
    endMs: cluster.now(),
  });
  expect(verdicts.map(({ law, kind }) => [law, kind])).toEqual([
    ['gpu-held-once', 'held'],
    ['device-healthy-when-given', 'held'],
    ['requests-within-allocatable', 'held'],
  ]);
  // Every pod of every way held a device, once.
  const pods = names.reduce((sum, way) => sum + 2 * ways[way].fit, 0);
  const [held] = verdicts;
  expect(held?.kind === 'held' && held.looked).toBe(pods);
});
